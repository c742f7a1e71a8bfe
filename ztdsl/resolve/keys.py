"""Key sets that are read from a file when manifests are built. Keys never appear in a finding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ztdsl.dsl.declaration import origin_of
from ztdsl.resolve.problems import label

if TYPE_CHECKING:
    from datetime import date

    from ztdsl.dsl.users import Issuer
    from ztdsl.resolve.problems import Problems

_PUBLIC_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
_REQUIRED: Final = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x")}
# RFC 7518, sections 6.2.2 and 6.3.2: what only the holder of a private key knows.
_PRIVATE_MEMBERS: Final = ("d", "p", "q", "dp", "dq", "qi", "oth", "k")


def key_set(problems: Problems, issuer: Issuer, file: str, today: date) -> str | None:
    """The JWK set (RFC 7517) of `file` as compact JSON; None, and a finding, if it is not a set of public keys.

    A file that says where its keys came from is held to it; that is left out of the result.
    """
    path = Path(origin_of(issuer).position.file).parent / file

    def refuse(reason: str, *help_: str) -> None:
        problems.report("ZT128", f"key file `{file}` {reason}", label(issuer, "jwks_file"), help=help_)

    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        refuse(f"cannot be read: {(error.strerror or 'unknown error').lower()}", "the path is relative to this file")
        return None
    except UnicodeDecodeError:
        refuse("is not UTF-8 text")
        return None
    except ValueError:  # a NUL or a surrogate in the name
        refuse("has a name that no file can have")
        return None
    try:
        document = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        refuse("is not JSON")
        return None
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not keys:
        refuse("is not a JWK set", 'a JWK set is `{"keys": [...]}` with at least one key')
        return None
    reason = next((problem for index, key in enumerate(keys) if (problem := _key_problem(index, key))), None)
    if reason is not None:
        refuse(reason, "a manifest holds public keys only")
        return None
    from ztdsl.resolve.provenance import MEMBER  # noqa: PLC0415 - policies without a key file need no digests
    from ztdsl.resolve.thumbprint import compact  # noqa: PLC0415

    if MEMBER in document and not _is_as_vendored(problems, issuer, file, document, today):
        return None
    return compact({name: value for name, value in document.items() if name != MEMBER})


def _is_as_vendored(problems: Problems, issuer: Issuer, file: str, document: dict[str, Any], today: date) -> bool:
    """Whether the keys are those that were vendored, for this issuer; past their last day is a warning."""
    from ztdsl.resolve.provenance import MEMBER, provenance  # noqa: PLC0415 - as above

    said = provenance(document[MEMBER])
    reason = (
        "does not say where its keys came from in the way of `ztc keys vendor`"
        if said is None
        else said.contradiction(document["keys"], issuer.issuer)
    )
    if reason is not None:
        help_ = ("write it again with `ztc keys vendor`, and look at what changed",)
        problems.report("ZT783", f"key file `{file}` {reason}", label(issuer, "jwks_file"), help=help_)
        return False
    if said is not None and said.expires < today:
        problems.report(
            "ZT784",
            f"the keys in `{file}` were to be used until {said.expires.isoformat()}",
            label(issuer, "jwks_file"),
            notes=(f"they were fetched on {said.fetched.isoformat()}; the issuer may sign with others by now",),
            help=("write it again with `ztc keys vendor`",),
        )
    return True


def _refuse_constant(name: str) -> None:
    """Refuse NaN and the infinities, which Python reads and JSON (RFC 8259) does not know.

    Raises:
        ValueError: always.
    """
    raise ValueError(name)


def _key_problem(index: int, key: Any) -> str | None:  # noqa: ANN401 - a value from JSON
    if not isinstance(key, dict):
        return f"has no key at index {index}"
    if key.get("kty") == "oct" or any(member in key for member in _PRIVATE_MEMBERS):
        return f"holds a private or symmetric key at index {index}"
    kind = key.get("kty")
    if not isinstance(kind, str) or kind not in _PUBLIC_TYPES:
        return f"holds a key of unknown type at index {index}"
    if any(not isinstance(key.get(member), str) for member in _REQUIRED[kind]):
        return f"holds an incomplete key at index {index}"
    return None
