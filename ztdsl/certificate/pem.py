"""Certificates in PEM (RFC 7468) and DER; private keys beside them are counted and not decoded."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.certificate.facts import decoded
from ztdsl.diagnostics.model import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.certificate.facts import Certificate

MOST_CERTIFICATES: Final = 100
"""A bundle of a mesh has a handful; a system's own store has 150, and is no bundle of a mesh."""
_BEGIN: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----[ \t]*\r?$", re.MULTILINE)
_DER_SEQUENCE: Final = 0x30


class Blocks(NamedTuple):
    """What a text in PEM, or bytes in DER, hold.

    Attributes:
        certificates: in their order.
        private_keys: how many private keys stand beside them.
    """

    certificates: tuple[Certificate, ...]
    private_keys: int


def is_pem(data: bytes) -> bool:
    """Whether there is a line that begins a block."""
    return _BEGIN.search(data) is not None


def is_der(data: bytes) -> bool:
    """Whether it begins as every certificate in DER does."""
    return len(data) > 2 and data[0] == _DER_SEQUENCE and data[1] >= 0x80  # noqa: PLR2004 - a long length


def from_der(data: bytes, name: str) -> Blocks:
    """The one certificate in DER.

    Raises:
        ValueError: it is none.
    """
    return Blocks((decoded(data, f"`{name}`", Span(name)),), 0)


def from_pem(data: bytes, name: str, *, is_file: bool = True) -> Blocks:
    """Every block of a text, in order.

    Args:
        data: the text.
        name: what it is called in words.
        is_file: whether lines of a file of that name may be shown: nothing but certificates stands in such lines.

    Raises:
        ValueError: a block of a certificate is damaged, or there are too many; the message says which.
    """
    found: list[Certificate] = []
    private = 0
    for label, line, body in _blocks(data):
        if label.endswith(b"PRIVATE KEY"):
            private += 1
        elif label in {b"CERTIFICATE", b"X509 CERTIFICATE", b"TRUSTED CERTIFICATE"}:
            number = len(found) + 1
            if number > MOST_CERTIFICATES:
                msg = f"it holds more than {MOST_CERTIFICATES} certificates"
                raise ValueError(msg)
            found.append(_one(body, number, line, name, is_file=is_file))
    return Blocks(tuple(found), private)


def _one(body: bytes | None, number: int, line: int, name: str, *, is_file: bool) -> Certificate:
    if body is None:
        msg = f"certificate {number} has no end"
        raise ValueError(msg)
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
        return decoded(der, f"certificate {number} of `{name}`", Span(name, line) if is_file else None)
    except binascii.Error:
        msg = f"certificate {number} is damaged: it is not base64"
        raise ValueError(msg) from None
    except ValueError:
        msg = f"certificate {number} is damaged: it is no X.509 certificate in DER"
        raise ValueError(msg) from None


def _blocks(data: bytes) -> Iterator[tuple[bytes, int, bytes | None]]:
    """The label of each block, the line it begins on, and what is in it; None where it has no end."""
    line, counted, position = 1, 0, 0
    while (begin := _BEGIN.search(data, position)) is not None:
        line += data.count(b"\n", counted, begin.start())
        counted = begin.start()
        end = data.find(b"-----END " + begin[1] + b"-----", begin.end())
        yield begin[1], line, None if end < 0 else data[begin.end() : end]
        position = begin.end() if end < 0 else end
