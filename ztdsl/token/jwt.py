"""A token's text taken apart, in Envoy's order of checks.

Sources: Envoy `source/common/jwt/{jwt,struct_utils}.cc`; RFC 7515, sections 3.1 and 5.2; RFC 7516, section 3.1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ztdsl.token.base64url import decode
from ztdsl.token.protobuf_json import NotReadError, read_object
from ztdsl.token.status import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ztdsl.token.base64url import Decoded

ASYMMETRIC: Final = frozenset(f"{family}{size}" for family in ("RS", "PS", "ES") for size in (256, 384, 512)) | {
    "EdDSA"
}
SYMMETRIC: Final = frozenset({"HS256", "HS384", "HS512"})
_PARTS: Final = 3
_ENCRYPTED_PARTS: Final = 5
_MOST_TIME: Final = 2.0**64


class Jwt(NamedTuple):
    """A token that Envoy can read; whether it is genuine is another matter.

    Attributes:
        header: its header.
        claims: its claims.
        payload: the claims as they are encoded, which is what a payload header carries.
        signed: what the signature is over.
        signature: the signature.
        liberties: what other verifiers may refuse about its form.
    """

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    payload: str
    signed: bytes
    signature: bytes
    liberties: tuple[str, ...]

    @property
    def alg(self) -> str:
        """The algorithm that the header names."""
        return str(self.header["alg"])

    @property
    def kid(self) -> str:
        """The key that the header names; empty where it names none."""
        return str(self.header.get("kid", ""))

    def text(self, name: str) -> str | None:
        """The claim of that name where it is a string."""
        value = self.claims.get(name)
        return value if isinstance(value, str) else None

    def seconds(self, name: str) -> int | None:
        """The claim of that name as whole seconds, as Envoy cuts them; None without one."""
        value = self.claims.get(name)
        return None if value is None else int(value)


class Broken(NamedTuple):
    """A text that is no token to Envoy.

    Attributes:
        status: Envoy's words.
        why: ours, which hold nothing of the text.
        header: the header, where it could be read.
        claims: the claims, where they could be read.
    """

    status: Status
    why: str
    header: Mapping[str, Any] | None = None
    claims: Mapping[str, Any] | None = None


def read(text: str) -> Jwt | Broken:
    """The token that `text` holds, or the first reason for which Envoy refuses to read it."""
    parts = [part for part in text.split(".") if part]
    if len(parts) != _PARTS:
        return Broken(Status.FORMAT, _shape(text))
    head = _part(parts[0], "header", Status.HEADER_BASE64, Status.HEADER_JSON)
    body = _part(parts[1], "payload", Status.PAYLOAD_BASE64, Status.PAYLOAD_JSON)
    if isinstance(head, Broken):
        return head
    found = None if isinstance(body, Broken) else body.members
    broken = _header_fault(head.members, found)
    if broken is not None:
        return broken
    if isinstance(body, Broken):
        return body._replace(header=head.members)
    fault = next(_claim_faults(body.members), None)
    if fault is not None:
        return Broken(*fault, head.members, body.members)
    signature = decode(parts[2])
    if signature is None:
        return Broken(Status.SIGNATURE_BASE64, "the signature is not base64url", head.members, body.members)
    liberties = [*head.liberties, *body.liberties, *_of("the signature", signature.liberties)]
    if text.count(".") != _PARTS - 1:
        liberties.append("it has dots that separate nothing")
    signed = f"{parts[0]}.{parts[1]}".encode()
    return Jwt(head.members, body.members, parts[1], signed, signature.data, tuple(liberties))


class _Part(NamedTuple):
    members: dict[str, Any]
    liberties: tuple[str, ...]


def _part(text: str, name: str, not_base64: Status, not_json: Status) -> _Part | Broken:
    decoded = decode(text)
    if decoded is None:
        return Broken(not_base64, f"the {name} is not base64url")
    try:
        members, liberties = read_object(decoded.data)
    except NotReadError as error:
        nested = name == "payload" and _is_token(decoded)
        why = (
            "the payload is itself a token: a nested one is not unwrapped"
            if nested
            else f"the {name} is not JSON: {error}"
        )
        return Broken(not_json, why)
    return _Part(members, (*_of(f"the {name}", decoded.liberties), *(f"in the {name}, {each}" for each in liberties)))


def _of(what: str, liberties: tuple[str, ...]) -> Iterator[str]:
    return (f"{what} {each}" for each in liberties)


def _is_token(decoded: Decoded) -> bool:
    """Whether bytes are a token in its compact form, as the payload of a nested one is (RFC 7519, appendix A.2)."""
    parts = decoded.data.split(b".")
    return len(parts) in {_PARTS, _ENCRYPTED_PARTS} and parts[0].startswith(b"eyJ")


def _shape(text: str) -> str:
    """Why a text does not have the three parts of a token."""
    count = text.count(".") + 1
    if text.lstrip().startswith("{"):
        return "it is JSON: the JSON serialization of a signature is not accepted, only the compact one"
    if "," in text:
        return "it has a comma: a header that is given twice is joined by one, and no token is left"
    if count == _ENCRYPTED_PARTS:
        return "it is encrypted (five parts, a JWE): Istio's proxies accept signed tokens only"
    if count == _PARTS and text.endswith("."):
        return f"its signature is empty{_unsecured(text)}"
    if count == _PARTS:
        return "one of its three parts is empty"
    return f"it has {count} part{'' if count == 1 else 's'} between dots, not three"


def _unsecured(text: str) -> str:
    head = _part(text.partition(".")[0], "header", Status.HEADER_BASE64, Status.HEADER_JSON)
    is_none = isinstance(head, _Part) and head.members.get("alg") == "none"
    return ": its algorithm is `none`, which nobody signed" if is_none else ""


def _header_fault(header: Mapping[str, Any], claims: Mapping[str, Any] | None) -> Broken | None:
    alg = header.get("alg")
    if "enc" in header and alg not in ASYMMETRIC | SYMMETRIC:
        return Broken(Status.ALG_UNSUPPORTED, "its header is that of an encrypted token (JWE)", header, claims)
    if not isinstance(alg, str):
        why = "the header names no algorithm" if alg is None else "`alg` in the header is not a string"
        return Broken(Status.HEADER_ALG, why, header, claims)
    if alg == "none":
        return Broken(Status.ALG_UNSUPPORTED, "its algorithm is `none`, which nobody signed", header, claims)
    if alg not in ASYMMETRIC | SYMMETRIC:
        return Broken(Status.ALG_UNSUPPORTED, "its algorithm is none that Envoy knows", header, claims)
    if "kid" in header and not isinstance(header["kid"], str):
        return Broken(Status.HEADER_KID, "`kid` in the header is not a string", header, claims)
    return None


def _claim_faults(claims: Mapping[str, Any]) -> Iterator[tuple[Status, str]]:
    """Registered claims whose type Envoy does not take, in its order."""
    for name, status in (("iss", Status.ISS_TYPE), ("sub", Status.SUB_TYPE)):
        yield from _unless(_is_text, claims, name, status, "a string")
    for name, kind, extent in _TIMES:
        yield from _unless(_is_number, claims, name, kind, "a number of seconds")
        yield from _unless(_is_time, claims, name, extent, "a time: it is negative or too large")
    yield from _unless(_is_text, claims, "jti", Status.JTI_TYPE, "a string")
    yield from _unless(_is_audience, claims, "aud", Status.AUD_TYPE, "a string or a list of strings")


def _unless(
    fits: Callable[[object], bool], claims: Mapping[str, Any], name: str, status: Status, wanted: str
) -> Iterator[tuple[Status, str]]:
    if name in claims and not fits(claims[name]):
        yield status, f"the claim `{name}` is not {wanted}"


_TIMES: Final = (
    ("iat", Status.IAT_TYPE, Status.IAT_RANGE),
    ("nbf", Status.NBF_TYPE, Status.NBF_RANGE),
    ("exp", Status.EXP_TYPE, Status.EXP_RANGE),
)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 0 <= float(value) < _MOST_TIME


def _is_audience(value: object) -> bool:
    return _is_text(value) or (isinstance(value, list) and all(map(_is_text, value)))
