"""Access logs: what Istio makes of the objects together is what was declared, whatever was declared."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import yaml
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.property import hostile
from tests.property.shop import PLAIN, TODAY, WORKLOADS, edge, lab, policy_of, rules, shop, web
from ztdsl import AccessLog, Gateway, MeshDefaults, Namespace, Policy, Service, log_all, log_denied
from ztdsl.diagnostics.model import Severity
from ztdsl.ir.codec import from_json, to_json
from ztdsl.ir.model import Model
from ztdsl.istio.annotated import Annotated, AnnotatedTelemetry
from ztdsl.istio.document import document
from ztdsl.istio.read import telemetry_from_document
from ztdsl.istio.telemetry import AccessLogging, Telemetry
from ztdsl.istio.validate import problems
from ztdsl.lower import lower
from ztdsl.render import json_text, yaml_text
from ztdsl.resolve import resolve

Logged = Namespace | Service | Gateway | MeshDefaults

defaults = MeshDefaults()
NAMESPACES = (shop, web, edge, lab)
_one = st.sampled_from((*WORKLOADS, *NAMESPACES, defaults))


@st.composite
def logs(draw: st.DrawFn) -> list[AccessLog]:
    """Logs of which no two are of one place and one provider."""
    keys = draw(st.lists(st.tuples(_one, st.sampled_from(("ztc", "audit", "Debug"))), max_size=6, unique=True))
    make = st.sampled_from((log_all, log_denied))
    return [draw(make)([of], because=f"{index}", provider=provider) for index, (of, provider) in enumerate(keys)]


def model_of(some: Sequence[AccessLog]) -> Model:
    """The model of the shop with these logs."""
    whole = Policy("shop", owns=NAMESPACES, services=list(WORKLOADS), mesh=defaults, logs=some)
    resolved = resolve(whole, PLAIN, TODAY)
    assert [each.message for each in resolved.findings if each.severity is Severity.ERROR] == []
    assert resolved.model is not None
    return resolved.model


def declared(some: Iterable[AccessLog], workload: Service | Gateway) -> dict[str, str]:
    """What the author means a workload to log: by provider, the entries of its nearest log."""
    found: dict[str, str] = {}
    places: list[Logged] = [defaults, workload.namespace, workload]
    for place in places:
        for log in some:
            if place in (log.of if isinstance(log.of, tuple) else (log.of,)):
                found[log.provider] = log.entries
    return found


def done(telemetries: Iterable[Telemetry], workload: Service | Gateway) -> dict[str, str]:
    """What Istio makes a workload log: its merging (`pilot/pkg/model/telemetry.go`, mergeLogs), without defaults."""
    mode = "CLIENT" if isinstance(workload, Gateway) else "SERVER"
    labels = dict(workload.labels or {"app": workload.name})
    levels = [_applied(telemetries, namespace, None) for namespace in (PLAIN.root_namespace, workload.namespace.name)]
    levels.append(_applied(telemetries, workload.namespace.name, labels))
    in_scope: set[str] = set()
    filters: dict[str, str | None] = {}
    for level in levels:
        names: set[str] = set()
        for each in level:
            if each.mode in {None, mode}:
                names |= set(each.providers)
                filters.update(dict.fromkeys(each.providers, each.expression))
        in_scope = names or in_scope
    return {name: "all" if filters[name] is None else "denied" for name in in_scope}


def _applied(
    telemetries: Iterable[Telemetry], namespace: str, labels: Mapping[str, str] | None
) -> tuple[AccessLogging, ...]:
    """The logs of the one Telemetry of a namespace without a selector, or of those that select the labels."""
    here = [each for each in telemetries if each.meta.namespace == namespace]
    if labels is None:
        wide = [each for each in here if each.selector is None]
        assert len(wide) <= 1  # Istio would take the oldest alone
        return wide[0].access_logging if wide else ()
    chosen = [each for each in here if each.selector and set(each.selector.match_labels) <= set(labels.items())]
    return tuple(log for each in chosen for log in each.access_logging)


@settings(max_examples=300)
@given(logs())
def test_every_workload_logs_what_was_declared(some: list[AccessLog]) -> None:
    """For each provider the nearest log counts, and no provider is forgotten or added."""
    telemetries = [each.manifest for each in lower(model_of(some)).telemetries]
    event(f"{len(telemetries)} objects")
    for workload in WORKLOADS:
        assert done(telemetries, workload) == declared(some, workload), workload.name


@settings(max_examples=100)
@given(logs(), st.lists(rules(), max_size=3))
def test_logs_change_nothing_else(some: list[AccessLog], written: list[Any]) -> None:
    """The manifests are those of the policy without logs; model and objects are read back as what they were."""
    plain = policy_of(written)
    logged = Policy(
        plain.name,
        owns=plain.owns,
        services=plain.services,
        rules=plain.rules,
        owner=plain.owner,
        logs=[log for log in some if log.of != (defaults,)],
    )
    without, with_logs = (resolve(each, PLAIN, TODAY).model for each in (plain, logged))
    if without is None or with_logs is None:
        assert without is with_logs is None
        return
    lowered = lower(with_logs)
    assert lowered.manifests == lower(without).manifests
    assert from_json(json.loads(json.dumps(to_json(with_logs)))) == with_logs
    for each in lowered.telemetries:
        assert problems(each.manifest) == []
        assert telemetry_from_document(document(each.manifest)) == each.manifest


@settings(max_examples=150)
@given(hostile.texts, hostile.texts)
def test_hostile_texts_are_refused_or_read_back(because: str, provider: str) -> None:
    """A reason stays a comment and a provider a name, in YAML that both loaders read as the object."""
    log = log_denied(shop, because=because, provider=provider)
    model = resolve(Policy("shop", owns=[shop], logs=[log]), PLAIN, TODAY).model
    if model is None:
        event("refused")
        return
    event("rendered")
    lowered = lower(model)
    printed: tuple[Annotated | AnnotatedTelemetry, ...] = (*lowered.telemetries, *lowered.manifests)
    expected = [document(each.manifest) for each in printed]
    text = yaml_text(model.policy, model.owner, printed)
    for loader in (yaml.SafeLoader, yaml.CSafeLoader):
        assert list(yaml.load_all(text, Loader=loader)) == expected
    assert json.loads(json_text(printed))["items"] == expected
