"""A diff is empty exactly when both sides say the same; then no request is decided differently."""

from __future__ import annotations

import json
import os
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.property.edits import edited, said
from tests.property.shop import MESHES, TODAY, focused, policy_of
from ztdsl.access import access_change
from ztdsl.api.declared import key_of
from ztdsl.cluster import ManifestFailure, read_directory
from ztdsl.diff import Ownership, Wanted, plan
from ztdsl.istio.document import document
from ztdsl.istio.evaluate import Evaluator
from ztdsl.lower import lower
from ztdsl.resolve import resolve
from ztdsl.simulate.borders import border_requests

# CI asks for thousands; by default this costs as much as any other test.
EXAMPLES = int(os.environ.get("DIFF_EXAMPLES", "40"))
_BORDERS = 40


@settings(max_examples=EXAMPLES)
@given(data=st.data())
def test_a_diff_is_empty_exactly_when_both_sides_say_the_same(data: st.DataObject) -> None:
    """Through files, as in place of a cluster; a change always names its fields, and an empty diff opens nothing."""
    mesh = data.draw(st.sampled_from(MESHES))
    model = resolve(policy_of(data.draw(st.lists(focused("all"), min_size=1, max_size=2))), mesh, TODAY).model
    assume(model is not None)
    assert model is not None
    manifests = [each.manifest for each in lower(model).manifests]
    items = [document(each) for each in manifests]
    with TemporaryDirectory() as place:
        file = Path(place, "live.json")
        file.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": edited(items, data)}))
        try:
            live = read_directory([str(file)]).objects
        except ManifestFailure:  # a cluster would not take it
            assume(False)
            raise
    wanted = [Wanted(key_of(manifest), partial(dict, each)) for manifest, each in zip(manifests, items, strict=True)]
    namespaces = frozenset(each.meta.namespace for each in manifests)
    found = plan(wanted, live, Ownership(frozenset({model.policy}), namespaces, namespaces))

    is_same = {said(each) for each in manifests} == {said(each.manifest) for each in live}
    event("the same" if is_same else "different")
    assert (found.changes == ()) == is_same, found.changes
    assert all(each.fields for each in found.of("change"))
    if is_same:
        there = [each.manifest for each in live]
        assert not access_change(there, manifests, mesh, None, model).effects
        now, then = Evaluator(there, mesh), Evaluator(manifests, mesh)
        for request in islice(border_requests(model), _BORDERS):
            before, after = now.decide(request), then.decide(request)
            assert (before.verdict, before.decided_by) == (after.verdict, after.decided_by), request
