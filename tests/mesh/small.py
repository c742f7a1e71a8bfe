"""One small mesh on which tests try single features in turn: what it holds is replaced as a whole, then asked.

Every request is judged three times: by whoever wrote the test, by `istio.evaluate` from what the API server holds, and
by the client that sends it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab.authority import Authority
from tests.mesh.agreement import Tally, compare, is_met, send
from tests.mesh.lane import own_name
from tests.mesh.mesh import Mesh
from tests.mesh.objects import ServicePort, ServiceSpec, fresh_connections
from tests.mesh.pod import Pod, PodSpec
from tests.mesh.sending import Sender, Sending
from tests.mesh.small_requests import SERVER_PORTS, Plain
from tests.mesh.world import OUTSIDE
from ztdsl import Policy
from ztdsl.ir.model import Model
from ztdsl.istio.document import document
from ztdsl.istio.evaluate import Evaluator
from ztdsl.istio.read import from_manifest
from ztdsl.pipeline import Options, run
from ztdsl.simulate import Simulator, border_requests
from ztdsl.traffic.decision import Decision, Verdict
from ztdsl.traffic.mesh import Mesh as Facts
from ztdsl.traffic.request import AnyToken, InvalidToken, Request

ALIAS: Final = "old.example.com"
PARTNER: Final = "partner.example.org"
FACTS: Final = Facts(trust_domain_aliases=(ALIAS,), federated_trust_domains=(PARTNER,), trusted_proxies=1)
KEY_HOST: Final = "keys.example.com"
REFRESH: Final = 2
"""Seconds between two times that istiod asks for key sets; twenty minutes where nobody says otherwise."""
_SERVICE_PORTS: Final = {8080: 80}
_MANY_ROOTS: Final = {"PROXY_CONFIG_XDS_AGENT": "true"}
"""Lets a proxy learn the authorities of federated trust domains."""
_PATIENCE: Final = 30.0
_PAUSE: Final = 0.05
_GROUP: Final = "/apis/security.istio.io/v1"
_PLURALS: Final = {
    "PeerAuthentication": "peerauthentications",
    "RequestAuthentication": "requestauthentications",
    "AuthorizationPolicy": "authorizationpolicies",
}
_HINTS: Final = "%DYNAMIC_METADATA(envoy.common:access_log_hint)%"
_SHADOW: Final = "%DYNAMIC_METADATA(envoy.filters.http.rbac)%"


def _workload(space: str, name: str, ports: Mapping[int, str]) -> PodSpec:
    return PodSpec(space, name, name, {"app": name}, ports, environment=_MANY_ROOTS)


_PODS: Final = (
    _workload("shop", "server", SERVER_PORTS),
    _workload("shop", "client", {8080: "http"}),
    _workload("web", "visitor", {8080: "http"}),
    replace(_workload("edge", "ingress", {8080: "http", 8443: "tcp"}), proxy="router", trusted_proxies=1),
    OUTSIDE,
)


def built(declared: Policy, today: date | None = None) -> tuple[Model, list[Plain], tuple[str, ...]]:
    """What `ztc` makes of a policy: the model, the objects, and the codes of what it finds."""
    result = run(declared, Options(mesh=FACTS, today=today))
    found = tuple(each.code for each in result.report.findings)
    assert result.model is not None, found
    assert result.manifests is not None
    return result.model, [document(each.manifest) for each in result.manifests], found


class Small:
    """The running mesh.

    Attributes:
        mesh: with its pods.
        partner: the authority of the federated trust domain.
        stranger: an authority that nobody here knows.
        texts: tokens as text, by the reason for which `InvalidToken` names them.
        agreed: how many requests met what was expected and predicted.
        figures: what tests have measured, a line each.
    """

    def __init__(self, mesh: Mesh, partner: Authority, stranger: Authority) -> None:
        self.mesh, self.partner, self.stranger = mesh, partner, stranger
        self.texts: dict[str, str] = {}
        self.agreed = 0
        self.figures: list[str] = []
        self._sender = _Sender(mesh, self.texts)
        self._held: dict[str, str] = {}
        self._certificates = 0

    def hold(self, *objects: Plain) -> Evaluator:
        """Let the mesh hold these policies and no others; what is predicted of it, once every proxy has them."""
        wanted = {_path(each): str(each["kind"]) for each in objects}
        for path in self._held.keys() - wanted.keys():
            self.mesh.cluster.ask("DELETE", path)
        if objects:
            self.mesh.cluster.apply(objects)
        self._held = wanted
        self.mesh.settle()
        kinds = {_PLURALS[kind] for kind in wanted.values()}
        found = [each for kind in sorted(kinds) for each in self.mesh.cluster.ask("GET", f"{_GROUP}/{kind}")["items"]]
        assert len(found) == len(wanted)
        return Evaluator([from_manifest(each) for each in found], FACTS)

    def prepare(self, request: Request, token: str | None = None) -> Sending:
        """How to send a request, with a token as its text where one is given."""
        sending = self._sender.prepare(request)
        if token is None:
            return sending
        headers = [*sending.job["headers"], ("authorization", f"Bearer {token}")]
        return replace(sending, job={**sending.job, "headers": headers})

    def directly(self, request: Request, authority: Authority | None = None, identity: str | None = None) -> Sending:
        """How a client outside the mesh sends a request of mutual TLS, with any certificate.

        Args:
            request: what to send.
            authority: signs the certificate; the mesh's own if None.
            identity: what the certificate says; the request's peer if None.
        """
        said = identity or request.peer
        assert said is not None
        sending = self._sender.prepare(replace(request, peer=said, sni="server.example.com"))
        tls = {**sending.job["tls"], "certificate": str(self._certificate(authority or self.mesh.authority, said))}
        return replace(sending, job={**sending.job, "tls": tls}, request=replace(sending.request, peer=request.peer))

    def pod(self, name: str = "server") -> Pod:
        """A pod by its name."""
        return next(pod for pod in self.mesh.pods.values() if pod.spec.name == name)

    def istiod_log(self) -> str:
        """What istiod has said so far."""
        return (self.mesh.place.directory / "istiod" / "istiod.log").read_text(encoding="utf-8", errors="replace")

    def agree(self, predicted: Evaluator, cases: Iterable[tuple[Request | Sending, Verdict]]) -> int:
        """See that each client meets what was expected and predicted; how many did."""
        expected = [(each if isinstance(each, Sending) else self.prepare(each), verdict) for each, verdict in cases]
        different = []
        for (sending, verdict), (met, answer) in zip(expected, send([each for each, _ in expected]), strict=True):
            decision = predicted.decide(sending.request)
            if decision.verdict is not verdict or not _is_met(decision, met, answer, sending.request):
                different.append(
                    {"expected": verdict, "predicted": decision, "met": met, "answer": answer, "job": sending.job}
                )
        assert not different, "\n".join(map(str, different))
        self.agreed += len(expected)
        return len(expected)

    def agree_on_borders(self, predicted: Evaluator, model: Model) -> Tally:
        """See that requests on both sides of every rule's borders meet what policy and manifests say alike."""
        accepted = [{"iss": each.issuer, "aud": (each.audiences or ("any",))[0]} for each in model.issuers]
        self._sender.accept(accepted)
        tally = compare(self._sender, predicted, Simulator(model), border_requests(model))
        assert not tally.different, "\n".join(map(str, tally.different))
        assert tally.sent
        self.agreed += tally.sent
        return tally

    def _certificate(self, authority: Authority, identity: str) -> Path:
        self._certificates += 1
        file = self.mesh.place.directory / "certificates" / f"small-{self._certificates}.pem"
        file.write_text("".join(authority.certificate(identity)), encoding="ascii")
        return file


def until(is_so: Callable[[], bool], what: str, patience: float = _PATIENCE) -> float:
    """The seconds until it is so.

    Raises:
        AssertionError: it does not become so in time.
    """
    start = time.monotonic()
    while not is_so():
        assert time.monotonic() - start < patience, f"not in {patience} s: {what}"
        time.sleep(_PAUSE)
    return time.monotonic() - start


class _Sender(Sender):
    """Sends tokens that are bad in a way that the test chooses."""

    def __init__(self, mesh: Mesh, texts: Mapping[str, str]) -> None:
        super().__init__(mesh, FACTS.trust_domain)
        self._texts = texts

    def accept(self, accepted: Sequence[Mapping[str, Any]]) -> None:
        """Know issuer and audience of tokens that would be accepted, were they valid."""
        self._accepted = accepted

    def _text(self, token: AnyToken) -> str:
        chosen = self._texts.get(token.why) if isinstance(token, InvalidToken) else None
        return chosen or super()._text(token)


def _is_met(decision: Decision, met: Verdict, answer: Mapping[str, Any], request: Request) -> bool:
    """Whether a client met what was predicted, down to the status of gRPC."""
    foretold = decision.grpc_status
    is_status = foretold is None or answer.get("grpc_status", foretold) == foretold
    return is_status and is_met(decision, met, answer, request)


def _path(plain: Plain) -> str:
    meta = plain["metadata"]
    return f"{_GROUP}/namespaces/{meta['namespace']}/{_PLURALS[plain['kind']]}/{meta['name']}"


def _service(spec: PodSpec) -> ServiceSpec:
    ports = [ServicePort(_SERVICE_PORTS.get(port, port), port, protocol) for port, protocol in spec.ports.items()]
    return ServiceSpec(spec.namespace, spec.name, spec.labels, ports)


def _networking(kind: str, spec: Plain, name: str = "ingress", space: str = "edge") -> Plain:
    meta = {"name": name, "namespace": space}
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": meta, "spec": spec}


def _gateway() -> list[Plain]:
    """The gateway answers every request itself, and passes TLS of any server's name on to the server."""
    web = {"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": ["*"]}
    raw = {"port": {"number": 8443, "name": "tls", "protocol": "TLS"}, "hosts": ["*"], "tls": {"mode": "PASSTHROUGH"}}
    answer = {"directResponse": {"status": 200, "body": {"string": "{}"}}}
    server = {"destination": {"host": "server.shop.svc.cluster.local", "port": {"number": 7000}}}
    passed_on = {"match": [{"port": 8443, "sniHosts": ["*"]}], "route": [server]}
    return [
        _networking("Gateway", {"selector": {"app": "ingress"}, "servers": [web, raw]}),
        _networking("VirtualService", {"hosts": ["*"], "gateways": ["ingress"], "http": [answer], "tls": [passed_on]}),
    ]


@contextmanager
def running(directory: Path) -> Iterator[Small]:
    """The mesh, while the block runs.

    Raises:
        NoMesh: it cannot run here.
    """
    for name in ("partner", "stranger"):
        (directory / name).mkdir()
    partner, stranger = Authority(directory / "partner", PARTNER), Authority(directory / "stranger")
    federated = {"pem": partner.root, "trustDomains": [PARTNER]}
    configuration = {
        "caCertificates": [federated],
        "accessLogEncoding": "JSON",
        "accessLogFormat": json.dumps({"path": "%REQ(:PATH)%", "hint": _HINTS, "rbac": _SHADOW}),
    }
    settings = {"PILOT_JWT_PUB_KEY_REFRESH_INTERVAL": f"{REFRESH}s", "ISTIO_MULTIROOT_MESH": "true"}
    with Mesh(own_name("small"), FACTS, configuration, [KEY_HOST], settings) as mesh:
        mesh.add_pods(_PODS)
        mesh.add_services([_service(spec) for spec in _PODS if spec.ports and spec.proxy == "sidecar"])
        mesh.cluster.apply([*_gateway(), fresh_connections()])
        small = Small(mesh, partner, stranger)
        for pod in mesh.pods.values():
            if pod.spec.proxy:
                until(lambda pod=pod: _roots(pod) > 1, f"{pod.spec.name} knows the partner's authority")  # type: ignore[misc]
        mesh.settle()
        yield small


def _roots(pod: Pod) -> int:
    """How many authorities a proxy trusts for the mesh's TLS."""
    known = json.loads(pod.envoy("/certs"))["certificates"]
    return len({root["serial_number"] for each in known for root in each.get("ca_cert", ())})
