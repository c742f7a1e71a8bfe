"""`ztc diff`: reports, exit codes and streams, by real processes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Golden, Ztc
from tests.unit.cluster.server import Answer, Asked, as_json, serving, status, write_kubeconfig

CASES = Path(__file__).parent / "diff"
FORMATS = {"text": "text.txt", "summary": "summary.txt", "json": "report.json", "markdown": "report.md"}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A policy, and a cluster's export with a difference of every class and with what is none."""
    for name in ("policies.py", "live.json"):
        shutil.copy(CASES / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def same(place: Path, ztc: Ztc) -> Path:
    """The policy and a live object for each that it declares."""
    (place / "live.json").write_text(ztc("build", "policies.py", "-o", "json", cwd=place).out)
    return place


def git(place: Path, *words: str) -> None:
    """Run git in a directory of its own settings."""
    settings = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *settings, *words], cwd=place, check=True, capture_output=True)


@pytest.fixture
def repository(place: Path) -> Path:
    """The policy in git, then edited."""
    git(place, "init")
    git(place, "add", "policies.py")
    git(place, "commit", "-m", "first")
    file = place / "policies.py"
    file.write_text(file.read_text().replace('"POST"', '"PUT"'))
    return place


@pytest.mark.parametrize("output", FORMATS)
def test_each_format_is_as_recorded(output: str, place: Path, ztc: Ztc, golden: Golden) -> None:
    """All five classes: to create, to change, to delete, foreign, an unmanaged copy; and what is no difference."""
    ended = ztc("diff", "policies.py", "--live", "live.json", "-o", output, cwd=place)

    assert (ended.code, ended.err) == (1, "")
    golden(CASES / FORMATS[output], ended.out)


def test_a_terminal_gets_colours(place: Path, ztc: Ztc) -> None:
    """They add nothing else."""
    plain = ztc("diff", "policies.py", "--live", "live.json", cwd=place).out
    coloured = ztc("diff", "policies.py", "--live", "live.json", "--color", "always", cwd=place).out

    assert "\x1b[1;32m" in coloured
    assert (
        "".join(part.partition("m")[2] if number else part for number, part in enumerate(coloured.split("\x1b[")))
        == plain
    )


def test_the_json_is_what_its_schema_says(place: Path, root: Path, ztc: Ztc) -> None:
    """Programs may rely on it."""
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((root / "docs" / "reference" / "diff.schema.json").read_text())

    report = json.loads(ztc("diff", "policies.py", "--live", "live.json", "-o", "json", cwd=place).out)

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(report, schema)
    assert report["summary"] == {"create": 1, "change": 1, "delete": 1, "foreign": 2, "conflict": 0, "same": 4}


def test_no_difference_is_zero(same: Path, ztc: Ztc) -> None:
    """The first line still names what was compared."""
    ended = ztc("diff", "policies.py", "--live", "live.json", cwd=same)

    assert ended.code == 0
    assert ended.out == "policy `shop` compared with `live.json`\n\nno difference, 6 the same\n"


@pytest.mark.parametrize(
    ("flags", "code"),
    [
        (["--exit-zero"], 0),
        (["--exit-code-on-diff", "16"], 16),
        (["--only", "create"], 1),
        (["--only", "create,delete", "-n", "web"], 0),
        (["-n", "web"], 0),
        (["-A"], 1),
    ],
    ids=str,
)
def test_flags_decide_about_the_exit_code(flags: list[str], code: int, place: Path, ztc: Ztc) -> None:
    """Only what is shown counts."""
    assert ztc("diff", "policies.py", "--live", "live.json", *flags, cwd=place).code == code


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["--live", "a", "--base", "b"], "--base"),
        (["--live", "a", "--context", "b"], "--context"),
        (["--base", "a", "--kubeconfig", "b"], "--kubeconfig"),
        (["-A", "-n", "a"], "-A"),
        (["--only", "changed"], "did you mean `change`?"),
        (["--exit-code-on-diff", "256"], "255"),
        (["--exit-code-on-diff", "x"], "255"),
        (["--exit-zero", "--exit-code-on-diff", "2"], "--exit-zero"),
        (["--exit-zero", "--fail-on-access", "widened"], "--exit-zero"),
        (["--fail-on-access", "opened"], "widened"),
        (["--live", ""], "--live"),
        (["-f", "manifests"], "-f"),
        (["-o", "yaml"], "markdown"),
    ],
    ids=str,
)
def test_contradictions_are_refused(flags: list[str], word: str, place: Path, ztc: Ztc) -> None:
    """With exit code 2, one message and nothing on stdout."""
    ended = ztc("diff", "policies.py", *flags, cwd=place)

    assert (ended.code, ended.out) == (2, "")
    assert word in ended.err


def test_one_side_may_be_piped(same: Path, ztc: Ztc) -> None:
    """Either of the two, and not both."""
    text = (same / "live.json").read_text()

    assert ztc("diff", "policies.py", "--live", "-", cwd=same, stdin=text).code == 0
    assert ztc("diff", "-f", "-", "--live", "live.json", cwd=same, stdin=text).code == 0
    both = ztc("diff", "-f", "-", "--live", "-", cwd=same, stdin=text)
    assert (both.code, "stdin" in both.err) == (2, True)


def test_an_older_revision_is_compared(repository: Path, ztc: Ztc) -> None:
    """What lies between the two, with the lines of the new one; nothing is left behind."""
    ended = ztc("diff", "policies.py", "--base", "HEAD", cwd=repository)

    assert ended.code == 1, ended.err
    assert ended.out.startswith("policy `shop` compared with `HEAD` (")
    assert "- POST" in ended.out
    assert "+ PUT" in ended.out
    assert ztc("diff", "policies.py:policy", "--base", "main", "-o", "summary", cwd=repository).code == 1
    git(repository, "add", ".")
    git(repository, "commit", "-m", "second")
    assert ztc("diff", "policies.py", "--base", "HEAD", cwd=repository).code == 0


def test_a_revision_has_its_own_configuration_and_modules(repository: Path, ztc: Ztc) -> None:
    """A trust domain that changes, or a module that the policy imports, is a change of what is built."""
    (repository / "ztc.toml").write_text('[meshes.default]\ntrust_domain = "old.example.com"\n')
    (repository / "names.py").write_text('WHO = "frontend"\n')
    file = repository / "policies.py"
    text = file.read_text().replace('service_account="frontend"', "service_account=WHO")
    file.write_text(f"from names import WHO\n{text}")
    git(repository, "add", ".")
    git(repository, "commit", "-m", "second")
    assert ztc("diff", "policies.py", "--base", "HEAD", cwd=repository).code == 0
    (repository / "names.py").write_text('WHO = "web"\n')

    assert "old.example.com/ns/web/sa/web" in ztc("diff", "policies.py", "--base", "HEAD", cwd=repository).out

    git(repository, "add", ".")
    git(repository, "commit", "-m", "third")
    (repository / "ztc.toml").write_text('[meshes.default]\ntrust_domain = "new.example.com"\n')
    assert "new.example.com/ns/web/sa/web" in ztc("diff", "policies.py", "--base", "HEAD", cwd=repository).out


def test_older_files_are_compared(place: Path, ztc: Ztc) -> None:
    """A policy file, or a directory of manifests; names of files go before those of revisions."""
    old = place / "old.py"
    old.write_text((place / "policies.py").read_text().replace('"POST"', '"PUT"'))
    ztc("build", "old.py", "--out-dir", "built", cwd=place)

    by_policy = ztc("diff", "policies.py", "--base", "old.py", cwd=place)
    by_manifests = ztc("diff", "policies.py", "--base", "built", cwd=place)

    assert by_policy.code == by_manifests.code == 1
    assert by_policy.out.splitlines()[1:] == by_manifests.out.splitlines()[1:]


@pytest.mark.parametrize("base", ["nowhere", "-x", "HEAD"])
def test_a_base_that_is_not_there_is_named(base: str, place: Path, ztc: Ztc) -> None:
    """Neither a file, nor a revision, nor a repository."""
    ended = ztc("diff", "policies.py", f"--base={base}", cwd=place)

    assert (ended.code, ended.out) == (2, "")
    assert "ZT732" in ended.err
    assert f"`{base}`" in ended.err


def test_a_base_with_errors_is_no_empty_set(repository: Path, ztc: Ztc) -> None:
    """Everything would look new."""
    file = repository / "policies.py"
    good = file.read_text()
    file.write_text(good.replace("stock.at(http)", "stock.at(HttpPort(9))"))
    git(repository, "add", ".")
    git(repository, "commit", "-m", "wrong")
    file.write_text(good)

    ended = ztc("diff", "policies.py", "--base", "HEAD", cwd=repository)

    assert (ended.code, ended.out) == (2, "")
    assert "ZT112" in ended.err


def test_a_policy_with_errors_is_compared_with_nothing(place: Path, ztc: Ztc) -> None:
    """Its findings go to stderr."""
    file = place / "policies.py"
    file.write_text(file.read_text().replace("stock.at(http)", "stock.at(HttpPort(9))"))

    ended = ztc("diff", "policies.py", "--live", "live.json", cwd=place)

    assert (ended.code, ended.out) == (2, "")
    assert "error[ZT112]" in ended.err


def test_manifests_are_compared_as_well(same: Path, ztc: Ztc) -> None:
    """With the lines of the files; what labels say is ours and gone from the files, is to be deleted."""
    ztc("build", "policies.py", "--out-file", "wanted.yaml", cwd=same)
    assert ztc("diff", "-f", "wanted.yaml", "--live", "live.json", cwd=same).code == 0
    text = (same / "wanted.yaml").read_text().replace("/stock/*", "/stock/x")
    kept = [each for each in text.split("---\n") if "name: orders-allow" not in each]
    (same / "wanted.yaml").write_text("---\n".join(kept))

    ended = ztc("diff", "-f", "wanted.yaml", "--live", "live.json", "-o", "json", cwd=same)

    changes = json.loads(ended.out)["changes"]
    assert [(each["action"], each["name"]) for each in changes] == [
        ("delete", "orders-allow"),
        ("change", "stock-allow"),
    ]
    assert changes[1]["fields"][0]["declaredAt"].startswith("wanted.yaml:")


def test_plain_manifests_delete_nothing(same: Path, ztc: Ztc) -> None:
    """Without labels nobody knows what was theirs: the rest is foreign, and tells whose it is."""
    (same / "wanted.yaml").write_text(
        "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\nmetadata: {name: extra, namespace: shop}\n"
        "spec: {mtls: {mode: STRICT}}\n"
    )

    ended = ztc("diff", "-f", "wanted.yaml", "--live", "live.json", "-o", "summary", cwd=same)

    assert ended.code == 1
    assert ended.out.splitlines()[-2] == "1 to create, 4 foreign, 0 the same"


def relabelled(place: Path, part: str, namespace: str) -> None:
    """Give the live objects of a namespace to another policy."""
    live: dict[str, Any] = json.loads((place / "live.json").read_text())
    for each in live["items"]:
        if each["metadata"]["namespace"] == namespace:
            each["metadata"]["labels"]["app.kubernetes.io/part-of"] = part
    (place / "live.json").write_text(json.dumps(live))


def test_an_object_of_another_policy_is_an_error(same: Path, ztc: Ztc) -> None:
    """The report is printed all the same, and the exit code is above 1, whatever is filtered or forgiven."""
    relabelled(same, "other", "web")

    ended = ztc("diff", "policies.py", "--live", "live.json", "--only", "create", "--exit-zero", cwd=same)

    assert ended.code == 2
    assert ended.err.count("error[ZT730]") == 2
    assert "2 in conflict, 4 the same" in ended.out


def test_two_policies_of_one_name_are_an_error(same: Path, ztc: Ztc) -> None:
    """Until somebody says that the namespace was left."""
    live: dict[str, Any] = json.loads((same / "live.json").read_text())
    other = json.loads(json.dumps(live["items"][0]))
    other["metadata"]["namespace"] = "payments"
    live["items"].append(other)
    (same / "live.json").write_text(json.dumps(live))

    ended = ztc("diff", "policies.py", "--live", "live.json", cwd=same)
    assert ended.code == 2
    assert "error[ZT731]" in ended.err
    assert "--former-namespace payments" in ended.err

    left = ztc(
        "diff", "policies.py", "--live", "live.json", "--former-namespace", "payments", "-o", "summary", cwd=same
    )
    assert left.code == 1
    assert "- delete   AuthorizationPolicy payments/orders-allow" in left.out


def test_a_program_of_the_users_own_shows_the_objects(place: Path, ztc: Ztc) -> None:
    """Between our first line and our last ones, with two directories as from kubectl.

    Both have a file for each object that applying changes, an empty one where it is not there; those that it leaves
    alone are named after it.
    """
    program = place / "show.py"
    program.write_text(
        "import pathlib, sys\n"
        "for side in map(pathlib.Path, sys.argv[-2:]):\n"
        "    for each in sorted(side.iterdir()):\n"
        "        print(side.name, each.name, 'full' if each.read_text() else 'empty')\n"
        "sys.exit(1)\n"
    )

    ended = ztc(
        "diff",
        "policies.py",
        "--live",
        "live.json",
        cwd=place,
        env={"KUBECTL_EXTERNAL_DIFF": f"{sys.executable} {program} --flag"},
    )

    assert (ended.code, ended.err) == (1, "")
    lines = ended.out.splitlines()
    prefix = "security.istio.io.v1.AuthorizationPolicy.shop."
    assert lines[:7] == [
        "policy `shop` compared with `live.json`",
        f"LIVE {prefix}orders-allow full",
        f"LIVE {prefix}payments-allow full",
        f"LIVE {prefix}stock-allow empty",
        f"MERGED {prefix}orders-allow full",
        f"MERGED {prefix}payments-allow empty",
        f"MERGED {prefix}stock-allow full",
    ]
    foreign = [line for line in lines if line.startswith("? foreign")]
    assert len(foreign) == 2
    assert lines[7:10] == ["", *foreign]
    assert "1 to create, 1 to change, 1 to delete, 2 foreign, 4 the same" in lines


def test_a_program_of_the_users_own_is_not_called_for_foreign_objects(place: Path, ztc: Ztc) -> None:
    """It would be shown two empty directories."""
    program = f"{sys.executable} -c 'raise SystemExit(3)'"
    ended = ztc(
        *("diff", "policies.py", "--live", "live.json", "--only", "foreign"),
        cwd=place,
        env={"KUBECTL_EXTERNAL_DIFF": program},
    )

    assert (ended.code, ended.err) == (1, "")
    assert ended.out.count("\n? foreign") == 2


@pytest.mark.parametrize("program", ["no-such-program", f"{sys.executable} -c 'raise SystemExit(3)'", "'"])
def test_a_program_that_fails_is_trouble(program: str, place: Path, ztc: Ztc) -> None:
    """Not a difference."""
    ended = ztc("diff", "policies.py", "--live", "live.json", cwd=place, env={"KUBECTL_EXTERNAL_DIFF": program})

    assert ended.code == 2
    assert "ZT733" in ended.err


def test_live_files_that_are_broken_are_no_difference(place: Path, ztc: Ztc) -> None:
    """Nothing is computed from a part of a list."""
    (place / "live.json").write_text('{"kind": "List", "items": [')

    ended = ztc("diff", "policies.py", "--live", "live.json", cwd=place)

    assert (ended.code, ended.out) == (2, "")
    assert "error[ZT02" in ended.err


def test_what_a_policy_prints_goes_to_stderr(place: Path, ztc: Ztc) -> None:
    """The report alone is on stdout."""
    file = place / "policies.py"
    file.write_text(file.read_text() + 'print("hello")\n')

    ended = ztc("diff", "policies.py", "--live", "live.json", "-o", "json", cwd=place)

    assert json.loads(ended.out)["schema"] == "ztdsl/diff/v1"
    assert ended.err == "hello\n"


def test_a_process_that_has_imported_nothing_does_the_same(place: Path, ztc: Ztc, cold_ztc: Ztc) -> None:
    """What other tests see with everything imported is what people see."""
    words = ["diff", "policies.py", "--live", "live.json"]

    assert cold_ztc(*words, cwd=place) == ztc(*words, cwd=place)


def test_a_clean_run_imports_no_deepdiff(same: Path, root: Path) -> None:
    """It is slower to import than all of the comparison."""
    command = [sys.executable, "-X", "importtime", "-m", "ztdsl", "diff", "policies.py", "--live", "live.json"]

    done = subprocess.run(command, cwd=same, capture_output=True, text=True, env={"PYTHONPATH": str(root)})

    assert done.returncode == 0
    names = {line.rsplit("|", 1)[1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert not names & {"deepdiff", "rich", "pydantic", "jinja2"}


@pytest.mark.parametrize("words", [["--version"], ["build", "policies.py"]])
def test_other_commands_import_nothing_of_it(words: list[str], place: Path, root: Path) -> None:
    """Their start is none of its business."""
    command = [sys.executable, "-X", "importtime", "-m", "ztdsl", *words]

    done = subprocess.run(command, cwd=place, capture_output=True, text=True, env={"PYTHONPATH": str(root)})

    assert done.returncode == 0
    assert not any(part in done.stderr for part in ("ztdsl.diff", "ztdsl.cluster", "ztdsl.access"))


@pytest.mark.parametrize(
    ("old", "new", "flag", "code"),
    [
        ('"/stock/*"', '"/stock/*", "/goods"', "widened", 1),
        ('"/stock/*"', '"/stock/*", "/goods"', "narrowed", 0),
        ('"POST"]', "]", "narrowed", 1),
        ('"POST"]', "]", "widened", 0),
        ("it takes goods out", "it fetches goods", "widened", 0),
    ],
)
def test_access_decides_where_it_is_asked_for(old: str, new: str, flag: str, code: int, same: Path, ztc: Ztc) -> None:
    """A difference that opens nothing may pass, one that opens something may not, and the other way round."""
    file = same / "policies.py"
    file.write_text(file.read_text().replace(old, new))

    ended = ztc("diff", "policies.py", "--live", "live.json", "--fail-on-access", flag, cwd=same)

    assert (ended.code, ended.err) == (code, "")
    also = ztc(
        "diff", "policies.py", "--live", "live.json", f"--fail-on-access={flag}", "--exit-code-on-diff=9", cwd=same
    )
    assert also.code == 9 * code


def test_what_cannot_be_decided_has_a_code_of_its_own(same: Path, ztc: Ztc) -> None:
    """An external authorizer may let anybody in."""
    live: dict[str, Any] = json.loads((same / "live.json").read_text())
    live["items"].append(
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "ask", "namespace": "shop"},
            "spec": {"action": "CUSTOM", "provider": {"name": "opa"}, "rules": [{}]},
        }
    )
    (same / "live.json").write_text(json.dumps(live))

    ended = ztc("diff", "policies.py", "--live", "live.json", "--fail-on-access", "widened", cwd=same)

    assert ended.code == 4, ended.out
    assert "unknown" in ended.out


def kubeconfig(place: Path, server: str) -> Path:
    """A kubeconfig with one context."""
    file = place / "kubeconfig"
    named = {"clusters": "cluster", "users": "user", "contexts": "context"}
    said = {"cluster": {"server": server}, "user": {}, "context": {"cluster": "lab", "user": "lab"}}
    entries = {plural: [{"name": "lab", one: said[one]}] for plural, one in named.items()}
    file.write_text(json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "lab", **entries}))
    return file


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_a_cluster_that_is_not_there_is_no_difference(place: Path, ztc: Ztc) -> None:
    """Exit code 3, and a context that does not exist is configuration: 2."""
    file = kubeconfig(place, "http://127.0.0.1:1")

    unreachable = ztc("diff", "policies.py", "--kubeconfig", file, "--request-timeout", "2s", cwd=place)
    unknown = ztc("diff", "policies.py", "--kubeconfig", file, "--context", "other", cwd=place)

    assert (unreachable.code, unreachable.out) == (3, "")
    assert "error[ZT703]" in unreachable.err
    assert (unknown.code, unknown.out) == (2, "")
    assert "error[ZT702]" in unknown.err


def test_the_context_of_the_mesh_is_asked(place: Path, ztc: Ztc) -> None:
    """It is configured for those who would forget the flag; the flag still beats it."""
    file = kubeconfig(place, "http://127.0.0.1:1")
    (place / "ztc.toml").write_text('[meshes.prod]\nkube_context = "kind-prod"\n')
    words = ["diff", "policies.py", "--kubeconfig", str(file), "--request-timeout", "2s"]

    assert "kind-prod" in ztc(*words, cwd=place).err
    assert "kind-prod" not in ztc(*words, "--context", "lab", cwd=place).err


def test_without_kubectl_the_way_out_is_named(place: Path, ztc: Ztc) -> None:
    """It is configuration, and files can be compared with instead."""
    ended = ztc("diff", "policies.py", cwd=place, env={"PATH": str(place)})

    assert (ended.code, ended.out) == (2, "")
    assert "error[ZT701]" in ended.err
    assert "--live" in ended.err


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
def test_a_cluster_gives_the_same_report_as_its_export(place: Path, ztc: Ztc) -> None:
    """The first line names the cluster, everything else is the same; nothing is asked for but lists."""
    with serving() as server:
        for each in json.loads((place / "live.json").read_text())["items"]:
            resource = "authorizationpolicies" if each["kind"] == "AuthorizationPolicy" else "peerauthentications"
            server.objects.setdefault(resource, []).append({**each, "apiVersion": "security.istio.io/v1"})
        file = write_kubeconfig(place / "kubeconfig", server.url)
        by_cluster = ztc("diff", "policies.py", cwd=place, env={"KUBECONFIG": str(file)})
        methods = {each.method for each in server.asked}
    by_export = ztc("diff", "policies.py", "--live", "live.json", cwd=place)

    assert by_cluster.code == 1, by_cluster.err
    assert by_cluster.out.splitlines()[0] == "policy `shop` compared with context `kind-prod`"
    assert by_cluster.out.splitlines()[1:] == by_export.out.splitlines()[1:]
    assert methods == {"GET"}


@pytest.mark.parametrize("other", ["--live=live.yaml", "--base=old.py"])
def test_server_side_needs_a_cluster(place: Path, other: str, ztc: Ztc) -> None:
    """A dry run is for a cluster, and files answer none."""
    ended = ztc("diff", "policies.py", "--server-side", other, cwd=place)
    assert ended.code == 2
    assert "`--server-side` is for a cluster" in ended.err


def test_field_manager_needs_server_side(place: Path, ztc: Ztc) -> None:
    """Who would apply is asked of a server."""
    ended = ztc("diff", "policies.py", "--field-manager", "flux", cwd=place)
    assert ended.code == 2
    assert "--server-side" in ended.err


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("output", FORMATS)
def test_refusal_of_the_server_is_an_error_beside_the_report(output: str, place: Path, root: Path, ztc: Ztc) -> None:
    """The report is printed, the finding stands at the declaring line, and the exit code is 2."""
    said = 'admission webhook "team.example.com" denied the request: no team'

    def decide(asked: Asked) -> Answer | None:
        if asked.method != "PATCH":
            return None
        return status(400, said) if "-allow" in asked.resource else as_json({"kind": "Any"})

    with serving() as server:
        server.decide = decide
        file = kubeconfig(place, server.url)
        ended = ztc("diff", "policies.py", "--kubeconfig", file, "--server-side", "-o", output, cwd=place)
        writes = {(each.method, each.query["dryRun"]) for each in server.asked if each.method != "GET"}

    assert ended.code == 2
    assert "ZT715" in ended.err
    assert "policies.py:" in ended.err
    assert "refused" in ended.out
    assert "team.example.com" in ended.out
    assert writes == {("PATCH", "All")}
    if output == "json":
        report = json.loads(ended.out)
        assert {each["result"] for each in report["server"]} == {"accepted", "refused"}
        jsonschema = pytest.importorskip("jsonschema")
        jsonschema.validate(report, json.loads((root / "docs" / "reference" / "diff.schema.json").read_text()))
