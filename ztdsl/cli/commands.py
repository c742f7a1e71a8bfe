"""The commands of `ztc`: what each is for and how it is called.

Only names and words stand here; the module of a command is imported when the command runs. The name of a command
in a group is two words: `inspect cert` is the function `inspect_cert` of `ztdsl.cli.inspect_cert`.
"""

from __future__ import annotations

from typing import NamedTuple


class Description(NamedTuple):
    """One command, or a group of them.

    Attributes:
        summary: what it does, in one line.
        examples: two calls as people make them.
        details: what the summary leaves open, a paragraph each.
        exits: the exit codes that the command can end with beside 70, 74 and 130.
        meanings: what codes mean here, where that is not what they mean elsewhere.
    """

    summary: str
    examples: tuple[str, str]
    details: tuple[str, ...] = ()
    exits: tuple[int, ...] = (0, 2)
    meanings: tuple[tuple[int, str], ...] = ()


COMMANDS = {
    "build": Description(
        "Compile a policy file to Istio manifests",
        (
            "ztc build policies.py --out-file manifests.yaml",
            "ztc build policies.py --mesh production --out-dir manifests",
        ),
        (
            (
                "Manifests go to stdout unless --out-file or --out-dir says otherwise; findings go to stderr. "
                "Nothing is written while there are findings at or above the threshold."
            ),
            (
                "POLICY is a Python file with one variable that holds a Policy, or the one named `policy`; "
                "`policies.py:other` chooses another."
            ),
        ),
        (0, 1, 2),
    ),
    "check": Description(
        "Report every problem of a policy file, or of manifests",
        ("ztc check policies.py --strict -o sarif > findings.sarif", "ztc check -f manifests/ --workloads pods.json"),
        (
            "The report goes to stdout. POLICY is chosen as for `ztc build`.",
            (
                "With -f it reports what a cluster refuses in any manifests of Istio's security kinds, and what means "
                "something else than it seems, with a request that shows it. Give all of a mesh's objects at once. "
                "Checks of ports and selectors need --workloads: a list, or what `kubectl get pods,services -A -o "
                "json` prints."
            ),
        ),
        (0, 1, 2),
    ),
    "simulate": Description(
        "Say what happens to a request, and why",
        (
            "ztc simulate policies.py --from web --to orders --http 'GET /orders/7'",
            "ztc simulate -f manifests/ --requests requests.jsonl -o jsonl",
        ),
        (
            (
                "The verdict, the rule that decides and its line; for a refusal the rules that nearly allow the "
                "request and what they miss. The answer is Istio's for the manifests that a policy renders, or that "
                "-f names; without a cluster."
            ),
            (
                "With --requests each line of FILE is a request in JSON, and each line of the answer a decision, in "
                "order. CALLER and CALLEE are [namespace/]service, the callee with :port if it has several; they "
                "resolve against the policy or against --workloads."
            ),
        ),
        (0, 1, 2, 4),
    ),
    "test": Description(
        "Hold a policy or manifests against scenarios",
        (
            "ztc test policies.py --scenarios scenarios/ --min-coverage 100",
            "ztc test -f manifests/ --workloads pods.json --scenarios scenarios/",
        ),
        (
            (
                "A scenario is a sentence such as `frontend may GET /orders/7 of orders`, in a YAML file. A failure "
                "shows what was expected, what Istio does, and why. Rules that no scenario exercises on both sides, "
                "by a request that succeeds and by one that is refused, are listed."
            ),
        ),
        (0, 1, 2),
    ),
    "diff": Description(
        "Show what a policy or manifests would change in a cluster",
        ("ztc diff policies.py", "ztc diff policies.py --base origin/main -o markdown"),
        (
            (
                "Objects to create, change and delete, and foreign ones in owned namespaces: each with its fields, the "
                "lines that declare them and who wrote the live ones; then what that opens and closes. Only what "
                "means something else is a difference. The cluster is read and never written."
            ),
            (
                "It is that of --context, else of the mesh's kube_context, else of the current context; the first line "
                "names it. --live compares with files instead, and --base with an older policy, with manifests or with "
                "a revision in git, whose policy file runs."
            ),
            "KUBECTL_EXTERNAL_DIFF names a program that shows the objects, as for kubectl.",
        ),
        (0, 1, 2, 3, 4),
        (
            (0, "no difference; with --fail-on-access, none of that kind"),
            (1, "it differs; --exit-code-on-diff chooses another code"),
            (2, "wrong usage or configuration, errors, objects that another policy claims or the server refuses"),
        ),
    ),
    "explain": Description(
        "Explain a code, or who may reach a workload and why",
        ("ztc explain ZT112", "ztc explain policies.py shop/orders:8080"),
        (
            (
                "TOPIC is a code that ztc printed, or a policy file; then WORKLOAD is [namespace/]service[:port], "
                "the port by its number in the container or by its variable's name."
            ),
        ),
        (0, 1, 2),
    ),
    "why": Description(
        "Name the rule that refused what a log says was refused",
        (
            "ztc why policies.py --log access.log",
            "kubectl logs deploy/orders -c istio-proxy | ztc why policies.py --log -",
        ),
        (
            (
                "For each refusal the object, the rule and its line, else the nearest rules and what they miss, and "
                "the smallest declaration that would allow the request, tried and never applied. What a line does "
                "not carry is said to be unknown. Refusals that say the same are printed once."
            ),
            (
                "It reads access logs in Istio's default text, its default JSON and the recommended JSON, "
                "Envoy's debugging lines about policies, and ztunnel's lines."
            ),
        ),
        (0, 1, 2, 4),
        ((0, "every refusal is explained, or there is none"), (4, "a line does not carry what an explanation needs")),
    ),
    "audit": Description(
        "Hold a log against a policy: what was decided, what is unused",
        (
            "ztc audit policies.py --log access.log.gz --window 30d",
            "ztc audit policies.py --log access.log --against new/policies.py -o markdown",
        ),
        (
            (
                "Decisions by rule, grants that nobody used, who reached what under which rule, callers without "
                "identity, lines that say the opposite of the policy and, with --against, what a new version would "
                "refuse. Lines that do not carry what a decision needs are counted by reason and never guessed."
            ),
            (
                "A grant is called unused only if the log covers --window, has requests that the grant's workload "
                "let in, and has no undecided line that may have used it."
            ),
        ),
        (0, 1, 2, 4),
        ((4, "no line carries what a decision needs"),),
    ),
    "inspect cert": Description(
        "Say who a certificate names, whether that is proved, and what it may reach",
        (
            "ztc inspect cert cert-chain.pem --ca root-cert.pem",
            "istioctl proxy-config secret POD -o json | ztc inspect cert - policies.py",
        ),
        (
            (
                "The SPIFFE ID, the trust domain, each link of the chain up to a CA that you trust, keys, dates and "
                "the expected rotation; with a policy the declared workload and what the policy lets it reach."
            ),
            (
                "SOURCE is PEM or DER, a Kubernetes Secret, what istioctl prints, or a live server, which is met only "
                "because it is named. Private keys are never shown."
            ),
        ),
        (0, 1, 2, 3),
        (
            (2, "wrong usage or configuration, no certificate, or a policy that does not load"),
            (3, "the server cannot be reached, or shows no certificate"),
        ),
    ),
    "inspect token": Description(
        "Say what Istio's proxies make of a token, and what it opens",
        (
            "ztc inspect token token.jwt policies.py",
            "ztc inspect token - --keys keys.json --issuer https://login.example.com",
        ),
        (
            (
                "Form, algorithm, issuer, audience, times and signature as Envoy judges them, all faults at once; "
                "which claims policies can test; for each workload whether a request with it is answered with 401 or "
                "403, or allowed, and why. The token is read from a file or stdin, and is never shown."
            ),
            (
                "Nothing is fetched: keys stand in the policy or in --keys FILE. Where they lack, the signature is "
                "unknown, and the exit code says so."
            ),
        ),
        (0, 1, 2, 4),
        ((0, "a proxy accepts the token"), (4, "the keys are not here that would decide")),
    ),
    "inspect request": Description(
        "Say which token of a request counts, and the verdict",
        (
            "ztc inspect request request.txt policies.py --to shop/orders",
            "curl -v https://shop.example.com 2>&1 | ztc inspect request - policies.py",
        ),
        (
            (
                "FILE is a request as it goes over the wire, or what `curl -v` prints. Where each issuer's tokens are "
                "looked for, which is taken, what the application sees of it, and what `ztc simulate` says of the "
                "request. No token is shown."
            ),
        ),
        (0, 1, 2, 4),
    ),
    "inspect jwks": Description(
        "Say which keys of a set a proxy can use, and what is wrong",
        (
            "ztc inspect jwks keys.json",
            "ztc inspect jwks policies.py --issuer https://login.example.com --fetch",
        ),
        (
            (
                "Keys that are private, symmetric, short, broken or ambiguous as Envoy reads them, and what is wrong "
                "with their address. No part of a key is shown but its thumbprint."
            ),
            (
                "Nothing is fetched unless an address is given, or --fetch asks for the issuer's `jwks_uri`, or its "
                "discovery document. One deadline, 1 MiB at most, verified certificates, no private addresses and no "
                "redirects to other schemes; proxies that the environment names are not used."
            ),
        ),
        (0, 1, 2, 3, 4),
        ((3, "the keys cannot be fetched"), (4, "the keys are at an address, and --fetch was not given")),
    ),
    "keys diff": Description(
        "Say whether a change of keys is safe, and when each step is",
        (
            "ztc keys diff published.json next.json --token-lifetime 1h",
            "ztc keys diff both.json b.json --signs-with b --signs-since 2027-03-31T12:00Z",
        ),
        (
            (
                "A new key must be known to every proxy before it signs, and an old one must stay until the last token "
                "that it signed has expired. OLD is published now, and NEW takes its place at --published-at."
            ),
            (
                "istiod fetches keys every --refresh-interval; add to it the time for which caches may keep a set, and "
                "more where fetches fail."
            ),
        ),
        (0, 1, 2),
        ((0, "the change is safe"), (1, "it is not, or NEW has findings")),
    ),
    "keys vendor": Description(
        "Write an issuer's public keys beside the policy",
        (
            "ztc keys vendor policies.py --issuer https://login.example.com",
            "ztc keys vendor policies.py --issuer login --from login-keys.json",
        ),
        (
            (
                "The file has the keys, their digest and thumbprints, where they came from, when, and until when they "
                "are to be used. An issuer reads it by `jwks_file=`; `ztc check` refuses it once it is changed, and "
                "warns past its last day."
            ),
            (
                "The keys come from the issuer's `jwks_uri`, or its discovery document; once vendored, from where they "
                "came before. Private and symmetric keys are refused."
            ),
        ),
        (0, 1, 2, 3),
        ((3, "the keys cannot be fetched"),),
    ),
    "config": Description(
        "Print the settings in force and where each came from",
        ("ztc config", "ztc config policies.py --mesh production -o json"),
        (
            (
                "A flag beats an environment variable ZTC_*, which beats ztc.toml or [tool.ztc] in pyproject.toml, "
                "which beats the default. The file is searched upwards from POLICY, or from the working directory."
            ),
        ),
    ),
    "init": Description(
        "Write a small working repository: policy, settings, CI step",
        ("ztc init", "ztc init platform-policies"),
        ("Lists the files that it wrote. It never overwrites: if one of them exists, nothing is written.",),
    ),
    "version": Description(
        "Print the version of ztc and the versions of Istio that it renders for",
        ("ztc version", "ztc version -o json"),
    ),
    "completion": Description(
        "Print the completion script of a shell",
        ("source <(ztc completion bash)", "ztc completion fish > ~/.config/fish/completions/ztc.fish"),
        ('For zsh: ztc completion zsh > "${fpath[1]}/_ztc".',),
    ),
}

GROUPS = {
    "inspect": Description(
        "Say what evidence of an identity proves under a policy",
        (
            "ztc inspect cert cert-chain.pem --ca root-cert.pem",
            "ztc inspect cert orders.shop.svc:8443 policies.py --ca root-cert.pem",
        ),
        ("Nothing of it is kept, and no private key and no token is ever shown.",),
    ),
    "keys": Description(
        "Change an issuer's keys without refusing tokens",
        (
            "ztc keys diff published.json next.json",
            "ztc keys vendor policies.py --issuer https://login.example.com",
        ),
        ("No part of a key is shown but its thumbprint.",),
    ),
}
"""The first words of commands whose names have two."""


def members(group: str) -> tuple[str, ...]:
    """The second words of the commands in `group`."""
    return tuple(second for first, _, second in (name.partition(" ") for name in COMMANDS) if first == group and second)


def first_words() -> dict[str, str]:
    """What can follow `ztc`, commands and groups in their order, each with its summary."""
    words = dict.fromkeys(name.partition(" ")[0] for name in COMMANDS)
    return {word: (GROUPS[word] if word in GROUPS else COMMANDS[word]).summary for word in words}
