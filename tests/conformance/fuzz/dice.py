"""Dice that know the small alphabets of the fuzz."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.conformance.topics.shape import ISSUER, OTHER_ISSUER

DOMAINS: Final = ("cluster.local", "td1", "old-td", "foreign")
NAMESPACES: Final = ("foo", "fo", "bar", "istio-system")
ACCOUNTS: Final = ("a", "ab", "default")
SUBJECTS: Final = ("a", "b", "ab", "a/b", "")


class Dice(random.Random):
    """A generator of random parts of manifests and requests."""

    def often(self, chance: float) -> bool:
        """True with that chance."""
        return self.random() < chance

    def some(self, values: Sequence[str], most: int = 2) -> list[str]:
        """One value or a few, each once."""
        return self.sample(values, min(len(values), self.randint(1, most)))

    def principal(self) -> str:
        """A pattern of an identity, mostly of the right form."""
        if self.often(0.3):
            loose = ("*", "cluster.local/*", "*/sa/a", "td1/*", "*/ns/foo/sa/a", "td*/ns/foo/sa/a", "*1/ns/foo/sa/ab")
            return self.choice((*loose, "*d1/ns/foo/sa/*", "spiffe://td1/ns/foo/sa/a"))
        account = self.choice((*ACCOUNTS, "*", "a*"))
        return f"{self.choice(DOMAINS)}/ns/{self.choice(NAMESPACES)}/sa/{account}"

    def request_principal(self) -> str:
        """A pattern of issuer and subject."""
        loose = ("*", "*a", "*/a", "*/*", "https://*", f"{ISSUER}/*", f"{ISSUER}/a*", ISSUER, f"{OTHER_ISSUER}/*")
        return self.choice((*loose, f"{ISSUER}/{self.choice(SUBJECTS)}", f"{OTHER_ISSUER}/{self.choice(SUBJECTS)}"))

    def identity(self, mesh: Mapping[str, Any]) -> str:
        """The URI SAN of some workload, mostly one that the mesh lets in."""
        known = (mesh.get("trust_domain", "cluster.local"), *mesh.get("trust_domain_aliases", ()))
        domain = self.choice(known if self.often(0.95) else DOMAINS)
        return f"spiffe://{domain}/ns/{self.choice(NAMESPACES)}/sa/{self.choice(ACCOUNTS)}"
