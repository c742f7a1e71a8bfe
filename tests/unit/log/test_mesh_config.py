"""What a mesh configuration lacks for the access logs of a policy, in each form in which one is kept."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.resolve.findings import underlined
from ztdsl import AccessLog, Namespace, Policy, log_all, log_denied
from ztdsl.ir.model import Model
from ztdsl.log.mesh_config import mesh_config_findings
from ztdsl.log.provider import wanted_format
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

shop, web = Namespace("shop"), Namespace("web")


def model_of(*logs: AccessLog) -> Model:
    """A policy with these access logs."""
    model = resolve(Policy("p", owns=[shop, web], logs=logs), Mesh(), date(2026, 11, 24)).model
    assert model is not None
    return model


MODEL = model_of(log_denied([shop, web], because="who was denied"))
GOOD = {"name": "ztc", "envoyFileAccessLog": {"path": "/dev/stdout", "logFormat": {"labels": wanted_format(MODEL)}}}


def found(tmp_path: Path, text: str, model: Model = MODEL) -> list[tuple[str, str]]:
    """Codes and messages."""
    file = tmp_path / "mesh.yaml"
    file.write_text(text, encoding="utf-8")
    return [(each.code, each.message) for each in mesh_config_findings(model, file)]


def config(*providers: Any) -> dict[str, Any]:
    """A mesh configuration."""
    return {"accessLogFile": "/dev/stdout", "extensionProviders": list(providers)}


def forms(bare: dict[str, Any]) -> dict[str, Any]:
    """The same mesh configuration as people keep it."""
    config_map = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"mesh": yaml.safe_dump(bare), "meshNetworks": "{}"}}
    return {
        "bare": bare,
        "config map": config_map,
        "list": {"apiVersion": "v1", "kind": "List", "items": [{"kind": "Secret"}, config_map]},
        "operator": {"kind": "IstioOperator", "spec": {"meshConfig": bare}},
        "istio": {"kind": "Istio", "spec": {"values": {"meshConfig": bare}}},
        "values": {"meshConfig": bare, "pilot": {}},
    }


@pytest.mark.parametrize("form", forms({}))
def test_a_good_provider_is_found_in_every_form(tmp_path: Path, form: str) -> None:
    """What provides the format has no finding, and an empty configuration has one."""
    assert found(tmp_path, yaml.safe_dump(forms(config(GOOD))[form])) == []
    assert found(tmp_path, yaml.safe_dump(forms(config())[form])) == [("ZT605", "mesh has no provider `ztc`")]


def test_json_and_several_documents_are_read(tmp_path: Path) -> None:
    """What `kubectl get -o json` prints will do, and so will a file of several objects."""
    assert found(tmp_path, yaml.safe_dump_all([{"kind": "Namespace"}, {"meshConfig": config(GOOD)}])) == []
    assert found(tmp_path, '{"extensionProviders": []}') == [("ZT605", "mesh has no provider `ztc`")]


def test_names_are_compared_as_istio_does(tmp_path: Path) -> None:
    """Their case does not count."""
    assert found(tmp_path, yaml.safe_dump(config({**GOOD, "name": "ZTC"}))) == []


@pytest.mark.parametrize("kind", ["envoyHttpAls", "envoyTcpAls", "envoyOtelAls"])
def test_a_service_that_collects_entries_decides_itself_what_it_keeps(tmp_path: Path, kind: str) -> None:
    """Its format is not looked at."""
    assert found(tmp_path, yaml.safe_dump(config({"name": "ztc", kind: {"service": "a", "port": 1}}))) == []


def test_a_provider_of_something_else_writes_no_log(tmp_path: Path) -> None:
    """The name alone is not enough."""
    given = yaml.safe_dump(config({"name": "ztc", "prometheus": {}}))
    assert found(tmp_path, given) == [("ZT605", "provider `ztc` writes no access logs")]


@pytest.mark.parametrize(
    "log",
    [
        {"path": "/dev/stdout"},
        {"logFormat": {"text": "%START_TIME%"}},
        {"logFormat": {"labels": {}}},
        {"logFormat": {"labels": "x"}},
        {"logFormat": {"labels": {**wanted_format(MODEL), "ztc": "2"}}},
        {"logFormat": {"labels": {k: v for k, v in wanted_format(MODEL).items() if k != "downstream_peer_uri_san"}}},
        {"logFormat": {"labels": {**wanted_format(MODEL), "jwt": {"iss": "x"}}}},
    ],
)
def test_a_format_that_lacks_a_key_is_a_finding(tmp_path: Path, log: dict[str, Any]) -> None:
    """A format of text lacks all of them, and another value is another key."""
    given = yaml.safe_dump(config({"name": "ztc", "envoyFileAccessLog": log}))
    assert found(tmp_path, given) == [("ZT606", "format of provider `ztc` lacks what names a rule")]


def test_more_keys_than_are_needed_do_no_harm(tmp_path: Path) -> None:
    """People add their own."""
    labels = {**wanted_format(MODEL), "cluster": "blue"}
    given = config({"name": "ztc", "envoyFileAccessLog": {"logFormat": {"labels": labels}}})
    assert found(tmp_path, yaml.safe_dump(given)) == []


def test_each_provider_is_judged_once_and_at_its_log(tmp_path: Path) -> None:
    """The finding stands where the log is declared, so that it can be accepted there."""
    model = model_of(log_denied(shop, because="a"), log_all([shop, web], because="b", provider="debug"))
    file = tmp_path / "mesh.yaml"
    file.write_text(yaml.safe_dump(config(GOOD)), encoding="utf-8")
    (finding,) = mesh_config_findings(model, file)
    assert (finding.code, underlined(finding)) == ("ZT605", 'log_all([shop, web], because="b", provider="debug")')


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a: [", "is neither YAML nor JSON"),
        ("a: 1\na: 2\n", "is neither YAML nor JSON"),
        ("kind: ConfigMap\ndata:\n  mesh: 'a: ['\n", "is neither YAML nor JSON"),
    ],
)
def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path, text: str, reason: str) -> None:
    """Nothing is concluded from it."""
    ((code, message),) = found(tmp_path, text)
    assert code == "ZT007"
    assert reason in message


def test_a_missing_file_and_bytes_that_are_no_text_are_errors(tmp_path: Path) -> None:
    """As they are for every other file that is named."""
    (missing,) = mesh_config_findings(MODEL, tmp_path / "none.yaml")
    assert "cannot be read: no such file" in missing.message
    (tmp_path / "mesh.yaml").write_bytes(b"\xff\xfe\x00")
    (binary,) = mesh_config_findings(MODEL, tmp_path / "mesh.yaml")
    assert (binary.code, "is not UTF-8" in binary.message) == ("ZT007", True)


@pytest.mark.parametrize(
    "text", ["", "[]", "a", "null", "extensionProviders: {}", "extensionProviders: [null, {name: 1}]"]
)
def test_what_is_no_mesh_configuration_provides_nothing(tmp_path: Path, text: str) -> None:
    """Whatever stands there."""
    assert found(tmp_path, text) == [("ZT605", "mesh has no provider `ztc`")]


def test_without_logs_nothing_is_read(tmp_path: Path) -> None:
    """The file may even be missing."""
    assert mesh_config_findings(model_of(), tmp_path / "none.yaml") == []
