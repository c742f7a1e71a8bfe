"""Bytes of any kind, and certificates with one byte changed."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.certificates import GOOD, INTERMEDIATE, NOW, ROOT, chain, dump, secret
from ztdsl.certificate import data, report
from ztdsl.certificate.inspection import Around, inspect
from ztdsl.certificate.presented import Presented
from ztdsl.certificate.read import read, read_anchors
from ztdsl.certificate.unreadable import NoCertificate
from ztdsl.traffic.mesh import Mesh

DER = GOOD.der
AROUND = Around(read_anchors(ROOT.pem.encode(), "root.pem"), "root.pem", Mesh(), None, NOW)


def _shown(found: Presented) -> str:
    """Everything that is said of an input, as text and as JSON."""
    seen = inspect(found, AROUND)
    lines = [*report.heading(seen, 80)]
    for each in seen.chains:
        lines += [*report.chain(each, AROUND, 80), *report.whose(each, AROUND, 80)]
        json.dumps([data.heading(seen), data.chain(each, AROUND)])
    return "\n".join(lines)


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_read_or_refused(given_bytes: bytes) -> None:
    """Nothing but `NoCertificate` is raised, with one finding."""
    refused: NoCertificate | None = None
    try:
        read(given_bytes, "given")
    except NoCertificate as error:
        refused = error
    assert refused is None or [each.code for each in refused.diagnostics] == ["ZT740"]


@given(st.integers(0, len(DER) - 1), st.integers(0, 255))
def test_a_certificate_with_one_byte_changed_is_no_good_or_unchanged(place: int, byte: int) -> None:
    """It is refused, or has a finding: nothing passes, and nothing raises anything else."""
    changed = DER[:place] + bytes([byte]) + DER[place + 1 :]
    try:
        found = read(changed, "given")
    except NoCertificate:
        return
    found = found._replace(chains=(found.chains[0]._replace(certificates=(*found.chains[0].certificates, *ABOVE)),))
    assert _shown(found).isprintable() is False  # several lines, and nothing raised
    assert bool(inspect(found, AROUND).findings) is (changed != DER)


ABOVE = read(INTERMEDIATE.pem.encode(), "above").chains[0].certificates


@given(st.integers(0, len(DER) - 1), st.binary(max_size=3))
def test_a_certificate_with_bytes_put_in_raises_nothing(place: int, some: bytes) -> None:
    """Lengths that no longer fit are refused."""
    try:
        _shown(read(DER[:place] + some + DER[place:], "given"))
    except NoCertificate:
        return


def test_several_secrets_are_several_chains() -> None:
    """A gateway's proxy has a credential beside its own certificate."""
    plain = json.loads(dump(chain(GOOD, INTERMEDIATE), ROOT.pem))
    own = plain["dynamicActiveSecrets"][0]
    plain["dynamicActiveSecrets"].append({**own, "name": "kubernetes://shop", "secret": own["secret"]})
    found = read(json.dumps(plain).encode(), "given")
    assert [each.name for each in found.chains] == ["default", "kubernetes://shop"]
    assert len(found.beside) == 1


def test_a_bundle_of_spiffe_trust_domains_is_read() -> None:
    """Envoy's SPIFFE validator has one bundle for each trust domain."""
    plain = json.loads(dump(chain(GOOD, INTERMEDIATE), ROOT.pem))
    bundle = plain["dynamicActiveSecrets"][1]["secret"].pop("validationContext")["trustedCa"]
    plain["dynamicActiveSecrets"][1]["secret"]["validationContext"] = {
        "trustedCa": {},
        "customValidatorConfig": {"typedConfig": {"trustDomains": [{"name": "a", "trustBundle": bundle}]}},
    }
    assert len(read(json.dumps(plain).encode(), "given").beside) == 1


def test_anchors_are_those_that_a_dump_trusts() -> None:
    """As CAs a dump gives its root, not the workload's own certificate."""
    (only,) = read_anchors(dump(chain(GOOD, INTERMEDIATE), ROOT.pem).encode(), "given")
    assert only.subject == "O=root"


def test_a_list_of_secrets_gives_the_first_with_a_certificate() -> None:
    """What `kubectl get secrets -o json` prints."""
    items = [json.loads(secret({"tls.crt": GOOD.pem})), {"kind": "ConfigMap", "data": {}}]
    found = read(json.dumps({"kind": "List", "items": items}).encode(), "given")
    assert (found.form, len(found.chains)) == ("Kubernetes Secret", 1)


def test_string_data_is_read() -> None:
    """A Secret as people write it."""
    plain = {"kind": "Secret", "stringData": {"tls.crt": GOOD.pem, "tls.key": GOOD.private}}
    assert read(json.dumps(plain).encode(), "given").private_keys == 1


@pytest.mark.parametrize("value", [None, 5, [], {}, "", b64encode(b"nothing").decode()])
def test_values_of_other_types_are_refused(value: object) -> None:
    """No value of a Secret makes it raise anything else."""
    with pytest.raises(NoCertificate):
        read(json.dumps({"kind": "Secret", "data": {"tls.crt": value}}).encode(), "given")


def test_a_version_that_does_not_exist_is_refused() -> None:
    """X.509 has the versions 1 to 3."""
    begin = DER.index(bytes.fromhex("a003020102"))
    with pytest.raises(NoCertificate, match="75 is not a valid X509 version"):
        read(DER[: begin + 4] + bytes([75]) + DER[begin + 5 :], "given")


def test_one_part_of_a_dump_is_read() -> None:
    """What a proxy's `/config_dump?resource=dynamic_active_secrets` gives."""
    entries = json.loads(dump(chain(GOOD, INTERMEDIATE), ROOT.pem))["dynamicActiveSecrets"]
    found = read(json.dumps({"configs": entries}).encode(), "given")
    assert ([each.name for each in found.chains], len(found.beside)) == (["default"], 1)
