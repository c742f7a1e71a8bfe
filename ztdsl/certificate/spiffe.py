"""SPIFFE IDs: what they are made of, and what is wrong with a text that should be one.

The rules are those of the SPIFFE ID document (spiffe/spiffe, standards/SPIFFE-ID.md, section 2).
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

MOST_BYTES: Final = 2048
_MOST_OF_A_TRUST_DOMAIN: Final = 255
_SCHEME: Final = "spiffe"
_TRUST_DOMAIN: Final = re.compile(r"[a-z0-9._-]+")
_SEGMENT: Final = re.compile(r"[A-Za-z0-9._-]+")
_ISTIO: Final = re.compile(r"/ns/([^/]+)/sa/([^/]+)")
_URI: Final = re.compile(r"(?:(?P<scheme>[^:/?#]+):)?(?://(?P<authority>[^/?#]*))?(?P<rest>.*)", re.DOTALL)
"""RFC 3986, appendix B; what follows the authority is looked at apart."""


class SpiffeId(NamedTuple):
    """A text taken apart as a SPIFFE ID.

    Attributes:
        text: as it stands in the certificate.
        trust_domain: the part behind `spiffe://`; empty where there is none.
        path: from the first `/` after it; empty where there is none.
    """

    text: str
    trust_domain: str
    path: str

    @property
    def workload(self) -> tuple[str, str] | None:
        """Namespace and service account where the path has Istio's form `/ns/NAMESPACE/sa/ACCOUNT`.

        The form is that of `ParseIdentity` in Istio's pkg/spiffe/spiffe.go.
        """
        match = _ISTIO.fullmatch(self.path)
        return None if match is None else (match[1], match[2])


def parse(text: str) -> SpiffeId:
    """`text` taken apart, whatever it is; `problems` says whether it is a SPIFFE ID."""
    match = _URI.fullmatch(text)
    authority = (match["authority"] if match else None) or ""
    rest = match["rest"] if match else text
    return SpiffeId(text, authority, re.split(r"[?#]", rest, maxsplit=1)[0])


def problems(text: str) -> list[str]:
    """What keeps `text` from being a SPIFFE ID, a phrase each; empty if it is one."""
    found: list[str] = []
    match = _URI.fullmatch(text)
    scheme, authority, rest = (match["scheme"], match["authority"], match["rest"]) if match else (None, None, text)
    if len(text.encode()) > MOST_BYTES:
        found.append(f"it has {len(text.encode())} bytes, and at most {MOST_BYTES} are sure to be accepted")
    if scheme != _SCHEME:
        found.append("it has no scheme" if scheme is None else f"its scheme is `{scheme[:40]}`, not `spiffe`")
    found += _authority_problems(authority)
    if "?" in rest.partition("#")[0]:
        found.append("it has a query, and must have none")
    if "#" in rest:
        found.append("it has a fragment, and must have none")
    return found + _path_problems(re.split(r"[?#]", rest, maxsplit=1)[0])


def _authority_problems(authority: str | None) -> list[str]:
    if not authority:
        return ["it names no trust domain"]
    found: list[str] = []
    host = authority
    if "@" in host:
        found.append("it names a user before the trust domain, and must not")
        host = host.rpartition("@")[2]
    if ":" in host:
        found.append("it has a port behind the trust domain, and must not")
        host = host.partition(":")[0]
    if not host:
        found.append("it names no trust domain")
    elif _TRUST_DOMAIN.fullmatch(host) is None:
        wrong = ", ".join(f"`{each}`" for each in sorted(set(_TRUST_DOMAIN.sub("", host))))
        found.append(f"its trust domain has {wrong}; only a-z, 0-9, `.`, `-` and `_` may stand there")
    if len(host) > _MOST_OF_A_TRUST_DOMAIN:
        found.append(f"its trust domain has {len(host)} characters, and may have {_MOST_OF_A_TRUST_DOMAIN}")
    return found


def _path_problems(path: str) -> list[str]:
    if not path:
        return []
    found: list[str] = []
    segments = path.removeprefix("/").split("/")
    if segments[-1] == "":
        found.append("its path ends with a slash")
        segments.pop()
    if "" in segments:
        found.append("its path has an empty segment")
    if {".", ".."} & set(segments):
        found.append("its path has a segment `.` or `..`")
    wrong = sorted({character for each in segments for character in _SEGMENT.sub("", each)})
    if wrong:
        listed = ", ".join(f"`{each}`" for each in wrong)
        found.append(f"its path has {listed}; only letters, digits, `.`, `-` and `_` may stand in a segment")
    return found
