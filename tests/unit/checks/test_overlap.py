from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ztdsl.checks.overlap import Overlaps, labels_of
from ztdsl.istio.kinds import AuthorizationPolicy, Meta, Selector, TargetRef

ROOT = "istio-system"
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from("xy"), max_size=3)
REFERENCES = st.lists(st.sampled_from([TargetRef("", "Service", "a"), TargetRef("", "Service", "b")]), max_size=2)


@st.composite
def policies(draw: st.DrawFn) -> AuthorizationPolicy:
    """A policy with a selector or references, in one of three namespaces."""
    labels = draw(LABELS)
    references = () if labels else tuple(draw(REFERENCES))
    selector = Selector(tuple(labels.items())) if labels else None
    meta = Meta("p", draw(st.sampled_from([ROOT, "one", "two"])), ())
    return AuthorizationPolicy(meta, selector, references, "ALLOW", None, ())


def _may_share(one: AuthorizationPolicy, other: AuthorizationPolicy) -> bool:
    namespaces = {one.meta.namespace, other.meta.namespace}
    if len(namespaces) == 2 and ROOT not in namespaces:
        return False
    mine, theirs = dict(labels_of(one)), dict(labels_of(other))
    if any(theirs.get(key, value) != value for key, value in mine.items()):
        return False
    return not (one.target_refs and other.target_refs) or bool(set(one.target_refs) & set(other.target_refs))


@given(st.lists(policies(), max_size=8), policies())
def test_the_index_finds_what_a_comparison_of_all_finds(
    known: list[AuthorizationPolicy], one: AuthorizationPolicy
) -> None:
    """Objects overlap unless they ask for different values of a label, or are of namespaces apart."""
    overlaps = Overlaps(ROOT)
    for index, policy in enumerate(known):
        overlaps.add(index, policy)

    found = {index for index, _ in overlaps.with_(one)}

    assert found == {index for index, policy in enumerate(known) if _may_share(one, policy)}
