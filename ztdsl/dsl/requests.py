"""What a request looks like: methods, paths, hosts, headers, gRPC names."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ztdsl.dsl.declaration import LEFT_OUT, Declaration, as_tuple, frozen_list
from ztdsl.quick import KW_ONLY, dataclass, quick_with

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Protocol, SupportsIndex, TypeVar

    from ztdsl.dsl.patterns import Prefix, Present, Suffix

    T_co = TypeVar("T_co", covariant=True)

    class Listed(Protocol[T_co]):
        """A list or tuple; a string is none, although it is a sequence of strings."""

        def __contains__(self, value: object, /) -> bool: ...  # a string's takes strings only
        def __getitem__(self, index: SupportsIndex, /) -> T_co: ...
        def __iter__(self) -> Iterator[T_co]: ...
        def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AnyRequest(Declaration):
    """Every request to the port."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Header(Declaration):
    """A condition on one request header; each line of a header that is sent repeatedly is tested by itself.

    Attributes:
        name: the header's name, in any case.
        any_of: some line has one of these values.
        none_of: no line has one of these values; a request without the header passes.
    """

    name: str
    _: KW_ONLY
    any_of: Listed[str | Prefix | Suffix | Present] = LEFT_OUT
    none_of: Listed[str | Prefix | Suffix | Present] = LEFT_OUT

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "any_of", "none_of")


@quick_with(frozen_list, "methods", "paths", "hosts", "headers", "not_methods", "not_paths", "not_hosts")
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Http(Declaration):
    """HTTP requests; every part given must hold, and a list means any of its items.

    Attributes:
        methods: such as `GET`, in upper case.
        paths: exact (`/orders`), everything below (`/orders/*`), a suffix (`*.css`) or a template
            (`/orders/{*}/items`, `/files/{*}/{**}`); compared without the query, after Envoy's normalization.
        hosts: `shop.example.com`, with any port; `shop.example.com:8443`; `*.example.com`.
        headers: all of them must hold.
        not_methods: none of these methods.
        not_paths: none of these paths.
        not_hosts: none of these hosts.
    """

    _: KW_ONLY
    methods: list[str] | tuple[str, ...] = LEFT_OUT
    paths: list[str] | tuple[str, ...] = LEFT_OUT
    hosts: list[str] | tuple[str, ...] = LEFT_OUT
    headers: Sequence[Header] = LEFT_OUT
    not_methods: list[str] | tuple[str, ...] = LEFT_OUT
    not_paths: list[str] | tuple[str, ...] = LEFT_OUT
    not_hosts: list[str] | tuple[str, ...] = LEFT_OUT


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Grpc(Declaration):
    """gRPC calls: the path is `/SERVICE/METHOD` and the method is POST (gRPC over HTTP/2).

    Attributes:
        service: the full name of the service, such as `shop.v1.Orders`.
        methods: the names of its methods; all of them if empty.
        headers: conditions on metadata; all of them must hold.
    """

    service: str
    _: KW_ONLY
    methods: list[str] | tuple[str, ...] = LEFT_OUT
    headers: Sequence[Header] = LEFT_OUT

    def __post_init__(self) -> None:
        """Copy what could change later."""
        as_tuple(self, "methods", "headers")


Request: TypeAlias = Http | Grpc | AnyRequest
