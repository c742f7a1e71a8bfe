"""Policies under test in Python: `assert policy.allows(frontend, "GET /orders/7", to=orders.at(api))`."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypedDict

from ztdsl.api.simulate import request_by_name, simulate_request
from ztdsl.api.subject import identity_of, open_manifests, open_policy
from ztdsl.diagnostics.formats import render
from ztdsl.scenario.phrase import Misread, address_of
from ztdsl.scenario.report import title_in_words
from ztdsl.traffic.decision import Verdict
from ztdsl.traffic.names import UnknownWorkload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import Unpack

    from ztdsl.api.simulate import Simulation
    from ztdsl.api.subject import Opened
    from ztdsl.dsl.callers import Identity
    from ztdsl.dsl.endpoints import Endpoint
    from ztdsl.dsl.policy import Policy
    from ztdsl.dsl.workloads import External, Gateway, Service, ServiceAccount
    from ztdsl.scenario.subject import Subject
    from ztdsl.traffic.mesh import Mesh
    from ztdsl.traffic.request import Request

    Caller: TypeAlias = str | Service | Gateway | External | ServiceAccount | Identity | None
    Callee: TypeAlias = str | Endpoint


class Facts(TypedDict, total=False):
    """What a request is beside who asks what of whom.

    Attributes:
        token: the claims of the end user's token, or `{"invalid": "why"}`.
        headers: by name; a list is several lines.
        source_ip: the address of the direct peer.
        remote_ip: the address of the original client.
        server_name: the TLS server name that is asked for.
        plaintext: whether the caller connects without mutual TLS.
    """

    token: Mapping[str, Any]
    headers: Mapping[str, str | list[str]]
    source_ip: str
    remote_ip: str
    server_name: str
    plaintext: bool


class Answer:
    """True or false, and why: what a failed `assert` prints.

    Attributes:
        simulation: the request, the verdict and the rules near it.
        last: the answer whose truth was asked for last; pytest's reports explain it.
    """

    last: ClassVar[Answer | None] = None

    def __init__(self, simulation: Simulation, *, holds: bool) -> None:
        self.simulation = simulation
        self._holds = holds

    def __bool__(self) -> bool:
        """Whether it is as was asked; an unknown verdict is neither an allowance nor a refusal."""
        Answer.last = self
        return self._holds

    def __repr__(self) -> str:
        """The verdict and the request, in one line."""
        return f"<{self.explanation().partition(chr(10))[0]}>"

    def explanation(self) -> str:
        """What decided, and for a refusal the rules that nearly allowed it: the lines of `ztc simulate`."""
        return self.simulation.text().rstrip("\n")


class PolicyUnderTest:
    """A policy, or manifests, that answers questions as a mesh would."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def allows(self, caller: Caller, http: str | None, *, to: Callee, **facts: Unpack[Facts]) -> Answer:
        """True if the request succeeds.

        Args:
            caller: a declared caller, `[namespace/]service`, a SPIFFE identity, or None for a client without one.
            http: `METHOD PATH`, or None for a connection.
            to: `orders.at(api)`, or `[namespace/]service[:port]`.
            facts: what the request is beside that; see `Facts`.

        Raises:
            UnknownWorkload: a name means no workload, or several.
            Misread: `http`, a header, an address or the token is something else.
        """
        simulation = self.decide(caller, http, to=to, **facts)
        return Answer(simulation, holds=simulation.decision.verdict is Verdict.ALLOW)

    def refuses(self, caller: Caller, http: str | None, *, to: Callee, **facts: Unpack[Facts]) -> Answer:
        """True if the request does not succeed; arguments and failures as for `allows`."""
        simulation = self.decide(caller, http, to=to, **facts)
        return Answer(simulation, holds=simulation.decision.verdict not in {Verdict.ALLOW, Verdict.UNKNOWN})

    def decide(self, caller: Caller, http: str | None, *, to: Callee, **facts: Unpack[Facts]) -> Simulation:
        """The whole answer; arguments and failures as for `allows`."""
        callee = to if isinstance(to, str) else f"{_name(to)}:{to.port.container}"
        who = caller if caller is None or isinstance(caller, str) else identity_of(caller, self._subject.mesh)
        try:
            request = self._request(callee, who, http, facts)
        except UnknownWorkload as unknown:
            if unknown.candidates:
                unknown.add_note(f"candidates: {', '.join(unknown.candidates)}")
            raise
        except Misread as misread:
            misread.add_note(misread.advice)
            raise
        return simulate_request(self._subject, request, title_in_words(http, callee, who))

    def _request(self, to: str, caller: str | None, http: str | None, facts: Facts) -> Request:
        lines = facts.get("headers", {}).items()
        source_ip, remote_ip = facts.get("source_ip"), facts.get("remote_ip")
        return request_by_name(
            self._subject,
            to,
            caller=caller,
            http=http,
            headers=[f"{name}: {line}" for name, given in lines for line in _listed(given)],
            token=facts.get("token"),
            now=time.time(),
            source_ip=None if source_ip is None else address_of(source_ip),
            remote_ip=None if remote_ip is None else address_of(remote_ip),
            server_name=facts.get("server_name"),
            plaintext=facts.get("plaintext", False),
        )


class BrokenPolicy(AssertionError):  # noqa: N818 - named for what happened
    """The policy or the manifests have errors; the message is the whole report."""


def policy_under_test(source: str | Path | Policy, *, mesh: str | Mesh | None = None) -> PolicyUnderTest:
    """A policy that answers questions.

    Args:
        source: a policy file, `file.py:variable`, or a policy. Loading a file runs it.
        mesh: the name of a configured mesh, or a mesh.

    Raises:
        BrokenPolicy: it has errors.
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
    """
    return _ready(open_policy(source, mesh=mesh))


def manifests_under_test(
    paths: Sequence[str], *, workloads: str | None = None, mesh: str | Mesh | None = None
) -> PolicyUnderTest:
    """Manifests that answer questions; arguments as for `open_manifests`.

    Raises:
        BrokenPolicy: they have errors.
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
    """
    return _ready(open_manifests(paths, workloads=workloads, mesh=mesh))


def _ready(opened: Opened) -> PolicyUnderTest:
    if opened.subject is None:
        raise BrokenPolicy("\n" + render(opened.report, "text", color=False, width=100))
    return PolicyUnderTest(opened.subject)


def _listed(lines: str | list[str]) -> list[str]:
    return [lines] if isinstance(lines, str) else lines


def _name(to: Endpoint) -> str:
    namespace = getattr(to.target, "namespace", None)
    return to.target.name if namespace is None else f"{namespace.name}/{to.target.name}"
