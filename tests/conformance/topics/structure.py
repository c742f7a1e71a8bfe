"""How rules, policies and actions combine; what survives on TCP; dry run, audit, external authorization."""

from __future__ import annotations

from collections.abc import Iterator

from tests.conformance.topics.shape import (
    Plain,
    Topic,
    Workload,
    allow,
    both,
    cert,
    connect,
    deny,
    get,
    operation,
    policy,
    source,
    tokens,
    when,
)

ASKED: tuple[Plain, ...] = tuple(
    get(path, method=method, peer=peer)
    for path in ("/", "/admin", "/info")
    for method in ("GET", "POST")
    for peer in (None, cert(), cert("foo", "web"))
)
RAW: tuple[Plain, ...] = tuple(
    connect(port, peer=peer) for port in (9000, 9001) for peer in (None, cert(), cert("foo", "web"))
)
SERVED = Workload(ports=((8080, "http"), (9000, "tcp"), (9001, "tcp")))
GETS, POSTS = operation(methods=["GET"]), operation(methods=["POST"])
ADMIN, BAR = operation(paths=["/admin"]), source(namespaces=["bar"])


def topics() -> Iterator[Topic]:
    """Everything is asked over HTTP and TCP."""
    asked = [*ASKED, *RAW]
    for name, documents in {**_algebra(), **_actions(), **_on_tcp(), **_untranslatable(), **_trial()}.items():
        yield Topic(name, documents, asked, workload=SERVED)


def _algebra() -> dict[str, list[Plain]]:
    return {
        "algebra/no policy": [],
        "algebra/allow nothing": [allow()],
        "algebra/allow all": [allow({})],
        "algebra/deny all": [deny({})],
        "algebra/source and operation": [allow(both(BAR, GETS))],
        "algebra/extra dash": [allow(BAR, GETS)],
        "algebra/two sources": [allow({"from": [*BAR["from"], *source(principals=["*/sa/web"])["from"]]})],
        "algebra/two operations": [allow({"to": [*ADMIN["to"], *POSTS["to"]]})],
        "algebra/sources times operations": [
            allow({"from": [*BAR["from"], *source(namespaces=["foo"])["from"]], "to": [*ADMIN["to"], *POSTS["to"]]})
        ],
        "algebra/fields are one": [allow(operation(methods=["GET"], paths=["/admin"]))],
        "algebra/field and its twin": [allow(operation(paths=["/*"], notPaths=["/admin"]))],
        "algebra/contradiction": [allow(operation(paths=["/admin"], notPaths=["/admin"]))],
        "algebra/conditions are one": [
            allow(both(when("source.namespace", ["bar", "foo"]), when("source.principal", ["*/sa/web"])))
        ],
        "algebra/condition with twin": [allow(when("source.namespace", ["*"], ["bar"]))],
        "algebra/all three": [allow(both(BAR, GETS, when("destination.port", ["8080"])))],
        "algebra/three rules": [allow(both(BAR, ADMIN), both(source(namespaces=["foo"]), POSTS), ADMIN)],
        "algebra/empty rule beside": [allow(ADMIN, {})],
        "algebra/only negatives": [allow(both(source(notNamespaces=["bar"]), operation(notMethods=["GET"])))],
    }


def _actions() -> dict[str, list[Plain]]:
    return {
        "actions/two allows": [allow(both(BAR, GETS), name="a"), allow(ADMIN, name="b")],
        "actions/allow and nothing": [allow(GETS, name="a"), allow(name="b")],
        "actions/deny wins": [allow({}, name="a"), deny(ADMIN, name="b")],
        "actions/deny beside allow": [allow(BAR, name="a"), deny(POSTS, name="b"), deny(ADMIN, name="c")],
        "actions/deny alone": [deny(both(BAR, ADMIN))],
        "actions/allow elsewhere": [allow(namespace="bar")],
        "actions/root and own": [allow(namespace="istio-system", name="a"), allow(BAR, name="b")],
        "actions/root denies": [deny(ADMIN, namespace="istio-system", name="a"), allow({}, name="b")],
        "actions/never but attached": [allow(operation(hosts=["never.example"]))],
        "actions/audit": [policy("AUDIT", ADMIN)],
        "actions/audit nothing": [policy("AUDIT")],
        "actions/audit beside": [policy("AUDIT", {}, name="a"), allow(BAR, name="b"), deny(POSTS, name="c")],
    }


def _on_tcp() -> dict[str, list[Plain]]:
    first = operation(ports=["9000"])
    return {
        "tcp/allow methods": [allow(GETS)],
        "tcp/deny methods": [deny(GETS)],
        "tcp/deny methods on a port": [deny(operation(ports=["9000"], methods=["GET"]))],
        "tcp/deny methods of a peer": [deny(both(BAR, GETS))],
        "tcp/deny all but paths": [deny(operation(notPaths=["/info"]))],
        "tcp/deny hosts": [deny(operation(hosts=["x.example"]))],
        "tcp/deny request principals": [deny(source(requestPrincipals=["*"]))],
        "tcp/deny header": [deny(when("request.headers[x]", ["y"]))],
        "tcp/deny header not": [deny(both(first, when("request.headers[x]", but=["y"])))],
        "tcp/deny claims": [deny(both(first, when("request.auth.claims[a]", ["b"])))],
        "tcp/deny one of two": [deny({"to": [*first["to"], *GETS["to"]]})],
        "tcp/allow dies with one alternative": [allow({"to": [*first["to"], *GETS["to"]]})],
        "tcp/allow dies with one source": [
            allow({"from": [*BAR["from"], *source(requestPrincipals=["*"])["from"]]}),
        ],
        "tcp/allow lives in two rules": [allow(first, GETS)],
        "tcp/allow peer": [allow(BAR)],
        "tcp/allow peer and port": [allow(both(BAR, first))],
        "tcp/allow with condition": [allow(both(BAR, when("destination.port", ["9001"])))],
        "tcp/allow not methods": [allow(operation(notMethods=["GET"]))],
        "tcp/deny port": [deny(first)],
        "tcp/deny all but port": [deny(operation(notPorts=["8080", "9000"]))],
        "tcp/allow all": [allow({})],
        "tcp/deny all": [deny({})],
    }


def _untranslatable() -> dict[str, list[Plain]]:
    return {
        "keys/claims misspelt, allow": [allow(both(BAR, when("request.auth.claimss[a]", ["b"])))],
        "keys/claims misspelt, deny": [deny(both(BAR, when("request.auth.claimss[a]", ["b"])))],
        "keys/headers misspelt, allow": [allow(both(BAR, when("request.headersX[a]", ["b"])), ADMIN)],
        "keys/headers misspelt, deny": [deny(both(ADMIN, when("request.headersX[a]", ["b"])))],
        "keys/two brackets, allow": [allow(when("request.headers[a][b]", ["c"]))],
        "keys/two brackets, deny": [deny(both(ADMIN, when("request.headers[a][b]", ["c"])))],
        "keys/claims not closed": [deny(both(ADMIN, when("request.auth.claims[a]b]", ["c"])))],
        "keys/claims opened twice": [allow(when("request.auth.claims[[a]", ["c"]), BAR)],
        "keys/claims with text": [deny(both(ADMIN, when("request.auth.claims.x[y]", ["c"])))],
        "keys/claims with text between": [deny(both(ADMIN, when("request.auth.claims[a]b[c]", ["d"])))],
    }


def _trial() -> dict[str, list[Plain]]:
    accepted = tokens({"issuer": "https://issuer.example.com"})
    ask = both(ADMIN)
    return {
        "dry run/allow alone": [allow(BAR, dry_run="true")],
        "dry run/deny alone": [deny(ADMIN, dry_run="true")],
        "dry run/allow beside allow": [allow(GETS, name="a"), allow(BAR, name="b", dry_run="true")],
        "dry run/deny beside deny": [deny(POSTS, name="a"), deny(ADMIN, name="b", dry_run="true")],
        "dry run/both": [allow(BAR, name="a", dry_run="1"), deny(ADMIN, name="b", dry_run="T")],
        "dry run/false": [allow(BAR, dry_run="false")],
        "dry run/zero": [deny(ADMIN, dry_run="0")],
        "dry run/nothing": [allow(dry_run="true")],
        "custom/unknown provider": [policy("CUSTOM", ask, provider={"name": "nobody"})],
        "custom/unknown provider and allow": [
            policy("CUSTOM", ask, name="a", provider={"name": "nobody"}),
            allow(BAR, name="b"),
        ],
        "custom/two providers": [
            policy("CUSTOM", ask, name="a", provider={"name": "one"}),
            policy("CUSTOM", POSTS, name="b", provider={"name": "two"}),
        ],
        "custom/with tokens": [accepted, policy("CUSTOM", ask, provider={"name": "nobody"})],
    }
