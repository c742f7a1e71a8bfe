"""Certificates in a Kubernetes Secret and in what `istioctl proxy-config secret -o json` prints.

The second is Envoy's SecretsConfigDump (envoy/admin/v3/config_dump.proto) with the secrets of
extensions/transport_sockets/tls/v3/secret.proto; private keys in it are the word `[redacted]`.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any, Final

from ztdsl.certificate.pem import Blocks, from_der, from_pem, is_der
from ztdsl.certificate.presented import Chain, Presented

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ztdsl.certificate.facts import Certificate

_CHAINS: Final = ("tls.crt", "cert-chain.pem", "ca-cert.pem", "cert.pem", "tls-cert.pem")
_ANCHORS: Final = ("ca.crt", "root-cert.pem", "cacert")
_KEYS: Final = ("tls.key", "key.pem", "ca-key.pem")
_REDACTED: Final = b"[redacted]"


def from_object(plain: object, name: str) -> Presented | None:
    """What a document holds; None where it is neither of the two.

    Raises:
        ValueError: it is one of the two and has no certificate that can be read; the message says why.
    """
    if isinstance(plain, dict) and plain.get("kind") == "Secret":
        return _from_secret(plain, name)
    dumps = list(_dumps(plain))
    return _from_dump(dumps, name) if dumps else None


def _from_secret(plain: Mapping[Any, Any], name: str) -> Presented:
    values = {key: _text(value, key) for key, value in _mapping(plain, "data").items() if _is_about(key)}
    values |= {key: value.encode() for key, value in _mapping(plain, "stringData").items() if isinstance(value, str)}
    private = sum(bool(values.get(key, b"").strip()) for key in _KEYS)
    read = {
        key: from_pem(values[key], f"{name}, {key}", is_file=False) for key in (*_CHAINS, *_ANCHORS) if key in values
    }
    chosen = next((key for key in _CHAINS if key in read and read[key].certificates), None)
    if chosen is None:
        listed = ", ".join(f"`{key}`" for key in _CHAINS)
        msg = f"the Secret has no certificate in {listed}"
        raise ValueError(msg)
    first = read[chosen].certificates
    if chosen == "ca-cert.pem" and "cert-chain.pem" in read:
        first += read["cert-chain.pem"].certificates
    beside = tuple(each for key in _ANCHORS if key in read for each in read[key].certificates)
    private += sum(blocks.private_keys for blocks in read.values())
    return Presented(name, "Kubernetes Secret", (Chain(chosen, first),), beside, private)


def _is_about(key: object) -> bool:
    return key in _CHAINS or key in _ANCHORS or key in _KEYS


def _mapping(plain: Mapping[Any, Any], key: str) -> Mapping[Any, Any]:
    value = plain.get(key)
    return value if isinstance(value, dict) else {}


def _text(value: object, key: object) -> bytes:
    try:
        return base64.b64decode("".join(str(value).split()), validate=True)
    except binascii.Error:
        msg = f"`{key}` is not base64"
        raise ValueError(msg) from None


def _dumps(plain: object) -> Iterator[Mapping[Any, Any]]:
    """The dumps of secrets in a document: one of them, or a whole configuration dump."""
    if not isinstance(plain, dict):
        return
    if any(
        _field(plain, each) is not None for each in ("dynamicActiveSecrets", "dynamicWarmingSecrets", "staticSecrets")
    ):
        yield plain
    configs = _list(plain.get("configs"))
    if any(_field(each, "secret") is not None for each in configs):
        yield {"dynamicActiveSecrets": configs}  # one part of a dump, as `/config_dump?resource=...` gives it
    for each in configs:
        yield from _dumps(each)


def _from_dump(dumps: list[Mapping[Any, Any]], name: str) -> Presented:
    chains: list[Chain] = []
    beside: list[Certificate] = []
    private = 0
    for secret in _secrets(dumps):
        called = str(secret.get("name") or "unnamed")
        own = _field(secret, "tlsCertificate")
        shown = _blocks(_field(own, "certificateChain"), name, called)
        if shown.certificates:
            chains.append(Chain(called, shown.certificates))
        key = _bytes(_field(own, "privateKey"), called)
        private += shown.private_keys + (key is not None and key != _REDACTED)
        context = _field(secret, "validationContext")
        beside += _blocks(_field(context, "trustedCa"), name, called).certificates
        typed = _field(_field(context, "customValidatorConfig"), "typedConfig")
        for domain in _list(_field(typed, "trustDomains")):
            beside += _blocks(_field(domain, "trustBundle"), name, called).certificates
    if not chains:
        msg = "no secret in it has a certificate chain; those that are warming have none yet"
        raise ValueError(msg)
    return Presented(name, "istioctl proxy-config secret", tuple(chains), tuple(beside), private)


def _secrets(dumps: list[Mapping[Any, Any]]) -> Iterator[Mapping[Any, Any]]:
    for dump in dumps:
        for each in ("staticSecrets", "dynamicActiveSecrets"):
            for entry in _list(_field(dump, each)):
                secret = _field(entry, "secret")
                if isinstance(secret, dict):
                    yield {**secret, "name": _field(entry, "name") or secret.get("name")}


def _blocks(source: object, name: str, secret: str) -> Blocks:
    data = _bytes(source, secret)
    if data is None:
        return Blocks((), 0)
    called = f"{name}, secret {secret}"
    return from_der(data, called) if is_der(data) else from_pem(data, called, is_file=False)


def _bytes(source: object, secret: str) -> bytes | None:
    """What a DataSource holds inline."""
    inline, text = _field(source, "inlineBytes"), _field(source, "inlineString")
    if isinstance(text, str):
        return text.encode()
    return None if inline is None else _text(inline, secret)


def _field(plain: object, name: str) -> Any:  # noqa: ANN401 - any JSON
    """A field by its name in JSON, as istioctl prints it, or as the proto file spells it, as Envoy does."""
    if not isinstance(plain, dict):
        return None
    if name in plain:
        return plain[name]
    return plain.get("".join(f"_{each.lower()}" if each.isupper() else each for each in name))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
