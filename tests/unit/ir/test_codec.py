"""The Model as plain data."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from ztdsl import AnyRequest, DryRun, HttpPort, Namespace, Permissive, Policy, Service, allow, log_all, log_denied
from ztdsl.ir.codec import SCHEMA, from_json, to_json
from ztdsl.ir.model import Entries, Model
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh, PathNormalization


def _model() -> Model:
    shop = Namespace("shop", mtls=Permissive(because="old", until=date(2027, 1, 31)))
    api = HttpPort(8080)
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    stage = DryRun(until=date(2026, 12, 31))
    rule = allow(orders, to=orders.at(api), http=AnyRequest(), because="itself", stage=stage)
    logs = [log_denied(shop, because="who was denied"), log_all(orders, because="all", provider="other")]
    policy = Policy("shop", owns=[shop], services=[orders], rules=[rule], logs=logs)
    mesh = Mesh(path_normalization=PathNormalization.NONE, istio_version=(1, 28))
    model = resolve(policy, mesh, date(2026, 11, 24)).model
    assert model is not None
    return model


def test_data_is_json_and_names_its_schema() -> None:
    """Everything is a dictionary, list, string, number, boolean or null."""
    data = to_json(_model())
    assert data["schema"] == SCHEMA
    assert json.loads(json.dumps(data)) == data


def test_reading_back_gives_an_equal_model() -> None:
    """Enumerations, dates and tuples come back as what they were."""
    model = _model()
    again = from_json(to_json(model))
    assert again == model
    assert again.rules[0].dry_run == date(2026, 12, 31)
    assert [each.entries for each in again.logs] == [Entries.DENIED, Entries.ALL]
    assert again.mesh.path_normalization is PathNormalization.NONE
    assert again.mesh.istio_version == (1, 28)


def test_places_are_written_and_not_read() -> None:
    """A place is a file with line and column from 1; a model that was read has none."""
    model = _model()
    data = to_json(model)
    place = data["model"]["rules"][0]["origin"]
    text = Path(__file__).read_text(encoding="utf-8").splitlines()[place["line"] - 1]
    assert place["file"] == __file__
    assert text[place["column"] - 1 :].startswith("allow(orders")
    assert from_json(data).rules[0].origin is None


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({}, "not of schema"),
        ({"schema": "other"}, "not of schema"),
        ({"schema": SCHEMA}, "holds no model"),
        ({"schema": SCHEMA, "model": {"class": "Mesh"}}, "Mesh lacks name"),
        ({"schema": SCHEMA, "model": {"class": "os"}}, "no part of class os"),
        ({"schema": SCHEMA, "model": {}}, "no part of class None"),
        ({"schema": SCHEMA, "model": {"class": "Pattern", "match": "exact", "text": "a"}}, "holds no model"),
        ({"schema": SCHEMA, "model": {"class": "Pattern", "match": "no", "text": "a"}}, "'no' is not a valid Match"),
    ],
)
def test_other_data_is_refused(data: dict[str, object], message: str) -> None:
    """What `to_json` did not write is a ValueError that says what is wrong."""
    with pytest.raises(ValueError, match=message):
        from_json(data)
