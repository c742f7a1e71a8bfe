"""A token as Istio's proxies judge it, under a policy or beside a key set; nothing here shows or keeps its text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from ztdsl.api.token_access import token_accesses, verdict_document
from ztdsl.api.token_rules import Keys, key_set, meant, rules_of
from ztdsl.api.token_text import inspection_text
from ztdsl.diagnostics.catalogue import diagnostic
from ztdsl.diagnostics.report import Report
from ztdsl.istio.kinds import AuthorizationPolicy, JwtRule
from ztdsl.token import findings
from ztdsl.token.claims import principal, usable
from ztdsl.token.http_text import ENVOY_LIMIT
from ztdsl.token.judge import CLOCK_SKEW, Judgement, judge
from ztdsl.token.jwt import Broken, Jwt, read
from ztdsl.token.secret import Hider
from ztdsl.token.status import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ztdsl.api.token_access import TokenAccess
    from ztdsl.diagnostics.model import Diagnostic
    from ztdsl.istio.kinds import Manifest
    from ztdsl.scenario.subject import Subject

_GROUP: Final = re.compile(r"\[([^\[\]]+)\]")
_CLAIMS: Final = "request.auth.claims"
_TIMES: Final = ("iat", "nbf", "exp")


@dataclass(frozen=True, slots=True)
class TokenInspection:
    """What a proxy makes of a token.

    Attributes:
        token: the token, or why it is none.
        rule: the rule that it was judged by; None where none is meant for it.
        judgement: what that says.
        report: the findings.
        now: when it was looked at, in seconds since 1970.
        accesses: what requests with it meet at workloads; empty without a policy.
    """

    token: Jwt | Broken = field(repr=False)
    rule: JwtRule | None
    judgement: Judgement
    report: Report
    now: int
    accesses: tuple[TokenAccess, ...]
    hider: Hider = field(repr=False)

    @property
    def is_undecided(self) -> bool:
        """Whether keys lack that would decide."""
        return self.judgement.status is None

    def text(self, *, width: int = 80) -> str:
        """The answer for people."""
        return inspection_text(self, self.hider.text, width=width)

    def to_dict(self) -> dict[str, Any]:
        """The answer as JSON."""
        found: dict[str, Any] = self.hider.plain(self._plain())
        return found

    def _plain(self) -> dict[str, Any]:
        token, judgement = self.token, self.judgement
        claims = token.claims or {}
        return {
            "schema": "ztdsl/token/v1",
            "verdict": "unknown" if judgement.status is None else _verdict(judgement.status),
            "status": None if judgement.status in {None, Status.OK} else judgement.status.http,
            "reason": None if judgement.status is None else judgement.status.value,
            "now": self.now,
            "clock_skew": CLOCK_SKEW,
            "header": {name: (token.header or {}).get(name) for name in ("alg", "kid", "typ")},
            "issuer": claims.get("iss"),
            "audience": claims.get("aud"),
            **{name: claims.get(name) for name in _TIMES},
            "rule": _rule_document(self.rule),
            "signature": _signature_document(judgement),
            "principal": principal(claims).text,
            "claims": [
                {"key": each.key, "kind": each.kind, "can_match": each.can_match, "note": each.note}
                for each in usable(claims, () if self.rule is None else self.rule.space_delimited_claims)
            ],
            "findings": finding_documents(self.report),
            "workloads": [_access_document(each) for each in self.accesses],
        }


def inspect_token(
    text: str,
    subject: Subject | None = None,
    *,
    issuer: str | None = None,
    keys: str | None = None,
    now: float,
) -> TokenInspection:
    """What Istio's proxies make of a token.

    Args:
        text: the token.
        subject: the policy or manifests whose rules judge it; None for the token alone.
        issuer: the issuer that it should be of, by its name or host; None for the one that it names.
        keys: the issuer's JWK set, instead of one that stands in the policy.
        now: when it is looked at, in seconds since 1970.

    Raises:
        UnknownIssuer: no rule is about `issuer`.
        UnreadableKeys: `keys` is no JWK set.
    """
    token, at = read(text), int(now)
    found = token.text("iss") if isinstance(token, Jwt) else None
    rules = (JwtRule(issuer=issuer or found),) if subject is None else rules_of(subject.manifests)
    about = meant(rules, found, issuer)
    own = Keys(None if keys is None else key_set(keys), about)
    judged = [(rule, judge(token, rule, own.of(rule), at)) for rule in about]
    rule, judgement = min(judged, key=_badness, default=(None, _without_rule(token)))
    problems = list(_findings(token, text, rule, judgement, rules, keys=own, now=at))
    manifests: Sequence[Manifest] = () if subject is None else subject.manifests
    problems.extend(_claims_tested(token, rule, manifests))
    problems.sort(key=lambda each: -each.severity)
    accesses = () if subject is None else tuple(token_accesses(subject, text, own.of, at))
    hider = Hider([text])
    report = Report(tuple(hidden(each, hider) for each in problems))
    return TokenInspection(token, rule, judgement, report, at, accesses, hider)


def hidden(finding: Diagnostic, hider: Hider) -> Diagnostic:
    """A finding without what must not be shown."""
    notes, help_ = (tuple(map(hider.text, each)) for each in (finding.notes, finding.help))
    return replace(finding, message=hider.text(finding.message), notes=notes, help=help_)


def finding_documents(report: Report) -> list[dict[str, Any]]:
    """Findings as JSON."""
    return [
        {
            "code": each.code,
            "severity": each.severity.word,
            "message": each.message,
            "notes": list(each.notes),
            "help": list(each.help),
        }
        for each in report.findings
    ]


def token_findings(
    token: Jwt | Broken,
    text: str,
    rule: JwtRule,
    judgement: Judgement,
    rules: Sequence[JwtRule],
    *,
    keys: Keys,
    now: int,
) -> list[Diagnostic]:
    """What is wrong with a token before `rule`, the worst first."""
    found = list(_findings(token, text, rule, judgement, rules, keys=keys, now=now))
    return sorted(found, key=lambda each: -each.severity)


def _badness(judged: tuple[JwtRule, Judgement]) -> tuple[int, int]:
    """How far a rule is from accepting: accepted, then unknown, then by the number of faults."""
    status = judged[1].status
    return (0 if status is Status.OK else 1 if status is None else 2, len(judged[1].faults))


def _without_rule(token: Jwt | Broken) -> Judgement:
    status = token.status if isinstance(token, Broken) else Status.ISSUER
    return Judgement(status, (status,))


def _findings(
    token: Jwt | Broken,
    text: str,
    rule: JwtRule | None,
    judgement: Judgement,
    rules: Iterable[JwtRule],
    *,
    keys: Keys,
    now: int,
) -> Iterator[Diagnostic]:
    if len(text) > ENVOY_LIMIT:
        yield too_large(len(text))
    if isinstance(token, Broken):
        yield findings.of_broken(token)
        return
    declared = [each.issuer for each in rules if each.issuer]
    if rule is None:
        yield findings.of_issuer(token, declared)
    else:
        own = keys.of(rule)
        for fault in judgement.faults:
            is_issuer = fault is Status.ISSUER
            yield findings.of_issuer(token, declared) if is_issuer else findings.of_fault(fault, token, rule, own, now)
        if own is None:
            yield findings.of_missing_keys(rule)
    yield from findings.of_form(token, judgement)
    yield from findings.of_principal(token)


def too_large(size: int) -> Diagnostic:
    """A head that no proxy takes."""
    message = f"{size} bytes are more than the {ENVOY_LIMIT} bytes of headers that a proxy takes"
    notes = ["Envoy answers 431 before it looks at any token"]
    return diagnostic("ZT769", message, None, notes=notes, help=["let the issuer put less into tokens"])


def _claims_tested(token: Jwt | Broken, rule: JwtRule | None, manifests: Iterable[Manifest]) -> Iterator[Diagnostic]:
    """Claims that rules test and that no test matches in this token."""
    if isinstance(token, Broken) or rule is None:
        return
    never = {each.path: each.kind for each in usable(token.claims, rule.space_delimited_claims) if not each.can_match}
    tested = {
        tuple(_GROUP.findall(condition.key.removeprefix(_CLAIMS)))
        for policy in manifests
        if isinstance(policy, AuthorizationPolicy)
        for each in policy.rules
        for condition in each.conditions
        if condition.key.startswith(_CLAIMS)
    }
    for path in sorted(tested & set(never)):
        name = "".join(f"[{step}]" for step in path)
        message = f"a rule tests the claim `{name}`, which is {never[path]} in this token: no test of it matches"
        yield diagnostic("ZT765", message, None, help=["have the issuer write it as a string or a list of strings"])


def _verdict(status: Status) -> str:
    return "accepted" if status is Status.OK else "refused"


def _rule_document(rule: JwtRule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {"issuer": rule.issuer, "audiences": list(rule.audiences), "jwks_uri": rule.jwks_uri}


def _signature_document(judgement: Judgement) -> dict[str, Any] | None:
    found = judgement.signature
    if found is None:
        return None
    return {
        "verified": found.status is Status.OK,
        "tried": [{"kid": key.kid or None, "alg": key.alg or None, "kty": key.kind} for key in found.tried],
        "by": None if found.by is None else found.by.kid or None,
    }


def _access_document(access: TokenAccess) -> dict[str, Any]:
    refusal = access.refusal
    return {
        "workload": access.workload,
        "port": access.port,
        "is_read": access.filtered is not None,
        "is_assumed": access.filtered is not None and access.filtered.is_assumed,
        "refused": None if refusal is None else {"status": refusal.http, "reason": refusal.value},
        "requests": [verdict_document(each) for each in access.calls],
    }
