from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.unit.config.conftest import Problems, Underlined, Write

DOMAIN = "of lower-case letters, digits, `.`, `-` and `_`, at most 255 characters"
LAST = "`decode-and-merge-slashes`"


@pytest.mark.parametrize(
    ("text", "message", "place"),
    [
        ("fail_on = 'eror'", "`fail_on` must be one of `error`, `warning`, `info`, `never`; not `'eror'`", "1: 'eror'"),
        ("strict = 'yes'", "`strict` must be `true` or `false`; not `'yes'`", "1: 'yes'"),
        ("strict = 1", "`strict` must be `true` or `false`; not `1`", "1: 1"),
        ("default_mesh = 3", "`default_mesh` must be a string, the name of a mesh; not `3`", "1: 3"),
        ("templates = ['a']", "`templates` must be a string, the name of a directory; not `['a']`", "1: ['a']"),
        ("severity = 'off'", "`severity` must be a table of codes; not `'off'`", "1: 'off'"),
        ("meshes = ['a']", "`meshes` must be a table of meshes; not `['a']`", "1: ['a']"),
        ("meshes.a = 1", "`meshes.a` must be a table, the settings of a mesh; not `1`", "1: 1"),
        (
            "severity.ZT401 = 'none'",
            "`severity.ZT401` must be one of `error`, `warning`, `info`, `off`; not `'none'`",
            "1: 'none'",
        ),
        (
            "[meshes.a]\ntrust_domain = 'Cluster.Local'",
            f"`meshes.a.trust_domain` must be a trust domain: a string {DOMAIN}; not `'Cluster.Local'`",
            "2: 'Cluster.Local'",
        ),
        (
            '[meshes.a]\ntrust_domain = "a\\n"',
            f'`meshes.a.trust_domain` must be a trust domain: a string {DOMAIN}; not `"a\\n"`',
            '2: "a\\n"',
        ),
        (
            "[meshes.a]\ntrust_domain_aliases = ['ok', 7]",
            f"`meshes.a.trust_domain_aliases` must be a list of trust domains: strings {DOMAIN}; not `7`",
            "2: 7",
        ),
        (
            "[meshes.a]\nfederated_trust_domains = 'x.org'",
            f"`meshes.a.federated_trust_domains` must be a list of trust domains: strings {DOMAIN}; not `'x.org'`",
            "2: 'x.org'",
        ),
        (
            "[meshes.a]\nroot_namespace = 'Istio'",
            "`meshes.a.root_namespace` must be a string, the name of a Kubernetes namespace; not `'Istio'`",
            "2: 'Istio'",
        ),
        (
            "[meshes.a]\nistio_version = 1.30",
            '`meshes.a.istio_version` must be a version in quotes, such as `"1.30"`; not `1.30`',
            "2: 1.30",
        ),
        (
            "[meshes.a]\nistio_version = '1.30.2'",
            "`meshes.a.istio_version` must be a version in quotes, such as `\"1.30\"`; not `'1.30.2'`",
            "2: '1.30.2'",
        ),
        (
            "[meshes.a]\ndata_plane = 'ztunnel'",
            "`meshes.a.data_plane` must be one of `sidecar`, `ambient`; not `'ztunnel'`",
            "2: 'ztunnel'",
        ),
        (
            "[meshes.a]\npath_normalization = 2",
            f"`meshes.a.path_normalization` must be one of `none`, `base`, `merge-slashes`, {LAST}; not `2`",
            "2: 2",
        ),
        (
            "[meshes.a]\napply = 'server'",
            "`meshes.a.apply` must be one of `client-side`, `server-side`; not `'server'`",
            "2: 'server'",
        ),
        (
            "[meshes.a]\nkube_context = ''",
            "`meshes.a.kube_context` must be a string, the name of a context of kubectl; not `''`",
            "2: ''",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_underlined(
    *, write: Write, problems: Problems, underlined: Underlined, text: str, message: str, place: str
) -> None:
    """ZT010 says what a setting takes, in words, and underlines the value down to one element of a list."""
    write("ztc.toml", f"{text}\n")
    (found,) = problems()
    assert (found.code, found.message) == ("ZT010", message)
    assert underlined(found.primary) == f"ztc.toml:{place}"


@pytest.mark.parametrize(
    ("text", "message", "help_", "place"),
    [
        ("failon = 'info'", "unknown key `failon`", "did you mean `fail_on`?", "2: failon"),
        (
            "trust_domain = 'a'",
            "unknown key `trust_domain`",
            "write it under `[tool.ztc.meshes.NAME]`",
            "2: trust_domain",
        ),
        ("zzz.x = 1", "unknown key `zzz`", "it takes `default_mesh`, `fail_on`", "2: zzz"),
        ("[tool.ztc.mesh.a]\nx = 1", "unknown key `mesh`", "did you mean `meshes`?", "2: mesh"),
        (
            "[tool.ztc.meshes.a]\n'trust-domain' = 'x'",
            "unknown key `trust-domain` in `meshes.a`",
            "did you mean `trust_domain`?",
            "3: 'trust-domain'",
        ),
        (
            "meshes = { a = { kube = 'x' } }",
            "unknown key `kube` in `meshes.a`",
            "it takes `trust_domain`",
            "2: kube",
        ),
    ],
)
def test_an_unknown_key_is_answered_with_a_near_one(
    *, write: Write, problems: Problems, underlined: Underlined, text: str, message: str, help_: str, place: str
) -> None:
    """ZT010 underlines the key and suggests the one that was meant, or where it belongs."""
    write("pyproject.toml", f"[tool.ztc]\n{text}\n")
    (found,) = problems()
    assert (found.code, found.message) == ("ZT010", message)
    assert help_ in found.help[0]
    assert underlined(found.primary) == f"pyproject.toml:{place}"


@pytest.mark.parametrize(
    ("text", "message", "help_", "place"),
    [
        ("ZT40l = 'off'", "no finding has the code `ZT40l`", "did you mean `ZT", "2: ZT40l"),
        ("weakening-expird = 'off'", "no finding has the code `weakening-expird`", "did you mean `ZT401`?", "2: weak"),
        ("XY1 = 'off'", "no finding has the code `XY1`", "`ztc explain CODE` knows every code", "2: XY1"),
        (
            "ZT112 = 'warning'",
            "`ZT112` (undeclared-port) is an error and stays one",
            "only warnings and notes may be raised or lowered",
            "2: 'warning'",
        ),
        (
            "ZT306 = 'off'",
            "`ZT306` (identity-without-mtls) is an error and stays one",
            "only warnings and notes may be raised or lowered",
            "2: 'off'",
        ),
    ],
)
def test_a_severity_that_may_not_be_is_refused(
    *, write: Write, problems: Problems, underlined: Underlined, text: str, message: str, help_: str, place: str
) -> None:
    """ZT010 for a code that does not exist, and for an error that would be lowered."""
    write("ztc.toml", f"[severity]\n{text}\n")
    (found,) = problems()
    assert (found.code, found.message) == ("ZT010", message)
    assert found.help[0].startswith(help_)
    assert underlined(found.primary).startswith(f"ztc.toml:{place}")


def test_all_problems_are_reported_at_once(write: Write, problems: Problems) -> None:
    """Problems of the file, of the environment, of flags and of the choice of a mesh come together."""
    write("ztc.toml", "fail_on = 1\nunknown = 2\ndefault_mesh = 'c'\n[meshes.a]\ndata_plane = 'x'\n[meshes.b]\nz = 1\n")
    found = problems(environ={"ZTC_STRICT": "maybe"}, istio_version="new")
    assert sorted(each.code for each in found) == ["ZT010"] * 6 + ["ZT011"]


def test_one_mistake_has_no_follow_ups(write: Write, problems: Problems) -> None:
    """A wrong `default_mesh` or `meshes` is reported once, without a second report about the choice."""
    write("ztc.toml", "default_mesh = 1\n[meshes.a]\n[meshes.b]\n")
    assert [each.code for each in problems()] == ["ZT010"]
    write("ztc.toml", "meshes = 1\n")
    assert [each.code for each in problems(mesh="a")] == ["ZT010"]
    write("ztc.toml", "default_mesh = 'a'\nstrict = 1\n[meshes.a]\n[meshes.b]\n")
    assert [each.code for each in problems()] == ["ZT010"]
