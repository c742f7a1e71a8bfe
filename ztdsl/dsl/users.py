"""End users: who issues their tokens, what those may assert, and which of them a rule means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from ztdsl.dsl.declaration import LEFT_OUT, Declaration, as_mapping, as_tuple
from ztdsl.quick import KW_ONLY, dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ztdsl.dsl.patterns import Prefix, Suffix

T = TypeVar("T", bound=str)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnyAudience(Declaration):
    """Tokens made for any audience are accepted; other services' tokens then open this one, too.

    Attributes:
        because: why the audience cannot be checked.
    """

    _: KW_ONLY
    because: str


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TokenHeader(Declaration):
    """A request header that may carry a token.

    Attributes:
        name: the header's name.
        prefix: what stands before the token, with its trailing space (`"Bearer "`); the whole value if None.
    """

    name: str
    _: KW_ONLY
    prefix: str | None = None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClaimTest(Declaration):
    """One condition on a claim; made by the methods of `Claim`."""

    claim: Claim[Any]
    kind: Literal["any", "all", "none"]
    values: Sequence[Any]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Claim(Declaration, Generic[T]):
    """A claim that an issuer may assert, with the values that it can have.

    Istio matches a claim only if it is a string or a list of strings; a number or a boolean never matches
    (Istio `pilot/pkg/security/authz/matcher/metadata.go`).

    Attributes:
        name: the claim's name, dots included as they stand, or the path to a nested claim as a list.
        type: `str`, a `StrEnum` whose members are the values it can have, or `list[...]` of either.
    """

    name: str | list[str] | tuple[str, ...]
    type: type[T | list[T]]

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "name")

    def is_in(self, *values: T | Prefix | Suffix) -> ClaimTest:
        """The claim is one of `values`, or a list that has one of them."""
        return ClaimTest(self, "any", values)

    def has_all(self, *values: T | Prefix | Suffix) -> ClaimTest:
        """The claim is a list that has every one of `values`."""
        return ClaimTest(self, "all", values)

    def is_not_in(self, *values: T | Prefix | Suffix) -> ClaimTest:
        """The claim is none of `values` and no list that has one of them; a token without the claim passes."""
        return ClaimTest(self, "none", values)

    def is_present(self) -> ClaimTest:
        """The claim is a string that is not empty, or a list that has one."""
        from ztdsl.dsl.patterns import Present  # noqa: PLC0415 - keeps the common path free of it

        return ClaimTest(self, "any", (Present(),))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Issuer(Declaration):
    """Who signs end users' tokens, and how they are verified.

    Give the keys once: `jwks_uri`, fetched by istiod, or `jwks_file`, read when manifests are built.
    Source: Istio `security/v1beta1/request_authentication.proto`.

    Attributes:
        issuer: what tokens carry as `iss`, to the letter (a trailing slash counts).
        audiences: what tokens may carry as `aud`; one of them must match. `AnyAudience(...)` gives the check up.
        jwks_uri: the `https://` address of the key set.
        jwks_file: a JWK set with public keys, relative to the file that declares the issuer.
        claims: the claims that rules may test.
        from_headers: where to look for tokens; with any of the three, the default places
            (`Authorization: Bearer`, parameter `access_token`) are no longer searched.
        from_params: query parameters that may carry a token.
        from_cookies: cookies that may carry a token.
        forward: the application gets the token, too; if not, Envoy removes it.
        payload_header: the header in which the application gets the verified payload (base64url).
        claim_headers: headers in which the application gets single claims.
        space_delimited: claims whose text is split at spaces, besides `scope` and `permission` (Istio 1.28).
    """

    issuer: str
    _: KW_ONLY
    audiences: list[str] | tuple[str, ...] | AnyAudience
    jwks_uri: str | None = None
    jwks_file: str | None = None
    claims: Sequence[Claim[Any]] = ()
    from_headers: Sequence[TokenHeader] = ()
    from_params: list[str] | tuple[str, ...] = ()
    from_cookies: list[str] | tuple[str, ...] = ()
    forward: bool = False
    payload_header: str | None = None
    claim_headers: Mapping[str, Claim[Any]] | None = None
    space_delimited: Sequence[Claim[Any]] = ()

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "audiences", "claims", "from_headers", "from_params", "from_cookies", "space_delimited")
        as_mapping(self, "claim_headers")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EndUser(Declaration):
    """End users whose token an issuer signed; as a caller, or as a rule's `user` beside its callers.

    The token must have a subject (`sub`). Every part given must hold.

    Attributes:
        issuer: who signed the token.
        audience: the token is made for this audience, or one of these.
        subject: the token's `sub` is this, or one of these.
        presenter: the token's `azp` is this, or one of these.
        where: tests on claims; all must hold.
    """

    issuer: Issuer
    _: KW_ONLY
    audience: str | list[str] | tuple[str, ...] | None = None
    subject: str | list[str] | tuple[str, ...] | None = None
    presenter: str | list[str] | tuple[str, ...] | None = None
    where: Sequence[ClaimTest] = LEFT_OUT

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "audience", "subject", "presenter", "where")
