"""Keys order values of any kind."""

from __future__ import annotations

from ztdsl.ir import values


def test_equal_values_have_equal_keys() -> None:
    """A key says everything that a comparison looks at."""
    one, other = (values.Caller(values.PeerIdentity(None, "a", "b"), values.User("i")) for _ in range(2))
    assert one == other
    assert one.key == other.key
    assert hash(one) == hash(other)


def test_different_values_have_different_keys() -> None:
    """No two callers or requests of different meaning share a key."""
    sources: list[values.Source] = [
        values.PeerIdentity(None, "a", "b"),
        values.PeerIdentity("a", "a", "b"),
        values.PeerNamespace("a"),
        values.PeerTrustDomain(None),
        values.PeerTrustDomain("a"),
        values.SourceAddress("10.0.0.1"),
        values.ClientAddress("10.0.0.1"),
        values.AnyPeer(),
        values.AnyPeer((values.PeerNamespace("a"),)),
        values.Everyone(),
        values.Everyone((values.PeerNamespace("a"),)),
    ]
    assert len({each.key for each in sources}) == len(sources)
    requests = [
        values.Request(),
        values.Request(methods=("a",)),
        values.Request(paths=("a",)),
        values.Request(not_paths=("a",)),
        values.Request(headers=(values.HeaderTest("a", (values.Pattern(values.Match.EXACT, "a"),)),)),
        values.Request(headers=(values.HeaderTest("a", (), (values.Pattern(values.Match.EXACT, "a"),)),)),
        values.Request(headers=(values.HeaderTest("a", (values.Pattern(values.Match.PREFIX, "a"),)),)),
    ]
    assert len({each.key for each in requests}) == len(requests)
