"""One run: load, resolve, lower, hold against what a cluster takes."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ztdsl import Anyone, AnyRequest, HttpPort, Identity, Namespace, Policy, Service, allow
from ztdsl.config import ConfigurationFailure
from ztdsl.load import LoadFailure
from ztdsl.pipeline import Options, configure, run
from ztdsl.traffic.mesh import Mesh

TODAY = date(2026, 11, 24)
POLICY = 'from ztdsl import Namespace, Policy\n\npolicy = Policy("p", owns=[Namespace("n")], rules=[])\n'


def _policy(paths: str = "") -> Policy:
    shop, api = Namespace("shop"), HttpPort(8080)
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    rule = allow(orders, to=orders.at(api), http=AnyRequest(), because=paths or "a")
    return Policy("p", owns=[shop], services=[orders], rules=[rule])


def test_a_result_has_a_model_exactly_if_it_has_manifests() -> None:
    """Both or neither, and neither where there is an error."""
    good = run(_policy(), Options(today=TODAY))
    assert good.model is not None
    assert good.manifests is not None
    bad = run(_policy(" "), Options(today=TODAY))
    assert bad.report.has_errors
    assert (bad.model, bad.manifests) == (None, None)


def test_what_cannot_be_split_is_an_error_without_manifests() -> None:
    """Findings of lowering count like any others."""
    shop, api = Namespace("shop"), HttpPort(8080)
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    but = [Identity(f"spiffe://cluster.local/ns/a/sa/{'x' * 240}{number}") for number in range(1500)]
    rule = allow(Anyone(but=but), to=orders.at(api), http=AnyRequest(), because="a")
    result = run(Policy("p", owns=[shop], services=[orders], rules=[rule]), Options(today=TODAY))
    assert [each.code for each in result.report.findings] == ["ZT603"]
    assert result.manifests is None


def test_a_mesh_can_be_a_name_or_a_value(tmp_path: Path) -> None:
    """A value is taken as it is; a name is looked up in the configuration."""
    (tmp_path / "policies.py").write_text(POLICY, encoding="utf-8")
    (tmp_path / "ztc.toml").write_text('[meshes.a]\nroot_namespace = "x"\n[meshes.b]\n', encoding="utf-8")
    file = tmp_path / "policies.py"
    assert run(file, Options(mesh="a", today=TODAY)).configuration.mesh.root_namespace == "x"
    assert run(file, Options(mesh="b", today=TODAY)).configuration.mesh.name == "b"
    with pytest.raises(ConfigurationFailure):
        run(file, Options(mesh="c", today=TODAY))
    with pytest.raises(ConfigurationFailure):
        run(file, Options(today=TODAY))


def test_a_mesh_value_is_taken_as_it_is(tmp_path: Path) -> None:
    """Other settings still come from the file beside the policy."""
    (tmp_path / "policies.py").write_text(POLICY, encoding="utf-8")
    (tmp_path / "ztc.toml").write_text('strict = true\n[meshes.a]\nroot_namespace = "x"\n', encoding="utf-8")
    mesh = Mesh(name="mine")
    configuration = configure(tmp_path / "policies.py", Options(mesh=mesh, today=TODAY))
    assert configuration.mesh is mesh
    assert configuration.strict


def test_a_file_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    """Nothing is guessed."""
    with pytest.raises(LoadFailure):
        run(tmp_path / "policies.py", Options(today=TODAY))


def test_findings_are_sorted_by_place(tmp_path: Path) -> None:
    """By file, line and column, whatever found them first."""
    file = tmp_path / "policies.py"
    file.write_text(
        "from ztdsl import Http, HttpPort, Namespace, Policy, Service, allow\n\n"
        'n = Namespace("n")\nport = HttpPort(0)\n'
        's = Service("s", namespace=n, service_account="S", ports=[port])\n'
        'policy = Policy("p", owns=[n], services=[s], rules=[\n'
        '    allow(s, to=s.at(port), http=Http(methods=["get"], paths=["a"]), because=""),\n])\n',
        encoding="utf-8",
    )
    report = run(file, Options(today=TODAY)).report
    assert [each.code for each in report.findings] == ["ZT106", "ZT104", "ZT122", "ZT121", "ZT136"]
    assert (report.policy, report.rules) == ("p", 1)
