"""Random objects of the three kinds, valid and broken, that reach every rule of both gates and their neighbours.

Half of the objects are broken further in one place or two: a value of another type, a field that is gone, doubled,
misspelt or empty. All of it can be written as JSON.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from tests.conformance import spec_values as values

Plain = dict[str, Any]
Place = tuple[Any, Any]
"""A container and a key or an index in it."""

_RARE: Final = 0.004
_COORDINATE: Final = "AQAB"


class Dice(random.Random):
    """A generator of random parts of objects.

    `oddness` is the chance of a value that is not the ordinary one: an object with many odd values is refused for so
    many reasons that none of them is tested.
    """

    oddness: float = 0.0

    def often(self, chance: float) -> bool:
        """True with that chance."""
        return self.random() < chance

    def one(self, options: Sequence[Any]) -> Any:
        """Mostly the first option, which is the ordinary one."""
        return self.choice(options) if self.often(self.oddness) else options[0]

    def list_of(self, make: Callable[[], Any], most: int = 3) -> list[Any]:
        """A short list, sometimes empty."""
        return [make() for _ in range(self.choice((1, 1, 1, 2, most, 0)))]

    def maybe(self, owner: Plain, key: str, make: Callable[[], Any], chance: float = 0.5) -> None:
        """Set a field of `owner` with that chance."""
        if self.often(chance):
            owner[key] = make()


def spec(rng: random.Random) -> Plain:
    """A whole object with a random spec and, now and then, annotations; the same for the same state of `rng`."""
    dice = Dice(rng.getrandbits(64))
    dice.oddness = dice.choice((0.0, 0.05, 0.15, 0.5))
    kind = dice.choice(("AuthorizationPolicy", "AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"))
    plain: Plain = {
        "apiVersion": dice.choice(("security.istio.io/v1", "security.istio.io/v1", "security.istio.io/v1beta1")),
        "kind": kind,
        "metadata": {"name": "a", "namespace": "b"},
    }
    dice.maybe(plain["metadata"], "annotations", lambda: _annotations(dice), 0.1)
    dice.maybe(plain, "spec", lambda: _KIND_SPECS[kind](dice), 0.98)
    for _ in range(dice.choice((0, 0, 0, 0, 1, 1, 2))):
        _break(dice, plain)
    return plain


def _annotations(dice: Dice) -> Plain:
    if dice.often(0.7):
        return {"istio.io/dry-run": dice.choice(values.DRY_RUNS)}
    return {dice.choice((*values.INTERNAL, "example.com/note")): dice.choice(("", "a"))}


def _attachment(dice: Dice, plain: Plain) -> None:
    ways = dice.sample(values.ATTACHMENTS, 1 if dice.often(0.9) else 2)
    if "selector" in ways:
        plain["selector"] = _selector(dice)
    if "targetRefs" in ways:
        plain["targetRefs"] = dice.list_of(lambda: _target(dice), 17 if dice.often(0.05) else 2)
    if "targetRef" in ways:
        plain["targetRef"] = _target(dice)


def _selector(dice: Dice) -> Plain:
    selector: Plain = {}
    if dice.often(_RARE):
        selector["matchLabels"] = {f"a{index}": "b" for index in range(dice.choice((4096, 4097)))}
    elif dice.often(0.85):
        selector["matchLabels"] = dict(
            dice.list_of(lambda: (dice.one(values.LABELS), dice.one(values.LABEL_VALUES)), 2)
        )
    return selector


def _target(dice: Dice) -> Plain:
    group, kind = dice.choice(values.TARGETS)
    group, kind = dice.one((group, *values.GROUPS)), dice.one((kind, *values.KINDS))
    target: Plain = {"kind": kind, "name": dice.one(values.TARGET_NAMES)}
    if group or dice.often(0.3):
        target["group"] = group
    dice.maybe(target, "namespace", lambda: dice.one(("", "b")), 0.1)
    return target


def _authorization(dice: Dice) -> Plain:
    plain: Plain = {}
    _attachment(dice, plain)
    dice.maybe(plain, "action", lambda: dice.one((dice.choice(values.ACTIONS), "Allow", "", 1, 3, 7)), 0.8)
    dice.maybe(
        plain,
        "provider",
        lambda: dice.one(({"name": "p"}, {"name": ""}, {})),
        0.95 if plain.get("action") in {"CUSTOM", 3} else dice.oddness / 5,
    )
    if dice.often(_RARE):
        plain["rules"] = [{}] * dice.choice((512, 513))
    else:
        dice.maybe(plain, "rules", lambda: dice.list_of(lambda: _rule(dice)), 0.9)
    return plain


def _rule(dice: Dice) -> Plain:
    rule: Plain = {}
    if dice.often(_RARE):
        rule["from"] = [{"source": {"namespaces": ["a"]}}] * dice.choice((512, 513))
    else:
        dice.maybe(rule, "from", lambda: dice.list_of(lambda: _holder(dice, "source", values.SOURCE_FIELDS)))
    dice.maybe(rule, "to", lambda: dice.list_of(lambda: _holder(dice, "operation", values.OPERATION_FIELDS)))
    dice.maybe(rule, "when", lambda: dice.list_of(lambda: _condition(dice)), 0.3)
    return rule


def _holder(dice: Dice, name: str, fields: Sequence[str]) -> Plain:
    if dice.often(0.02):
        return {}
    held: Plain = {}
    for field in dice.sample(fields, dice.one((dice.choice((1, 1, 2)), 0, 3))):
        texts = _texts(dice, values.FIELD_VALUES.get(field, values.TEXTS))
        held[twin(field) if dice.often(0.3) else field] = texts
    return {name: held}


def twin(field: str) -> str:
    """The name of the negated field."""
    return "not" + field[0].upper() + field[1:]


def _texts(dice: Dice, texts: Sequence[str]) -> list[str]:
    if texts is values.ACCOUNTS and dice.often(0.05):
        return ["a/b"] * dice.choice((16, 17))
    return dice.list_of(lambda: dice.one(texts))


def _condition(dice: Dice) -> Plain:
    key = dice.one((dice.choice(tuple(values.CONDITION_VALUES)), *values.CONDITION_KEYS))
    condition: Plain = {}
    dice.maybe(condition, "key", lambda: key, 0.97)
    dice.maybe(condition, "values", lambda: _texts(dice, values.CONDITION_VALUES.get(key, values.TEXTS)), 0.8)
    dice.maybe(condition, "notValues", lambda: _texts(dice, values.CONDITION_VALUES.get(key, values.TEXTS)), 0.3)
    return condition


def _peer(dice: Dice) -> Plain:
    plain: Plain = {}
    dice.maybe(plain, "selector", lambda: _selector(dice), 0.7)
    dice.maybe(plain, "mtls", lambda: _mode(dice), 0.7)
    dice.maybe(
        plain, "portLevelMtls", lambda: dict(dice.list_of(lambda: (dice.one(values.LEVEL_PORTS), _mode(dice)), 2))
    )
    return plain


def _mode(dice: Dice) -> Plain:
    mode: Plain = dice.one(({"mode": dice.one(values.MODES)}, {}, {"mode": 1}, {"mode": 3}, {"mode": 9}))
    return mode


def _request(dice: Dice) -> Plain:
    plain: Plain = {}
    _attachment(dice, plain)
    if dice.often(_RARE):
        plain["jwtRules"] = [{"issuer": "a"}] * dice.choice((4096, 4097))
    else:
        dice.maybe(plain, "jwtRules", lambda: dice.list_of(lambda: _jwt_rule(dice), 2), 0.95)
    return plain


def _jwt_rule(dice: Dice) -> Plain:
    rule: Plain = {}
    dice.maybe(rule, "issuer", lambda: dice.one(values.ISSUERS), 0.85)
    dice.maybe(rule, "jwksUri", lambda: dice.one(values.URIS), 0.4)
    dice.maybe(rule, "jwks_uri", lambda: dice.one(values.URIS), 0.04)
    dice.maybe(rule, "jwks", lambda: _jwks(dice), 0.3)
    for name in ("audiences", "fromParams", "fromCookies"):
        dice.maybe(rule, name, lambda: dice.list_of(lambda: dice.one(values.CLAIMS)), 0.15)
    dice.maybe(rule, "fromHeaders", lambda: dice.list_of(lambda: _token_header(dice)), 0.2)
    dice.maybe(rule, "outputPayloadToHeader", lambda: dice.one(values.HEADERS), 0.1)
    dice.maybe(rule, "outputClaimToHeaders", lambda: dice.list_of(lambda: _claim_to_header(dice)), 0.2)
    dice.maybe(rule, "forwardOriginalToken", lambda: dice.often(0.5), 0.2)
    dice.maybe(rule, "timeout", lambda: dice.one((values.TIMEOUTS[0], *values.TIMEOUTS, *values.TIMEOUTS)), 0.2)
    dice.maybe(rule, "spaceDelimitedClaims", lambda: _claims(dice), 0.1)
    dice.maybe(rule, "presence", lambda: dice.choice(("OPTIONAL", "REQUIRED", "ALWAYS")), 0.02)
    return rule


def _claims(dice: Dice) -> list[str]:
    return ["a"] * dice.choice((64, 65)) if dice.often(0.2) else dice.list_of(lambda: dice.one(values.CLAIMS))


def _token_header(dice: Dice) -> Plain:
    header: Plain = {}
    dice.maybe(header, "name", lambda: dice.one(values.HEADERS), 0.9)
    dice.maybe(header, "prefix", lambda: dice.choice(("Bearer ", "")), 0.4)
    return header


def _claim_to_header(dice: Dice) -> Plain:
    output: Plain = {}
    dice.maybe(output, "header", lambda: dice.one(values.HEADERS), 0.93)
    dice.maybe(output, "claim", lambda: dice.one(values.CLAIMS), 0.93)
    return output


def _jwks(dice: Dice) -> str:
    """A key set, mostly of the right form."""
    if dice.often(0.1):
        return dice.choice(
            ("", "foo", "{}", "[]", "null", '{"keys":null}', '{"keys":[]}', '{"keys":{}}', '{"keys":[]}x', '"keys"')
        )
    keys = dice.list_of(lambda: _jwk(dice))
    plain: Any = dice.choice(
        ({"keys": keys}, {"keys": keys}, {"keys": keys, "x": 1}, keys[0] if keys else {}, {"Keys": keys})
    )
    text = json.dumps(plain, ensure_ascii=dice.often(0.5))
    return text[:-1] if dice.often(0.03) else " " + text if dice.often(0.05) else text


def _jwk(dice: Dice) -> Any:
    kind = dice.choice(("RSA", "RSA", "EC", "OKP", "oct"))
    members = {"RSA": ("n", "e"), "EC": ("crv", "x", "y"), "OKP": ("crv", "x"), "oct": ("k",)}[kind]
    key: Plain = {
        "kty": kind,
        "kid": "a",
        **{member: "P-256" if member == "crv" else _COORDINATE for member in members},
    }
    private = {"RSA": ("d", "p"), "EC": ("d",), "OKP": ("d",), "oct": ("d",)}[kind]
    if dice.often(0.2):
        key.update(dict.fromkeys(private, _COORDINATE))
    if dice.often(0.35):
        name = dice.choice(
            (*key, "d", "D", "KTY", "kty", "alg", "use", "key_ops", "x5c", "x5t", "x5t#S256", "x5u", "q", "z")
        )
        odd: tuple[Any, ...] = (
            None,
            1,
            "",
            "A",
            "AA==",
            "A A",
            "AQ\nAB",
            "a+b/",
            "a-b_",
            "a-b+",
            "=",
            ["sign"],
            [1],
            [None],
            {},
            "rsa",
            "RSA",
            "EC",
        )
        key[name] = dice.choice(odd)
    if dice.often(0.15):
        del key[dice.choice(tuple(key))]
    return key if dice.often(0.98) else dice.choice(values.JUNK)


_KIND_SPECS: Final[dict[str, Callable[[Dice], Plain]]] = {
    "AuthorizationPolicy": _authorization,
    "PeerAuthentication": _peer,
    "RequestAuthentication": _request,
}


def _break(dice: Dice, plain: Plain) -> None:
    """Break the spec in one place: another value, no value, an unknown or misspelt field, a doubled item."""
    places = [(plain, "spec"), *_places(plain.get("spec"))] if "spec" in plain else []
    if not places:
        return
    owner, key = dice.choice(places)
    way = dice.randrange(4)
    if way == 0:
        owner[key] = json.loads(json.dumps(dice.choice(values.JUNK)))
    elif way == 1:
        del owner[key]
    elif isinstance(owner, list):
        owner.insert(key, json.loads(json.dumps(dice.choice((None, owner[key])))))
    elif way == 2:
        owner[dice.choice((key + "s", key[:-1], key.lower(), _snake(key), "unknown"))] = owner.pop(key)
    else:
        owner[dice.choice((_snake(key), "unknown", key.upper(), key + "\n"))] = json.loads(json.dumps(owner[key]))


def _snake(key: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in key)


def _places(plain: Any) -> Iterator[Place]:
    """Every value below `plain`, by its container; of long lists only the beginning."""
    if isinstance(plain, dict):
        for key, value in list(plain.items())[:20]:
            yield plain, key
            yield from _places(value)
    elif isinstance(plain, list):
        for index, value in enumerate(plain[:20]):
            yield plain, index
            yield from _places(value)
