"""What the simulator says of odd requests beside what Envoy makes of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ztdsl.simulate.malformed import Malformed, method_of, oddity, path_of
from ztdsl.simulate.truth import Unknown
from ztdsl.traffic.malformed import METHODS, Rejection, receive
from ztdsl.traffic.mesh import PathNormalization
from ztdsl.traffic.request import Http

TEXTS = st.text(st.sampled_from("/a%0.:; \x01?#é"), max_size=8)
HTTP = st.builds(
    Http,
    method=st.sampled_from([*METHODS, "get", "FOO", "Copy"]),
    path=st.one_of(TEXTS, TEXTS.map("/{}".format), st.just("http://x/y")),
    host=st.one_of(st.none(), TEXTS, st.just("shop.example.com:80")),
    headers=st.one_of(
        st.just({}),
        st.just({"content-type": ("application/grpc",)}),
        st.dictionaries(st.sampled_from(["x", "x a", "content-length"]), st.lists(TEXTS, min_size=1).map(tuple)),
    ),
)


@given(HTTP, st.sampled_from(PathNormalization))
def test_what_is_said_for_sure_is_what_envoy_does(http: Http, normalization: PathNormalization) -> None:
    """A rejection is one, and what surely reaches the rules does; what is left open may be either."""
    said: str | Unknown | Malformed | None = method_of(http, frozenset())
    if isinstance(said, str):
        said = oddity(http)
    if said is None:
        said = path_of(http, normalization)
    if isinstance(said, Unknown):
        return
    assert isinstance(receive(http, normalization), Rejection) is isinstance(said, Malformed)
