"""Which objects there are, how they are named and which pods they select."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.lower.compiled import (
    UNTIL,
    annotated,
    api,
    auth,
    calls,
    documents,
    edge,
    frontend,
    gateway,
    https,
    named,
    orders,
    policy_of,
    shop,
    web,
)
from ztdsl import (
    AnyAudience,
    Anyone,
    AnyRequest,
    Claim,
    DryRun,
    EndUser,
    Gateway,
    HttpPort,
    Issuer,
    MeshDefaults,
    Namespace,
    Open,
    Permissive,
    Policy,
    Service,
    TcpPort,
    TokenHeader,
    allow,
    allow_tcp,
    audit,
    deny,
)
from ztdsl.istio.grammar import is_dns_subdomain
from ztdsl.traffic.mesh import Mesh

EVERY = AnyRequest()


def _names(found: list[dict[str, Any]], namespace: str = "shop") -> list[tuple[str, str]]:
    return [(e["kind"], e["metadata"]["name"]) for e in found if e["metadata"]["namespace"] == namespace]


def test_a_namespace_is_closed_and_strict() -> None:
    """Owning a namespace is enough for default-deny and STRICT; both are written out."""
    found = documents(policy_of(owns=[shop], services=[]))
    assert _names(found) == [("AuthorizationPolicy", "allow-nothing"), ("PeerAuthentication", "default")]
    assert named(found, "AuthorizationPolicy", "allow-nothing") == {"action": "ALLOW"}
    assert named(found, "PeerAuthentication", "default") == {"mtls": {"mode": "STRICT"}}


def test_each_effect_is_a_policy_and_a_trial_stands_apart() -> None:
    """What is only logged never shares an object with what is enforced."""
    late = DryRun(until=UNTIL)
    found = documents(
        policy_of(
            [
                allow(frontend, to=orders.at(api), http=EVERY, because="a"),
                allow(gateway, to=orders.at(api), http=EVERY, because="a", stage=late),
                deny(Anyone(), to=orders.at(calls), http=EVERY, because="a"),
                deny(Anyone(), to=orders.at(api), http=EVERY, because="a", stage=late),
                audit(Anyone(), to=orders.at(api), http=EVERY, because="a"),
            ]
        )
    )
    policies = {e["metadata"]["name"]: e for e in found if e["metadata"]["namespace"] == "shop"}
    assert {
        name: (e["spec"]["action"], e["metadata"].get("annotations"))
        for name, e in policies.items()
        if "orders" in name
    } == {
        "orders-allow": ("ALLOW", None),
        "orders-allow-dry-run": ("ALLOW", {"istio.io/dry-run": "true"}),
        "orders-deny": ("DENY", None),
        "orders-deny-dry-run": ("DENY", {"istio.io/dry-run": "true"}),
        "orders-audit": ("AUDIT", None),
    }
    assert all(len(policies[name]["spec"]["rules"]) == 1 for name in policies if "orders" in name)


def test_selectors_are_the_labels_of_the_pods() -> None:
    """`app` and the name unless the service says otherwise; a whole namespace has no selector at all."""
    labelled = Service("old", namespace=shop, service_account="old", ports=[api], labels={"b": "2", "a/b": ""})
    rules = [
        allow(frontend, to=[orders.at(api), labelled.at(api)], http=EVERY, because="a"),
        allow(gateway, to=shop.every(api), http=EVERY, because="scraped"),
    ]
    found = documents(policy_of(rules, services=[orders, frontend, gateway, labelled]))
    assert named(found, "AuthorizationPolicy", "orders-allow")["selector"] == {"matchLabels": {"app": "orders"}}
    assert named(found, "AuthorizationPolicy", "old-allow")["selector"] == {"matchLabels": {"a/b": "", "b": "2"}}
    assert "selector" not in named(found, "AuthorizationPolicy", "allow-every-workload")


def test_gateways_are_selected_like_services() -> None:
    """A classic gateway is a workload of its own namespace; its ports are those of its pod."""
    found = documents(policy_of([allow(Anyone(), to=gateway.at(https), http=EVERY, because="a")]))
    spec = named(found, "AuthorizationPolicy", "gateway-allow", "istio-ingress")
    assert spec["selector"] == {"matchLabels": {"app": "gateway"}}
    assert spec["rules"] == [{"to": [{"operation": {"ports": ["8443"]}}]}]


def test_weakened_ports_are_exceptions_of_one_workload() -> None:
    """The workload stays as strict as its namespace; only the named ports take plaintext."""
    weak = TcpPort(7001, mtls=Permissive(because="a batch host", until=UNTIL))
    intake = Service("intake", namespace=shop, service_account="intake", ports=[api, weak])
    found = documents(policy_of(services=[orders, frontend, gateway, intake]))
    assert named(found, "PeerAuthentication", "intake-mtls") == {
        "selector": {"matchLabels": {"app": "intake"}},
        "mtls": {"mode": "STRICT"},
        "portLevelMtls": {"7001": {"mode": "PERMISSIVE"}},
    }


def test_weakened_namespaces() -> None:
    """Plaintext and openness of a whole namespace, each with its reason and date in a comment."""
    lab = Namespace(
        "lab", mtls=Permissive(because="old clients", until=UNTIL), default=Open(because="trials", until=UNTIL)
    )
    weak = TcpPort(7001, mtls=Permissive(because="still", until=UNTIL))
    trial = Service("trial", namespace=lab, service_account="trial", ports=[weak])
    found = annotated(policy_of(owns=[lab], services=[trial]))
    assert [(e.manifest.meta.name, e.comments) for e in found] == [
        ("trial-mtls", ()),
        ("default", ("permissive until 2027-01-31: old clients", "no default-deny until 2027-01-31: trials")),
    ]
    assert named(documents(policy_of(owns=[lab], services=[trial])), "PeerAuthentication", "trial-mtls", "lab")[
        "mtls"
    ] == {"mode": "PERMISSIVE"}


def test_a_service_in_the_namespace_of_others_does_not_wait_for_their_defaults() -> None:
    """Whoever owns one service makes it STRICT and closed, whatever has been applied to the namespace."""
    theirs = Namespace("theirs")
    weak = TcpPort(7001, mtls=Permissive(because="a", until=UNTIL))
    mine = Service("mine", namespace=theirs, service_account="mine", ports=[api, weak])
    found = documents(policy_of(owns=[mine], services=[mine]))
    assert _names(found, "theirs") == [("AuthorizationPolicy", "mine-allow"), ("PeerAuthentication", "mine-mtls")]
    assert "rules" not in named(found, "AuthorizationPolicy", "mine-allow", "theirs")
    assert named(found, "PeerAuthentication", "mine-mtls", "theirs")["mtls"] == {"mode": "STRICT"}


def test_mesh_defaults_come_last_and_in_the_root_namespace() -> None:
    """One deny-all and one STRICT for the whole mesh."""
    found = documents(policy_of(owns=[shop], services=[], mesh=MeshDefaults()), Mesh(root_namespace="mesh-root"))
    assert [e["metadata"]["namespace"] for e in found] == ["shop", "shop", "mesh-root", "mesh-root"]
    assert named(found, "AuthorizationPolicy", "allow-nothing", "mesh-root") == {"action": "ALLOW"}
    assert named(found, "PeerAuthentication", "default", "mesh-root") == {"mtls": {"mode": "STRICT"}}


def test_a_mesh_without_deny_all() -> None:
    """An open mesh has its mode only."""
    weak = MeshDefaults(mtls=Permissive(because="a", until=UNTIL), default=Open(because="b", until=UNTIL))
    found = documents(policy_of(owns=[shop], services=[], mesh=weak))
    assert _names(found, "istio-system") == [("PeerAuthentication", "default")]
    assert named(found, "PeerAuthentication", "default", "istio-system") == {"mtls": {"mode": "PERMISSIVE"}}


def test_a_workload_reads_the_tokens_of_exactly_the_issuers_that_its_rules_name() -> None:
    """One RequestAuthentication a workload, with each issuer once; none where no rule asks for a token."""
    other = Issuer("https://a.example.com", jwks_uri="https://a.example.com/jwks.json", audiences=["b", "a"])
    unused = Issuer("https://unused.example.com", jwks_uri="https://unused.example.com/jwks.json", audiences=["a"])
    rules = [
        allow([EndUser(auth), EndUser(other)], to=orders.at(api), http=EVERY, because="a"),
        allow(frontend, user=EndUser(auth, audience="shop"), to=orders.at(calls), http=EVERY, because="b"),
        allow(Anyone(), to=frontend.at(api), http=EVERY, because="c"),
        allow(EndUser(unused), to=gateway.at(https), http=EVERY, because="d"),
    ]
    found = documents(policy_of(rules))
    assert [name for name in _names(found) if name[0] == "RequestAuthentication"] == [
        ("RequestAuthentication", "orders-jwt")
    ]
    assert not [name for name in _names(found, "web") if name[0] == "RequestAuthentication"]
    spec = named(found, "RequestAuthentication", "orders-jwt")
    assert spec["selector"] == {"matchLabels": {"app": "orders"}}
    assert spec["jwtRules"] == [
        {"issuer": "https://a.example.com", "audiences": ["a", "b"], "jwksUri": "https://a.example.com/jwks.json"},
        {"issuer": "https://auth.example.com", "audiences": ["shop"], "jwksUri": "https://auth.example.com/jwks.json"},
    ]


def test_everything_that_an_issuer_says() -> None:
    """Every argument of an issuer has its field; what is not given has none."""
    role, scope = Claim(["realm", "role"], str), Claim("areas", str)
    full = Issuer(
        "full",
        audiences=AnyAudience(because="it has none"),
        jwks_uri="https://full.example.com/jwks.json",
        claims=[role, scope],
        from_headers=[TokenHeader("x-token"), TokenHeader("authorization", prefix="Bearer ")],
        from_params=["token"],
        from_cookies=["session"],
        forward=True,
        payload_header="x-payload",
        claim_headers={"x-role": role},
        space_delimited=[scope],
    )
    rule = allow(EndUser(full), to=orders.at(api), http=EVERY, because="a")
    (annotated_jwt,) = [e for e in annotated(policy_of([rule])) if e.manifest.meta.name == "orders-jwt"]
    assert annotated_jwt.items[0].comments == ("any audience: it has none",)
    (jwt,) = named(documents(policy_of([rule])), "RequestAuthentication", "orders-jwt")["jwtRules"]
    assert jwt == {
        "issuer": "full",
        "jwksUri": "https://full.example.com/jwks.json",
        "fromHeaders": [{"name": "x-token"}, {"name": "authorization", "prefix": "Bearer "}],
        "fromParams": ["token"],
        "fromCookies": ["session"],
        "outputPayloadToHeader": "x-payload",
        "outputClaimToHeaders": [{"header": "x-role", "claim": "realm.role"}],
        "forwardOriginalToken": True,
        "spaceDelimitedClaims": ["areas"],
    }


def test_keys_of_a_file_stand_in_the_manifest_without_blanks(tmp_path: Path) -> None:
    """A key file is read when manifests are built and written compactly, so that its layout does not show."""
    keys = {"keys": [{"kty": "RSA", "e": "AQAB", "n": "abc", "kid": "1"}]}
    (tmp_path / "keys.json").write_text(json.dumps(keys, indent=4), encoding="utf-8")
    issuer = Issuer("file", jwks_file=str(tmp_path / "keys.json"), audiences=["a"])
    found = documents(policy_of([allow(EndUser(issuer), to=orders.at(api), http=EVERY, because="a")]))
    (jwt,) = named(found, "RequestAuthentication", "orders-jwt")["jwtRules"]
    assert jwt["jwks"] == '{"keys":[{"e":"AQAB","kid":"1","kty":"RSA","n":"abc"}]}'


def test_comments_say_why_until_when_and_who() -> None:
    """A rule's reason, the end of a trial, and the owner where it is not the whole policy's."""
    stage = DryRun(until=UNTIL)
    part = Policy(
        "part",
        owns=[shop],
        services=[orders],
        owner="team-orders",
        rules=[allow(frontend, to=orders.at(api), http=EVERY, because="why\nnot", stage=stage)],
    )
    whole = Policy("whole", owns=[web], services=[frontend], parts=[part], owner="platform")
    (found,) = [e for e in annotated(whole) if e.manifest.meta.name == "orders-allow-dry-run"]
    assert found.items[0].comments == ("why\nnot", "dry run until 2027-01-31", "owner: team-orders")
    labels = dict(found.manifest.meta.labels)
    assert labels == {"app.kubernetes.io/managed-by": "ztc", "app.kubernetes.io/part-of": "whole"}


def test_reasons_of_a_shared_part_are_kept() -> None:
    """Where two declarations ask for the same rule in a manifest, both reasons stand beside it."""
    late = EndUser(auth, subject="tenant/u1")
    later = EndUser(auth, subject="tenant/u2")
    found = annotated(
        policy_of(
            [
                allow([frontend, late], to=orders.at(api), http=EVERY, because="first"),
                allow([frontend, later], to=orders.at(api), http=EVERY, because="second"),
            ]
        )
    )
    (policy,) = [e for e in found if e.manifest.meta.name == "orders-allow"]
    assert sorted(item.comments for item in policy.items) == [("first",), ("first", "second"), ("second",)]


_label = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,5}[a-z0-9])?", fullmatch=True)
_suffix = st.sampled_from(
    ("", "-allow", "-deny", "-dry-run", "-allow-dry-run", "-2", "-allow-2", "-mtls", "-jwt", "-jwt-2")
)
_name = st.one_of(
    st.builds(lambda stem, ends: stem + ends, _label, _suffix),
    st.sampled_from(("default", "allow-nothing", "allow-every-workload", "every-workload", "a" * 63, "x-dry-run")),
)


@settings(max_examples=60)
@given(st.lists(_name, min_size=1, max_size=6, unique=True))
def test_names_never_collide_and_are_legal(services: list[str]) -> None:
    """Whatever services are called, no two objects of a kind have one name, and Kubernetes takes each."""
    everywhere = Namespace("n")
    port, raw = HttpPort(8080), TcpPort(9090, mtls=Permissive(because="a", until=UNTIL))
    made = [Service(name, namespace=everywhere, service_account="a", ports=[port, raw]) for name in services]
    stages = (None, DryRun(until=UNTIL))
    rules = [
        make(
            Anyone(),
            to=[*(each.at(port) for each in made), everywhere.every(port)],
            http=EVERY,
            because="a",
            stage=stage,
        )
        for make in (allow, deny)
        for stage in stages
    ]
    rules += [allow_tcp(Anyone(), to=[each.at(raw) for each in made], because="a")]
    rules += [allow(EndUser(auth), to=[each.at(port) for each in made], http=EVERY, because="a")]
    found = documents(Policy("p", owns=[everywhere], services=made, rules=rules))
    names = [(each["kind"], each["metadata"]["name"]) for each in found]
    assert len(set(names)) == len(names)
    assert all(is_dns_subdomain(name) for _, name in names)
    assert len(names) == 2 + 2 + 2 + 6 * len(made)


def test_ports_and_labels_do_not_depend_on_their_order() -> None:
    """Two services that differ in the order of what they list render the same."""

    def texts(ports: list[Any], labels: dict[str, str]) -> list[dict[str, Any]]:
        weak = [p for p in ports if p.mtls is not None]
        one = Service("one", namespace=shop, service_account="one", ports=ports, labels=labels)
        rule = allow_tcp(frontend, to=[one.at(each) for each in weak], because="a")
        return documents(policy_of([rule], services=[frontend, gateway, one]))

    a, b = (TcpPort(n, mtls=Permissive(because="a", until=UNTIL)) for n in (7001, 7002))
    assert texts([a, api, b], {"x": "1", "y": "2"}) == texts([b, a, api], {"y": "2", "x": "1"})


def test_a_gateway_has_no_exceptions_of_mutual_tls() -> None:
    """TLS at a gateway is the Gateway resource's."""
    weak = HttpPort(8080, mtls=Permissive(because="a", until=UNTIL))
    entry = Gateway("entry", namespace=edge, service_account="entry", ports=[weak])
    found = documents(policy_of(services=[orders, frontend, gateway, entry]))
    assert ("PeerAuthentication", "entry-mtls") not in _names(found, "istio-ingress")
