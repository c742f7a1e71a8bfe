from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ztdsl.istio.evaluate import identities
from ztdsl.istio.evaluate.aliases import expand_principals, expand_trust_domains

IDENTITIES = st.one_of(
    st.text("spife:/nas.*", max_size=30),
    st.lists(
        st.sampled_from(["spiffe://", "td", "/", "ns", "sa", "/ns/", "/sa/", "a", "b", "/x", "", "a.b"]), max_size=12
    ).map("".join),
    st.lists(st.sampled_from(["/ns/a", "/ns/b", "/sa/b", "/sa/a", "/x/y", "/", "a", "td/ns/a/sa/b"]), max_size=6).map(
        lambda parts: "spiffe://" + "".join(parts)
    ),
)
VALUES = st.text("ab*./", min_size=1, max_size=4)


@given(IDENTITIES, VALUES)
@example("spiffe://td/ns//", "*")
@settings(max_examples=500)
def test_namespaces_are_istio_s_expression(identity: str, value: str) -> None:
    """Each `*` is any text, and the trust domain may be any."""
    expression = ".*/ns/" + ".*".join(map(re.escape, value.split("*"))) + "/.*"
    assert identities.namespace(value)(identity) is (re.fullmatch(expression, identity) is not None)


@given(IDENTITIES, VALUES)
@example("spiffe://td/ns/a/sa/sa/b", "a/b")
@example("spiffe://td/ns/a/x/sa/b/y", "a/b")
@example("spiffe://td/ns/a//sa/b", "a/b")
@example("spiffe:///ns/a/sa/b", "a/b")
@settings(max_examples=500)
def test_service_accounts_are_istio_s_expression(identity: str, value: str) -> None:
    """Pairs may stand between namespace and account, and after the account."""
    own, slash, name = value.partition("/")
    if not slash:
        own, name = "home", value
    expression = f"spiffe://.+/ns/{re.escape(own)}/(.+/|)sa/{re.escape(name)}(/.+)?"
    assert identities.service_account(value, "home")(identity) is (re.fullmatch(expression, identity) is not None)


@given(IDENTITIES, VALUES)
@settings(max_examples=500)
def test_trust_domains_are_istio_s_expression(identity: str, value: str) -> None:
    """A wildcard stands within the first segment only."""
    if value == "*":
        expression = "spiffe://.*"
    elif "*" in value:
        before, _, after = value.partition("*")
        expression = f"spiffe://{re.escape(before)}[^/]*{re.escape(after)}/.*"
    else:
        expression = f"spiffe://{re.escape(value)}/.*"
    assert identities.trust_domain(value)(identity) is (re.fullmatch(expression, identity) is not None)


@given(IDENTITIES, VALUES)
@settings(max_examples=500)
def test_principals_are_istio_s_matchers(identity: str, value: str) -> None:
    """The scheme stands in front of the value, and a suffix is an expression behind it."""
    if value == "*":
        expected = identity != ""
    elif value.startswith("*"):
        expected = re.fullmatch("spiffe://.*" + re.escape(value[1:]), identity) is not None
    elif value.endswith("*"):
        expected = identity.startswith("spiffe://" + value[:-1])
    else:
        expected = identity == "spiffe://" + value
    assert identities.principals([value])(identity) is expected


def test_any_of_several_principals_will_do() -> None:
    """Forms mix in one list."""
    says = identities.principals(["td/ns/a/sa/b", "x*", "*/sa/c"])
    assert says("spiffe://td/ns/a/sa/b")
    assert says("spiffe://xyz")
    assert says("spiffe://any/sa/c")
    assert not says("spiffe://td/ns/a/sa/d")


@pytest.mark.parametrize(
    ("value", "trust_domains", "expected"),
    [
        ("td1/ns/a/sa/b", ["td1"], ["td1/ns/a/sa/b"]),
        ("td1/ns/a/sa/b", ["td1", "td2"], ["td1/ns/a/sa/b", "td2/ns/a/sa/b"]),
        ("td2/ns/a/sa/b", ["td1", "td2"], ["td1/ns/a/sa/b", "td2/ns/a/sa/b"]),
        ("cluster.local/ns/a/sa/b", ["td1"], ["td1/ns/a/sa/b"]),
        ("cluster.local/*", ["td1"], ["cluster.local/*"]),
        ("*/ns/a/sa/b", ["td1", "td2"], ["*/ns/a/sa/b"]),
        ("*", ["td1"], ["*"]),
        ("foreign/ns/a/sa/b", ["td1"], ["foreign/ns/a/sa/b"]),
        ("*-old/ns/a/sa/b", ["new", "td-old"], ["new/ns/a/sa/b", "*-old/ns/a/sa/b"]),
        ("td*/ns/a/sa/b", ["td1"], ["td1/ns/a/sa/b"]),
        ("td1/ns/a/sa/*", ["td1", "td2"], ["td1/ns/a/sa/*", "td2/ns/a/sa/*"]),
        ("any/ns/a/sa/b", ["*"], ["*/ns/a/sa/b"]),
    ],
)
def test_principals_of_the_own_trust_domain_have_all_of_its_names(
    value: str, trust_domains: list[str], expected: list[str]
) -> None:
    """`cluster.local` is a name of every mesh's own; a form with other than five parts stays."""
    assert list(expand_principals([value], trust_domains)) == expected


def test_trust_domains_are_expanded_where_they_are_exact() -> None:
    """A wildcard, a foreign name and `cluster.local` have no special part there."""
    names = ("td1", "td2")
    assert expand_trust_domains(["td2", "td*", "x", "td1", "cluster.local"], names) == (
        "td1", "td2", "td*", "x", "cluster.local",
    )  # fmt: skip
