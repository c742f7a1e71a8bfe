"""Values for random objects: of each kind the ordinary one first, then neighbours on either side of a rule."""

from __future__ import annotations

from typing import Any, Final

NAMES: Final = ("a", "app", "web", "", "*", "a*", "ns/a", "td/ns/a/sa/b", "ä", "a b")
TEXTS: Final = ("a", "b", "cluster.local/ns/a/sa/b", "*", "a*", "*b", "a*b", "", " ", "{*}", "üüüü")
ACCOUNTS: Final = (
    *("a/b", "a", "a/", "/b", "a/b/c", "*", "a/*", "", "/", "a" * 320, "a" * 321, "ü" * 320, "n/" + "a" * 319),
)
DOMAINS: Final = ("td", "*", "td*", "*td", "t*d", "*t*", "**", "", "td/ns/x", "*/x", "td/*")
ADDRESSES: Final = (
    *("10.0.0.1", "10.0.0.0/8", "10.0.0.9/8", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1", "10.0.0.0/", "/8"),
    *("10.0.0", "010.0.0.1", "1.2.3.4.5", "256.0.0.1", "::", "::/0", "::1/128", "::1/129", "fe80::1%eth0"),
    *("fe80::1%eth0/64", "fe80::1%", "1.2.3.4%e", "::ffff:1.2.3.4", "::ffff:1.2.3.4/96", "::1.2.3.4"),
    *("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:8::", "12345::", ":::", "1::2::3", "1.2.3.4/24/8", "a"),
    *("", " 10.0.0.1", "10.0.0.1 ", "0.0.0.0/0", "fe80::1%a%b", "::ffff:1.2.3.04", "1:2:3:4:5:6:1.2.3.4", "[::1]"),
    *("10.0.0.0/+8", "10.0.0.0/32", "\uff11.2.3.4", "::/\u0663"),
)
PORTS: Final = (
    *("80", "0", "080", "65535", "65536", "+80", "-1", "80-90", "*", "http", "", " 80", "8_0", "0x50", "4294967296"),
    *("00000000000000000000080", "99999999999999999999", "1e2", "80.0", "\u0668\u0660"),
)
PATHS: Final = (
    *("/a", "/a/*", "*", "a", "/{*}", "/{**}", "/a/{*}/b", "/a/{**}/z", "/{**}/{*}", "/{**}/x/{**}", "/{*}/{**}"),
    *("/u/{id}", "/{", "/}", "{*}/x", "x/{*}", "{**}", "/{*}/*", "/{*}/a?b", "/{*}/a b", "/{*}//b", "//{*}//"),
    *("/a//b", "", "/", "//", "/{*}/a%20b", "/{*}/-._~!$&'()+,;:@=", "/{*}x", "/x{**}", "/{*}/ä", "/{***}", "/{}"),
    *("/a\n{*}", "/{*}\n"),
)
METHODS: Final = ("GET", "get", "*", "G*", "", "A B")
HOSTS: Final = ("example.com", "*.example.com", "example.com:*", "*", "", "EXAMPLE.com")
HEADERS: Final = ("x", "x-a", "X_b", ":authority", "a b", "", "ä", "x\n", "x.y")
CONDITION_KEYS: Final = (
    *("request.headers[x]", "request.headers", "request.headers[]", "request.headers[", "request.headersX[a]"),
    *("request.headers[a][b]", "request.headers]a[", "source.ip", "remote.ip", "source.namespace"),
    *("source.principal", "source.serviceAccount", "source.trustDomain", "request.auth.principal"),
    *("request.auth.audiences", "request.auth.presenter", "request.auth.claims[a]", "request.auth.claims[a][b]"),
    *("request.auth.claims", "request.auth.claimss[a]", "request.auth.claims.x[y]", "request.auth.other"),
    *("destination.ip", "destination.port", "destination.labels[a]", "destination.labels", "destination.labelsx"),
    *("destination.name", "destination.namespace", "destination.user", "connection.sni"),
    *("experimental.envoy.filters.a[b]", "experimental.envoy.filters.a", "a", "", "experimental.envoy.filters.[b]"),
    *("experimental.envoy.filters[b]", "source.user", "Source.ip", "source.ip ", "[a]"),
)
GROUPS: Final = (
    *("", "core", "gateway.networking.k8s.io", "networking.istio.io", "apps", "Apps", "a..b", "-a", "a\n"),
    *("a" * 253, "a" * 254),
)
TARGETS: Final = (
    *(("gateway.networking.k8s.io", "Gateway"), ("gateway.networking.k8s.io", "GatewayClass"), ("", "Service")),
    *(("core", "Service"), ("networking.istio.io", "ServiceEntry")),
)
KINDS: Final = (
    *("Gateway", "GatewayClass", "Service", "ServiceEntry", "Deployment", "", "1a", "a-", "a" * 63, "a" * 64, "a\n"),
)
TARGET_NAMES: Final = ("a", "", "a" * 253, "a" * 254, "A_b", "*")
LABELS: Final = ("app", "a.b/c", "", "*", "a*", "ä", "a b", "x" * 400)
LABEL_VALUES: Final = ("a", "", "*", "a-*", "a" * 63, "a" * 64, "ä" * 63, "a b")
MODES: Final = ("UNSET", "DISABLE", "PERMISSIVE", "STRICT", "strict", "")
LEVEL_PORTS: Final = (
    *("80", "8080", "0", "65535", "65536", "-1", "+80", "080", " 80", "http", "", "null", '"80"', "8e1"),
    *("4294967296", "99999999999999999999", "80.0", "8_0"),
)
ISSUERS: Final = ("https://issuer.example.com", "a", "", "https://issuer.example.com/")
URIS: Final = (
    *("https://a.example.com/keys", "http://a", "HTTPS://a", "ftp://a", "a.example.com", "//a/b", "/a", "https:a"),
    *("https:", "https://", "https:///a", "https:/a", "https://a:80", "https://a:99999", "https://a:b"),
    *("https://a:", "https://a b/", "https://a/b c", "https://a/%zz", "https://a/%20", "https://%41/"),
    *("https://%e4/", "https://%zz/", "https://ä/", "https://[::1]:80/", "https://[::1", "https://a[::1]"),
    *("https://[1.2.3.4]/", "https://[a]/", "https://[fe80::1%25e]/", "https://[fe80::1%e]/", "https://u:p@a/"),
    *("https://u@b@a/", "https://u:%zz@a/", "https://u ser@a/", "https://u#@a/", "https://a/?b#c", "https://a/#%zz"),
    *("https://a#b", "https://a?%zz", "https://a\x00", "https://a\n", ":a", "1https://a", "https+x://a"),
    *("https://a:80:90/", "https://a:99999999999999999999/", "https://a\\b/", "https://a|b/", "https://<a>/", ""),
    *("*", "https", "https://a^", "https://a/" + "b" * 2038, "https://a/" + "b" * 2039, "https://[::1%25%41]/"),
    *("https://a%25/", "https://[::1]80/", "https://[::1%25%2f]/", "https://[::1%25]/", "ht tps://a", "https://a@"),
    *("https://@a", "http://a/[", "/a#%zz"),
)
TIMEOUTS: Final = (
    *("5s", "500ms", "1ms", "999us", "1500us", "1.5s", "0", "0s", "-5s", "+5s", "1m", "1h2m3s", "5", "", "s", "5 s"),
    *("1d", "1.0000001s", "1.0000000001s", ".5s", "5.s", ".s", "1ns", "1000000ns", "1µs", "1000\u03bcs", "2562047h"),
    *("2562048h", "9223372036854775807ns", "9223372036854775808ns", "-9223372036854775808ns", "1e3ms", "0.001s"),
    *("0.0015s", "--5s", "9223372036854.775807ms", "00005s", "1s1s", "0.0000000000000000000001s", "1ms500us500us"),
    *("99999999999999999999s",),
)
CLAIMS: Final = ("a", "a.b", "", " ")
DRY_RUNS: Final = ("true", "false", "1", "0", "T", "f", "TRUE", "yes", "", "True", "tRue", " true")
INTERNAL: Final = (
    *("internal.istio.io/webhook-always-reject", "internal.istio.io/parents", "internal.istio.io/parent-namespace"),
    *("internal.istio.io/other",),
)
ACTIONS: Final = ("ALLOW", "DENY", "AUDIT", "CUSTOM")
JUNK: Final[tuple[Any, ...]] = (
    *(None, 1, 0, -1, 1.5, True, False, "", "a", [], {}, [None], [1], [{}], ["a"], {"a": "b"}, {"a": None}),
)
SOURCE_FIELDS: Final = (
    *("principals", "requestPrincipals", "namespaces", "serviceAccounts", "trustDomains", "ipBlocks"),
    *("remoteIpBlocks",),
)
OPERATION_FIELDS: Final = ("hosts", "ports", "methods", "paths")
ATTACHMENTS: Final = ("selector", "selector", "none", "targetRefs", "targetRef")

CONDITION_VALUES: Final = {
    "source.ip": ADDRESSES,
    "remote.ip": ADDRESSES,
    "destination.ip": ADDRESSES,
    "destination.port": PORTS,
    "source.serviceAccount": ACCOUNTS,
    "source.trustDomain": DOMAINS,
}
"""The values of each condition key that is not free."""
FIELD_VALUES: Final = {
    "serviceAccounts": ACCOUNTS,
    "trustDomains": DOMAINS,
    "ipBlocks": ADDRESSES,
    "remoteIpBlocks": ADDRESSES,
    "ports": PORTS,
    "paths": PATHS,
    "methods": METHODS,
    "hosts": HOSTS,
}
"""The values of each field of a source or an operation that is not free."""
