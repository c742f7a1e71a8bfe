"""Who may reach a workload, and what it may reach."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from ztdsl import (
    Anyone,
    AnyRequest,
    AnyWorkload,
    DryRun,
    Gateway,
    HttpPort,
    IpBlock,
    MeshDefaults,
    Namespace,
    Open,
    Permissive,
    Policy,
    Service,
    TrustDomain,
    allow,
    audit,
    deny,
    log_all,
    log_denied,
)
from ztdsl.explain.access import Access, access
from ztdsl.explain.report import data, text
from ztdsl.ir.model import Model
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

UNTIL = date(2027, 1, 31)
EVERY = AnyRequest()
web, edge = Namespace("web"), Namespace("edge")
lab = Namespace("lab", mtls=Permissive(because="old", until=UNTIL), default=Open(because="trials", until=UNTIL))
api, metrics = HttpPort(8080), HttpPort(9100)
front = Service("front", namespace=web, service_account="front", ports=[api, metrics])
trial = Service("trial", namespace=lab, service_account="trial", ports=[api])
entry = Gateway("entry", namespace=edge, service_account="entry", ports=[api])


def _access(name: str, *rules: Any, mesh: MeshDefaults | None = None, logs: Sequence[Any] = ()) -> Access:
    policy = Policy(
        "p", owns=[web, lab, edge], services=[front, trial, entry], rules=rules, owner="team", mesh=mesh, logs=logs
    )
    model: Model | None = resolve(policy, Mesh(), date(2026, 11, 24)).model
    assert model is not None
    return access(model, next(each for each in model.workloads if each.name == name))


def _callees(found: Access) -> list[str]:
    return [f"{grant.effect} {grant.callee}" for grant in found.reaches]


def test_modes_of_ports() -> None:
    """STRICT, or weakened with reason and date, or not ours to say at a gateway."""
    assert [port.mtls for port in _access("front").ports] == ["STRICT", "STRICT"]
    (weak,) = _access("trial").ports
    assert (weak.mtls, weak.until, weak.because) == ("PERMISSIVE", UNTIL, "old")
    assert [port.mtls for port in _access("entry").ports] == ["set by its Gateway resource"]


def test_rules_for_every_workload_count() -> None:
    """What a namespace opens is listed at each of its workloads that has the port."""
    found = _access("front", allow(trial, to=web.every(metrics), http=EVERY, because="scraped"))
    assert [[grant.because for grant in port.grants] for port in found.ports] == [[], ["scraped"]]
    assert "by nobody" in text(found, {}, 80)


def test_default_deny() -> None:
    """An open namespace is open unless the whole mesh is closed."""
    assert _access("front").is_default_deny
    assert not _access("trial").is_default_deny
    assert _access("trial", mesh=MeshDefaults()).is_default_deny


@pytest.mark.parametrize(
    ("caller", "is_reached"),
    [
        (trial, True),
        (lab, True),
        (front, False),
        (AnyWorkload(), True),
        (AnyWorkload(but=[lab]), False),
        (Anyone(but=[front]), True),
        (TrustDomain(), True),
        (IpBlock("10.0.0.0/8"), False),
    ],
)
def test_what_a_workload_reaches(caller: Any, is_reached: bool) -> None:
    """By its own name, its namespace, its trust domain, or as one of many; never by an address."""
    rule = allow(caller, to=front.at(api), http=EVERY, because="a")
    assert _callees(_access("trial", rule)) == (["allow web/front"] if is_reached else [])


def test_audits_open_nothing() -> None:
    """A rule that only logs is no way to a callee."""
    assert _callees(_access("trial", audit(trial, to=front.at(api), http=EVERY, because="a"))) == []


def test_trials_are_said_to_be_trials() -> None:
    """A dry run is shown with its end, and a refusal as such."""
    rule = deny(Anyone(), to=front.at(api), http=EVERY, because="two\nlines", stage=DryRun(until=UNTIL))
    shown = text(_access("front", rule), {8080: "api"}, 80)
    assert "deny (dry run until 2027-01-31)" in shown
    assert "two lines" in shown
    assert data(_access("front", rule), {})["ports"][0]["rules"][0]["dryRunUntil"] == "2027-01-31"


def test_what_a_workload_writes_down() -> None:
    """Of each provider the log that was declared nearest, with why and where it was declared."""
    defaults = MeshDefaults()
    logs = [
        log_denied(defaults, because="who was refused"),
        log_all(web, because="a trial", provider="other"),
        log_all(front, because="two\nlines"),
    ]
    found = _access("front", mesh=defaults, logs=logs)
    assert [(each.provider, each.entries, each.declared_for) for each in found.logs] == [
        ("other", "all", "namespace web"),
        ("ztc", "all", "web/front"),
    ]
    assert [each.declared_for for each in _access("entry", mesh=defaults, logs=logs).logs] == ["the mesh"]
    shown = text(found, {}, 80)
    assert "  every request and connection, by provider ztc  " in shown
    assert "why   two lines" in shown
    assert data(found, {})["logs"][1]["declaredFor"] == "web/front"


def test_a_workload_that_writes_nothing_down() -> None:
    """It is said, since a log of another policy may be there all the same."""
    assert text(_access("front"), {}, 80).endswith("Writes down\n  nothing that this policy declares\n")
