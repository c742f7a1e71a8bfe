"""Identities on both sides of every test of the peer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ztdsl.access.choice import Choice
from ztdsl.access.texts import Named, fresh, texts
from ztdsl.access.wildcards import Form, Wild, every_star, meet, text_form
from ztdsl.istio.evaluate.identities import SCHEME
from ztdsl.traffic.request import Tls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ztdsl.traffic.mesh import Mesh

PLAINTEXT: Final = Choice({"tls": Tls.NONE, "peer": None}, "clients without an identity")
OTHER_TLS: Final = Choice({"tls": Tls.OTHER, "peer": None}, "clients with TLS of their own")
FOREIGN: Final = "foreign.example"
STRANGER: Final = ("elsewhere", "someone")
_PARTS: Final = 5
FOREIGNERS: Final = "any workload of another trust domain"


class Peers(NamedTuple):
    """The values that rules compare a peer with; service accounts have their namespace."""

    principals: tuple[str, ...]
    namespaces: tuple[str, ...]
    accounts: tuple[str, ...]
    domains: tuple[str, ...]
    server_names: tuple[str, ...] = ()


def connections(peers: Peers, mesh: Mesh, named: Callable[[str], str], *, is_open: bool) -> list[Choice]:
    """How a client may connect, and as whom; strangers first.

    Args:
        peers: what rules name.
        mesh: the mesh.
        named: what people call an identity, which it gets without its scheme.
        is_open: whether identities of any trust domain are accepted, as at gateways.
    """
    found: dict[str, str | None] = {}
    for identity, term in _identities(peers, _domains(peers, mesh, is_open=is_open), named):
        if identity is not None and (found.setdefault(identity, term) is None and term is not None):
            found[identity] = term
    mutual = [Choice({"tls": Tls.MTLS, "peer": f"{SCHEME}{identity}"}, term) for identity, term in found.items()]
    plain = [PLAINTEXT, OTHER_TLS]
    if not peers.server_names:
        return [*mutual, *plain]
    return [*(each for one in [*mutual, OTHER_TLS] for each in _calling(one, peers.server_names)), PLAINTEXT]


def _calling(choice: Choice, names: Sequence[str]) -> Iterator[Choice]:
    """The connection with every server name that rules tell apart."""
    lower = [each.lower() for each in dict.fromkeys(names)]
    yield choice
    filler = fresh(lower)
    for text, term in [*texts([Named(text_form(each), each) for each in lower], filler), (filler, None)]:
        who = choice.term or "any other workload"
        yield Choice({**choice.parts, "sni": text}, choice.term if term is None else f"{who} for server name {term}")


def _domains(peers: Peers, mesh: Mesh, *, is_open: bool) -> list[str]:
    own = [*mesh.trust_domains, *mesh.federated_trust_domains]
    if not is_open:
        return list(dict.fromkeys([*own, FOREIGN]))
    named = [each.partition("/")[0] for each in peers.principals if "*" not in each.partition("/")[0]]
    wild = [each.replace("*", "x") for each in peers.domains]
    return list(dict.fromkeys([*own, *named, *wild, FOREIGN]))


def _identities(
    peers: Peers, domains: Sequence[str], named: Callable[[str], str]
) -> Iterator[tuple[str | None, str | None]]:
    """Identities, each with what people call it and its like; None for what no rule names."""
    unnamed = _strangers(peers)
    for domain in domains:
        others = None if domain == domains[0] else f"any workload of trust domain {domain}"
        yield f"{domain}/ns/{unnamed[0]}/sa/{unnamed[1]}", others if domain != FOREIGN else FOREIGNERS
    exact = [each.split("/") for each in peers.principals if "*" not in each]
    accounts = [tuple(each.split("/", 1)) for each in peers.accounts]
    accounts += [(each[2], each[4]) for each in exact if len(each) == _PARTS]
    for parts in exact:
        if len(parts) != _PARTS and parts[0] in domains:
            yield "/".join(parts), named("/".join(parts))
    spaces = _namespaces(peers, exact)
    domains = [each for each in domains if each != FOREIGN]
    for domain in domains:
        for namespace, account in dict.fromkeys(accounts):
            identity = f"{domain}/ns/{namespace}/sa/{account}"
            yield identity, named(identity)
        for namespace, term in spaces.items():
            yield f"{domain}/ns/{namespace}/sa/{unnamed[1]}", f"any workload of namespace {term}"
    yield from _wild(peers, domains, [*spaces, *(each for each, _ in accounts)])


def _strangers(peers: Peers) -> tuple[str, str]:
    """A namespace and an account that no rule names."""
    used = "\0".join((*peers.principals, *peers.namespaces, *peers.accounts))
    filler = fresh((used,))
    namespace, account = STRANGER
    return (filler if namespace in used else namespace, filler if account in used else account)


def _namespaces(peers: Peers, exact: Iterable[Sequence[str]]) -> dict[str, str]:
    """Namespaces on both sides of the tests of them, each with the value that it is named by."""
    named = [Named(every_star(each), each) for each in peers.namespaces]
    found = {text: term or text for text, term in texts(named, fresh(peers.namespaces), ("",)) if text}
    for parts in exact:
        if len(parts) == _PARTS:
            found.setdefault(parts[2], parts[2])
    return found


def _wild(peers: Peers, domains: Sequence[str], namespaces: Iterable[str]) -> Iterator[tuple[str | None, str]]:
    """Identities that principals with wildcards match, in every namespace that rules tell apart."""
    wild = [Named(text_form(each), each) for each in dict.fromkeys(peers.principals) if "*" in each]
    if not wild:
        return
    filler = fresh((*peers.principals, *peers.namespaces, *peers.accounts))
    for domain in domains:
        for text, term in texts(wild, filler, shape=_shape(domain, None, None)):
            yield text, f"`{term}`"
        for namespace in dict.fromkeys(namespaces):
            for form, term in wild:
                yield meet((form, _shape(domain, namespace, None)), filler), f"`{term}`"
        for account in dict.fromkeys(_accounts(peers)):
            for form, term in wild:
                yield meet((form, _shape(domain, None, account)), filler), f"`{term}`"


def _accounts(peers: Peers) -> Iterator[str]:
    for each in (*peers.principals, *peers.accounts):
        account = each.rpartition("/")[2].strip("*")
        if account:
            yield account


def _shape(domain: str, namespace: str | None, account: str | None) -> Form:
    """The form of identities of a trust domain, and of a namespace or an account where one is given."""
    space: Form = tuple(namespace) if namespace else (Wild.SEGMENT,)
    name: Form = tuple(account) if account else (Wild.SEGMENT,)
    return (*domain, *"/ns/", *space, *"/sa/", *name)


def namer(mesh: Mesh, accounts: Mapping[tuple[str, str], str]) -> Callable[[str], str]:
    """What people call identities: a workload by its name, others by namespace and account, foreign ones in full.

    Args:
        mesh: the mesh, whose own trust domain is left out.
        accounts: names of workloads by the namespace and the name of their account.
    """

    def named(identity: str) -> str:
        parts = identity.split("/")
        if len(parts) != _PARTS or parts[0] != mesh.trust_domain:
            return f"`{identity}`"
        return f"`{parts[2]}/{accounts.get((parts[2], parts[4]), parts[4])}`"

    return named
