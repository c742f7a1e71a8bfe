"""Certificates out of bytes, whatever form they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ztdsl.certificate.objects import from_object
from ztdsl.certificate.pem import Blocks, from_der, from_pem, is_der, is_pem
from ztdsl.certificate.presented import Chain, Presented
from ztdsl.certificate.unreadable import NoCertificate

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ztdsl.certificate.facts import Certificate

MOST_BYTES: Final = 16 << 20
"""Larger than the dump of any proxy's secrets; a Secret has at most 1 MiB."""
_TAKEN: Final = (
    "certificates are read as PEM or DER, in a Kubernetes Secret (YAML or JSON), and as "
    "`istioctl proxy-config secret POD -o json` prints them"
)


def read(data: bytes, name: str) -> Presented:
    """What an input holds.

    Args:
        data: up to one byte more than `MOST_BYTES` of it.
        name: what it is called: a file's name, or `<stdin>`.

    Raises:
        NoCertificate: nothing that can be read.
    """
    if len(data) > MOST_BYTES:
        raise NoCertificate(name, f"it is larger than {MOST_BYTES >> 20} MiB", is_file=_is_file(name))
    if not data.strip():
        raise NoCertificate(name, "it is empty", is_file=_is_file(name))
    try:
        found = _read(data, name)
    except (ValueError, RecursionError) as error:
        raise NoCertificate(name, str(error), help=(_TAKEN,), is_file=_is_file(name)) from None
    if found is None:
        reason = "it is of no form that is known here"
        raise NoCertificate(name, reason, help=(_TAKEN,), is_file=_is_file(name))
    return found


def read_anchors(data: bytes, name: str) -> tuple[Certificate, ...]:
    """The CA certificates of a file that `--ca` names: all that it holds, in any of the forms.

    Raises:
        NoCertificate: nothing that can be read.
    """
    found = read(data, name)
    everything = [*found.beside] or [each for chain in found.chains for each in chain.certificates]
    return tuple({each.fingerprint: each for each in everything}.values())


def _read(data: bytes, name: str) -> Presented | None:
    if is_der(data):
        return _listed(from_der(data, name), name, "DER")
    document = next((each for each in _documents(data, name) if each is not None), None)
    if document is not None:
        return document
    if not is_pem(data):
        return None
    blocks = from_pem(data, name, is_file=_is_file(name))
    if not blocks.certificates:
        msg = "a private key and no certificate" if blocks.private_keys else "no block in it is a certificate"
        raise ValueError(f"it has {msg}" if blocks.private_keys else msg)
    return _listed(blocks, name, "PEM")


def _is_file(name: str) -> bool:
    return not name.startswith("<")


def _listed(blocks: Blocks, name: str, form: str) -> Presented:
    return Presented(name, form, (Chain(None, blocks.certificates),), private_keys=blocks.private_keys)


def _documents(data: bytes, name: str) -> Iterator[Presented | None]:
    """What the documents of a text hold; nothing where it is neither YAML nor JSON."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return
    if not any(word in text for word in ("Secret", "ecrets")):
        return
    from ztdsl.manifests.unreadable import Unreadable  # noqa: PLC0415 - a PEM file needs no YAML
    from ztdsl.manifests.yaml_events import documents  # noqa: PLC0415 - likewise

    try:
        for _, plain in documents(name, text):
            yield from_object(plain, name)
            if isinstance(plain, dict) and isinstance(plain.get("items"), list):
                for each in plain["items"]:
                    yield from_object(each, name)
    except Unreadable as error:
        if is_pem(data):
            return
        msg = f"it is neither YAML nor JSON: {error.message}"
        raise ValueError(msg) from None
