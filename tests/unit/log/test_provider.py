"""What the mesh configuration has to provide for the access logs of a policy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import Golden
from ztdsl import (
    AccessLog,
    Claim,
    EndUser,
    Header,
    Http,
    HttpPort,
    Issuer,
    Namespace,
    Policy,
    Service,
    allow,
    log_all,
    log_denied,
)
from ztdsl.ir.model import Model
from ztdsl.log.format import log_format
from ztdsl.log.provider import providers_of, snippet, wanted_format
from ztdsl.resolve import resolve
from ztdsl.traffic.mesh import Mesh

CHECKS = Path(__file__).parents[2] / "checks"


def model_of(*logs: AccessLog) -> Model:
    """A policy that tests claims and headers."""
    shop, api = Namespace("shop"), HttpPort(8080)
    orders = Service("orders", namespace=shop, service_account="orders", ports=[api])
    role, groups = Claim("role", str), Claim(["realm", "groups"], str)
    auth = Issuer(
        "https://auth.example.com", jwks_uri="https://auth.example.com/jwks", audiences=["a"], claims=[role, groups]
    )
    staff = EndUser(auth, where=[role.is_in("admin"), groups.is_in("ops")], presenter="web")
    request = Http(paths=["/a"], headers=[Header("X-Tenant", any_of=["blue"])])
    rules = [allow(orders, user=staff, to=orders.at(api), http=request, because="a")]
    model = resolve(
        Policy("shop", owns=[shop], services=[orders], rules=rules, logs=logs or [log_all(shop, because="a")]),
        Mesh(),
        date(2026, 11, 24),
    ).model
    assert model is not None
    return model


def test_the_format_has_what_policies_test() -> None:
    """The outermost claim of a nested one, the presenter where one is asked for, headers in lower case."""
    assert wanted_format(model_of()) == log_format(["azp", "realm", "role"], ["x-tenant"])


def test_the_snippet_is_yaml_of_a_mesh_configuration() -> None:
    """Each provider writes the whole format to the standard output of its proxy."""
    shop = Namespace("shop")
    whole = snippet(model_of())
    read: Any = yaml.safe_load(whole)
    (provider,) = read["meshConfig"]["extensionProviders"]
    assert provider == {
        "name": "ztc",
        "envoyFileAccessLog": {"path": "/dev/stdout", "logFormat": {"labels": wanted_format(model_of())}},
    }
    assert whole.isascii()
    assert whole == snippet(model_of())
    assert shop.name not in read


def test_every_provider_is_listed_once() -> None:
    """Names that differ in case alone are one."""
    shop, web = Namespace("shop"), Namespace("web")
    logs = [log_all(shop, because="a", provider="Own"), log_denied(web, because="a", provider="own")]
    logs.append(log_denied(shop, because="a"))
    model = resolve(Policy("p", owns=[shop, web], logs=logs), Mesh(), date(2026, 11, 24)).model
    assert model is not None
    assert providers_of(model) == ("Own", "ztc")
    read = yaml.safe_load(snippet(model))
    assert [each["name"] for each in read["meshConfig"]["extensionProviders"]] == ["Own", "ztc"]


def test_a_policy_without_logs_needs_nothing() -> None:
    """What is written then is a comment."""
    shop = Namespace("shop")
    model = resolve(Policy("p", owns=[shop]), Mesh(), date(2026, 11, 24)).model
    assert model is not None
    assert yaml.safe_load(snippet(model)) is None
    assert snippet(model).startswith("# Policy p declares no access logs")


@pytest.mark.parametrize("code", ["ZT605", "ZT606"])
def test_pairs_show_the_format_of_today(code: str, golden: Golden) -> None:
    """The good mesh configuration of a check is what is written for its policy."""
    shop = Namespace("shop")
    model = resolve(Policy("p", owns=[shop], logs=[log_denied(shop, because="a")]), Mesh(), date(2026, 11, 24)).model
    assert model is not None
    written = "".join(line for line in snippet(model).splitlines(keepends=True) if not line.startswith("#"))
    golden(CHECKS / code / "good" / "mesh.yaml", written)
