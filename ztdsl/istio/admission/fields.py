"""The fields of the kinds as the cluster's schema describes them; both served versions are alike.

Of a Telemetry only the access logs are described: metrics and traces may be anything.

Source: Istio `manifests/charts/base/files/crd-all.gen.yaml`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ztdsl.istio.admission.records import Items, Record, Table
from ztdsl.istio.admission.shapes import Choice, Duration, Flag, Free, Text
from ztdsl.istio.golang.urls import schema_takes
from ztdsl.istio.golang.values import is_signed_number
from ztdsl.istio.grammar import LONGEST_LABEL
from ztdsl.istio.kinds import OPERATION_FIELDS, SOURCE_FIELDS
from ztdsl.istio.telemetry import MODES
from ztdsl.istio.validate.attachment import MOST_LABELS, MOST_TARGETS
from ztdsl.istio.validate.authorization import MOST_RULES
from ztdsl.istio.validate.conditions import MOST_SERVICE_ACCOUNTS
from ztdsl.istio.validate.identities import LONGEST_SERVICE_ACCOUNT
from ztdsl.istio.validate.keys import LONGEST_URI
from ztdsl.istio.validate.requests import HIGHEST_PORT
from ztdsl.istio.validate.rules import MOST_SOURCES
from ztdsl.istio.validate.tokens import MOST_JWT_RULES, MOST_SPACE_DELIMITED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.istio.admission.records import Fault, Plain
    from ztdsl.istio.admission.shapes import Shape

_LONGEST_TARGET: Final = 253
_KIND: Final = re.compile(r"\A[a-zA-Z](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?\Z")
_GROUP: Final = re.compile(r"\A(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*)?\Z")
_CLAIM_HEADER: Final = re.compile(r"\A[-_A-Za-z0-9]+\Z")
_ATTACHMENTS: Final = ("selector", "targetRef", "targetRefs")
_KEYS: Final = ("jwksUri", "jwks_uri", "jwks")
_NOT_WITH_ACCOUNTS: Final = ("principals", "notPrincipals", "namespaces", "notNamespaces")


def _label_key(key: str) -> tuple[str, str] | None:
    if not key:
        return "V-SEL-1", "a label has no key"
    return ("V-SEL-2", f"label `{key}` has a wildcard, which selectors do not know") if "*" in key else None


def _label_value(value: str) -> tuple[str, str] | None:
    return ("V-SEL-2", f"`{value}` has a wildcard, which selectors do not know") if "*" in value else None


def _target_namespace(namespace: str) -> tuple[str, str] | None:
    return ("V-TGT-3", "a target is named with a namespace, which is always the policy's own") if namespace else None


def _port_key(key: str) -> tuple[str, str] | None:
    if is_signed_number(key) and 0 < int(key) <= HIGHEST_PORT:
        return None
    return "V-PA-3", f"`{key}` is not a port, 1 to {HIGHEST_PORT}"


def _key_uri(uri: str) -> tuple[str, str] | None:
    return None if schema_takes(uri) else ("V-RA-3", "the key URI is not an http or https URI")


def _one_attachment(spec: Plain) -> Iterator[Fault]:
    given = [name for name in _ATTACHMENTS if name in spec]
    if len(given) > 1:
        yield "V-TGT-1", f"/{given[1]}", f"a policy has `{given[0]}` and `{given[1]}`"


def _accounts_alone(source: Plain) -> Iterator[Fault]:
    if "serviceAccounts" in source or "notServiceAccounts" in source:
        for name in _NOT_WITH_ACCOUNTS:
            if name in source:
                yield "V-AP-10", f"/{name}", f"a source has service accounts and `{name}`"


def _one_key_source(rule: Plain) -> Iterator[Fault]:
    given = [name for name in _KEYS if name in rule]
    if len(given) > 1:
        yield "V-RA-6", f"/{given[1]}", f"a token rule has `{given[0]}` and `{given[1]}`"


def _ports_of_some(spec: Plain) -> Iterator[Fault]:
    if "portLevelMtls" in spec and not spec.get("selector", {}).get("matchLabels"):
        yield "V-PA-1", "/portLevelMtls", "modes of single ports need a selector with labels"


_TEXTS: Final = Items(Text())
_ACCOUNTS: Final = Items(Text("V-AP-14", longest=LONGEST_SERVICE_ACCOUNT), MOST_SERVICE_ACCOUNTS, "V-AP-14")
_SELECTOR: Final = Record(
    {
        "matchLabels": Table(
            Text("V-SEL-4", longest=LONGEST_LABEL, validate=_label_value), "V-SEL-4", _label_key, most=MOST_LABELS
        )
    }
)
_TARGET: Final = Record(
    {
        "group": Text("V-TGT-4", longest=_LONGEST_TARGET, pattern=_GROUP),
        "kind": Text("V-TGT-4", 1, LONGEST_LABEL, _KIND),
        "name": Text("V-TGT-2", 1, _LONGEST_TARGET),
        "namespace": Text(validate=_target_namespace),
    },
    {"kind": "V-TGT-4", "name": "V-TGT-2"},
)
_ATTACHED: Final[dict[str, Shape]] = {
    "selector": _SELECTOR,
    "targetRef": _TARGET,
    "targetRefs": Items(_TARGET, MOST_TARGETS, "V-TGT-5"),
}

_SOURCE: Final = Record(
    {key: _ACCOUNTS if "service_accounts" in field else _TEXTS for field, key in SOURCE_FIELDS}, rules=_accounts_alone
)
_OPERATION: Final = Record({key: _TEXTS for _, key in OPERATION_FIELDS})
_RULE: Final = Record(
    {
        "from": Items(Record({"source": _SOURCE}), MOST_SOURCES, "V-AP-21"),
        "to": Items(Record({"operation": _OPERATION})),
        "when": Items(Record({"key": Text(), "values": _TEXTS, "notValues": _TEXTS}, {"key": "V-AP-17"})),
    }
)
_AUTHORIZATION: Final = Record(
    {
        **_ATTACHED,
        "action": Choice("V-AP-21", ("ALLOW", "DENY", "AUDIT", "CUSTOM")),
        "provider": Record({"name": Text()}),
        "rules": Items(_RULE, MOST_RULES, "V-AP-21", null="V-AP-7"),
    },
    rules=_one_attachment,
)

_MTLS: Final = Record({"mode": Choice("V-PA-4", ("UNSET", "DISABLE", "PERMISSIVE", "STRICT"))})
_PORTS: Final = Table(_MTLS, "V-PA-2", _port_key, least=1, ports=True)
_PEER: Final = Record({"selector": _SELECTOR, "mtls": _MTLS, "portLevelMtls": _PORTS}, rules=_ports_of_some)

_KEY_URI: Final = Text("V-RA-10", 1, LONGEST_URI, validate=_key_uri)
_LOCATIONS: Final = Items(Text("V-RA-7", 1))
_JWT_RULE: Final = Record(
    {
        "issuer": Text("V-RA-10", 1),
        "audiences": Items(Text("V-RA-2", 1)),
        "jwksUri": _KEY_URI,
        "jwks_uri": _KEY_URI,
        "jwks": Text(),
        "fromHeaders": Items(Record({"name": Text("V-RA-7", 1), "prefix": Text()}, {"name": "V-RA-7"})),
        "fromParams": _LOCATIONS,
        "fromCookies": _LOCATIONS,
        "outputPayloadToHeader": Text(),
        "outputClaimToHeaders": Items(
            Record(
                {"header": Text("V-RA-8", 1, pattern=_CLAIM_HEADER), "claim": Text("V-RA-8", 1)},
                {"header": "V-RA-8", "claim": "V-RA-8"},
            )
        ),
        "forwardOriginalToken": Flag(),
        "timeout": Duration("V-RA-9"),
        "spaceDelimitedClaims": Items(Text("V-RA-10", 1), MOST_SPACE_DELIMITED, "V-RA-10"),
    },
    rules=_one_key_source,
    alias={"jwks_uri": "jwksUri"},
)
_REQUEST: Final = Record({**_ATTACHED, "jwtRules": Items(_JWT_RULE, MOST_JWT_RULES, "V-RA-10")}, rules=_one_attachment)

_PROVIDERS: Final = Items(Record({"name": Text("V-TEL-1", 1)}, {"name": "V-TEL-1"}))
_ACCESS_LOGGING: Final = Record(
    {
        "disabled": Flag(),
        "filter": Record({"expression": Text()}),
        "match": Record({"mode": Choice("V-TEL-2", MODES)}),
        "providers": _PROVIDERS,
    }
)
_TELEMETRY: Final = Record(
    {**_ATTACHED, "accessLogging": Items(_ACCESS_LOGGING), "metrics": Free(), "tracing": Free()},
    rules=_one_attachment,
)

SPECS: Final = {
    "AuthorizationPolicy": _AUTHORIZATION,
    "PeerAuthentication": _PEER,
    "RequestAuthentication": _REQUEST,
    "Telemetry": _TELEMETRY,
}
"""The shape of the spec of each kind."""
