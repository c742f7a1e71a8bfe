"""Faults that are put into certificates on purpose, and the codes that must tell of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

from cryptography.x509.oid import ExtendedKeyUsageOID

from tests.certificates import (
    DAY,
    FRONTEND,
    GOOD,
    INTERMEDIATE,
    NOW,
    ROOT,
    STRANGER,
    Made,
    Plan,
    authority,
    chain,
    key,
    make,
    rsa_key,
    with_sha1,
)

SIGNING = ("key_cert_sign", "crl_sign")


class Case(NamedTuple):
    """A faulty input.

    Attributes:
        codes: what must be found, sorted, each as often as it is found.
        text: the certificates in PEM.
        openssl: whether `openssl verify` accepts the chain to ROOT; None where it has no opinion.
    """

    codes: tuple[str, ...]
    text: Callable[[], str]
    openssl: bool | None = True


def leaf(**changes: object) -> Made:
    """A workload's certificate with changes, signed by INTERMEDIATE."""
    return make(Plan(**changes), INTERMEDIATE)  # type: ignore[arg-type] # a test names what it changes


def shown(**changes: object) -> Callable[[], str]:
    """The chain of such a certificate."""
    return lambda: chain(leaf(**changes), INTERMEDIATE)


def below(issuer: Callable[[], Made]) -> Callable[[], str]:
    """A good certificate below another intermediate."""

    def text() -> str:
        above = issuer()
        return chain(make(Plan(), above), above)

    return text


def _too_long() -> str:
    second = make(authority("second"), INTERMEDIATE)
    return chain(make(Plan(), second), second, INTERMEDIATE)


def _sha1() -> str:
    above = make(authority("rsa", key=rsa_key(2048)), ROOT)
    return chain(with_sha1(make(Plan(), above), above), above)


def _not_its_key() -> str:
    other = make(authority("intermediate", key=key("other")), ROOT)
    return chain(make(Plan(), other), INTERMEDIATE)


CASES: dict[str, Case] = {
    "good": Case((), lambda: chain(GOOD, INTERMEDIATE)),
    "good with its root": Case((), lambda: chain(GOOD, INTERMEDIATE, ROOT)),
    "out of order": Case((), lambda: chain(GOOD, ROOT, INTERMEDIATE)),
    "no URI name": Case(("ZT742",), shown(uris=(), dns=("frontend.web.svc",))),
    "no name at all": Case(("ZT742",), shown(uris=(), subject="frontend")),
    "two URI names": Case(("ZT742",), shown(uris=(FRONTEND, "spiffe://cluster.local/ns/web/sa/admin"))),
    "https name": Case(("ZT744",), shown(uris=("https://web.example.com/frontend",))),
    "query": Case(("ZT744",), shown(uris=(FRONTEND + "?a=1",))),
    "port": Case(("ZT744",), shown(uris=("spiffe://cluster.local:8443/ns/web/sa/frontend",))),
    "user, port and fragment": Case(("ZT744",) * 3, shown(uris=("spiffe://u@cluster.local:1/ns/web/sa/a#b",))),
    "upper case trust domain": Case(("ZT744",), shown(uris=("spiffe://Cluster.local/ns/web/sa/frontend",))),
    "no path": Case(("ZT744",), shown(uris=("spiffe://cluster.local",))),
    "long": Case(("ZT744",), shown(uris=("spiffe://cluster.local/" + "a" * 2048,))),
    "CA as leaf": Case(("ZT745",) * 4, shown(ca=True, usage=SIGNING)),
    "no key usage": Case(("ZT745",), shown(usage=None)),
    "key usage not critical": Case(("ZT745",), shown(is_usage_critical=False)),
    "no digital signature": Case(("ZT745",), shown(usage=("key_agreement",))),
    "server only": Case(("ZT745",), shown(purposes=(ExtendedKeyUsageOID.SERVER_AUTH,))),
    "issuer is no CA": Case(("ZT746",), below(lambda: make(authority("i", ca=False), ROOT)), openssl=False),
    "issuer may not sign": Case(
        ("ZT746",), below(lambda: make(authority("i", usage=("crl_sign",)), ROOT)), openssl=False
    ),
    "issuer is a workload": Case(
        ("ZT746",) * 3, below(lambda: make(Plan(subject="web", key=key("web")), ROOT)), openssl=False
    ),
    "issuer with a path": Case(
        ("ZT746",), below(lambda: make(authority("i", uris=("spiffe://cluster.local/ca",)), ROOT))
    ),
    "issuer without key usage": Case((), below(lambda: make(authority("i", usage=None), ROOT))),
    "SVID of a CA": Case((), below(lambda: make(authority("i", uris=("spiffe://cluster.local",)), ROOT))),
    "SVID of a CA without key usage": Case(
        ("ZT746",), below(lambda: make(authority("i", uris=("spiffe://cluster.local",), usage=None), ROOT))
    ),
    "path too long": Case(("ZT746",), _too_long, openssl=False),
    "outside name constraints": Case(
        ("ZT746",), below(lambda: make(authority("i", permitted=("shop.example",)), ROOT)), openssl=None
    ),
    "within name constraints": Case(
        (), below(lambda: make(authority("i", permitted=("cluster.local",)), ROOT)), openssl=None
    ),
    "signed by another key of that name": Case(("ZT747",), _not_its_key, openssl=False),
    "no intermediate": Case(("ZT748",), lambda: GOOD.pem, openssl=False),
    "stranger's CA": Case(("ZT748",), lambda: make(Plan(), STRANGER).pem, openssl=False),
    "stranger's CA is shown": Case(("ZT748",), lambda: chain(make(Plan(), STRANGER), STRANGER), openssl=False),
    "stranger's CA of our name": Case(
        ("ZT748",), lambda: make(Plan(), make(authority("root", key=key("false")))).pem, openssl=False
    ),
    "another chain": Case(("ZT748",), lambda: chain(GOOD, STRANGER), openssl=False),
    "our key under another name": Case(("ZT747",), lambda: make(Plan(), ROOT, issuer="moor").pem, openssl=False),
    "expired": Case(("ZT749",), shown(end=NOW - timedelta(minutes=30)), openssl=False),
    "issuer expired": Case(("ZT749",), below(lambda: make(authority("i", end=NOW - DAY), ROOT)), openssl=False),
    "not yet valid": Case(("ZT750",), shown(begin=NOW + timedelta(hours=1)), openssl=False),
    "not rotated": Case(("ZT751",), shown(begin=NOW - timedelta(hours=20), end=NOW + timedelta(hours=4))),
    "short RSA key": Case(("ZT752",), shown(key=rsa_key(1024))),
    "SHA-1": Case(("ZT752",), _sha1),
    "all at once": Case(
        ("ZT742", "ZT745", "ZT745", "ZT749", "ZT752"),
        shown(
            uris=(),
            subject="x",
            usage=None,
            purposes=(ExtendedKeyUsageOID.SERVER_AUTH,),
            end=NOW - DAY,
            begin=NOW - 2 * DAY,
            key=rsa_key(1024),
        ),
        openssl=False,
    ),
}
