"""Texts that YAML, templates or terminals could take for something else, in every place that takes free text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from hypothesis import strategies as st

from ztdsl import (
    AnyAudience,
    AnyRequest,
    Claim,
    EndUser,
    Header,
    Http,
    HttpPort,
    Issuer,
    Namespace,
    Open,
    Permissive,
    Policy,
    Prefix,
    Service,
    Suffix,
    TcpPort,
    TokenHeader,
    allow,
    allow_tcp,
)

TRICKY = (
    "",
    " ",
    "-",
    "--- ",
    "---\n",
    "...",
    "# not a comment",
    "a # b",
    "a: b",
    "a:",
    ": a",
    "- a",
    "? a",
    "[a]",
    "{a}",
    "a, b",
    "'",
    '"',
    "''",
    '"x"',
    "\\",
    "\\n",
    "a\nb",
    "a\r\nb",
    "a\rb",
    "\tx",
    "x\t",
    "&a",
    "*a",
    "a*",
    "!a",
    "|",
    ">",
    "%YAML 1.2",
    "@a",
    "`a`",
    "{{ a }}",
    "{% raw %}",
    "{# a #}",
    "yes",
    "No",
    "on",
    "OFF",
    "y",
    "N",
    "true",
    "False",
    "null",
    "~",
    "Null",
    "1",
    "-1",
    "1e3",
    "1.5",
    ".5",
    "0o7",
    "0x1f",
    "0b1",
    "1_000",
    "12:30:45",
    "2026-11-24",
    "2026-11-24T10:00:00Z",
    ".inf",
    ".NaN",
    "<<",
    "=",
    "\x85",
    "a\x85b",
    "\u2028",
    "a\u2029b",
    "\ufeff",
    "\ufeffa",
    "\x00",
    "\x07",
    "\x1b[31m",
    "\x7f",
    "\x9b",
    "\xa0",
    "\u200b",
    "\u202e",
    "\ud800",
    "a\udfff",
    "\ufffe",
    "\uffff",
    "😀",
    "\U0001f600\u200d",
    "\U0010ffff",
    "é",
    "e\u0301",
    "\uff46",
    "x" * 200,
    "a b " * 60,
)
texts = st.one_of(st.sampled_from(TRICKY), st.text(max_size=12), st.text(st.characters(), max_size=6))

FIELDS: Mapping[str, str] = {
    "owner": "team",
    "because": "reason",
    "tcp_because": "reason",
    "permissive": "reason",
    "open": "reason",
    "any_audience": "reason",
    "issuer": "https://auth.example.com",
    "audience": "shop",
    "subject": "u1",
    "presenter": "portal",
    "claim_name": "tier",
    "claim_value": "gold",
    "claim_prefix": "g",
    "header_name": "x-team",
    "header_value": "blue",
    "header_suffix": "e",
    "param": "token",
    "cookie": "token",
    "token_header": "x-token",
    "token_prefix": "Bearer ",
    "payload_header": "x-payload",
    "claim_header": "x-tier",
    "path": "/orders",
    "host": "shop.example.com",
    "label_key": "app",
    "label_value": "orders",
    "service": "orders",
    "account": "orders",
    "namespace": "shop",
    "policy": "shop",
    "jwks_uri": "https://auth.example.com/jwks.json",
}
filled = st.lists(st.tuples(st.sampled_from(sorted(FIELDS)), texts), min_size=1, max_size=3).map(
    lambda changed: {**FIELDS, **dict(changed)}
)


def policy(say: Mapping[str, str]) -> Policy:
    """A policy with a text in every place that takes one."""
    until = date(2027, 1, 31)
    shop = Namespace(say["namespace"], default=Open(because=say["open"], until=until))
    api = HttpPort(8080)
    store = TcpPort(9090, mtls=Permissive(because=say["permissive"], until=until))
    orders = Service(
        say["service"],
        namespace=shop,
        service_account=say["account"],
        ports=[api, store],
        labels={say["label_key"]: say["label_value"]},
    )
    claim = Claim([say["claim_name"]], str)
    issuer = Issuer(
        say["issuer"],
        audiences=[say["audience"]],
        jwks_uri=say["jwks_uri"],
        claims=[claim],
        from_headers=[TokenHeader(say["token_header"], prefix=say["token_prefix"])],
        from_params=[say["param"]],
        from_cookies=[say["cookie"]],
        payload_header=say["payload_header"],
        claim_headers={say["claim_header"]: claim},
    )
    other = Issuer(
        "https://other.example.com",
        audiences=AnyAudience(because=say["any_audience"]),
        jwks_uri="https://other.example.com/jwks.json",
    )
    user = EndUser(
        issuer,
        audience=say["audience"],
        subject=[say["subject"]],
        presenter=say["presenter"],
        where=[claim.is_in(say["claim_value"]), claim.is_not_in(Prefix(say["claim_prefix"]))],
    )
    header = Header(say["header_name"], any_of=[say["header_value"]], none_of=[Suffix(say["header_suffix"])])
    rules: list[Any] = [
        allow(
            [user, EndUser(other)],
            to=orders.at(api),
            http=Http(paths=[say["path"]], hosts=[say["host"]], headers=[header]),
            because=say["because"],
        ),
        allow(orders, to=orders.at(api), http=AnyRequest(), because=say["because"]),
        allow_tcp(orders, to=orders.at(store), because=say["tcp_because"]),
    ]
    return Policy(say["policy"], owns=[shop], services=[orders], rules=rules, owner=say["owner"])
