"""The commands of `ztc`: what each is for and how it is called.

Only names and words stand here; the module of a command is imported when the command runs.
"""

from __future__ import annotations

from typing import NamedTuple


class Description(NamedTuple):
    """One command.

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
            (2, "wrong usage, configuration, a policy with errors, or objects that another policy claims"),
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
