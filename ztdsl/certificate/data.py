"""An inspection as plain data; docs/reference/formats.md describes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.certificate.lifetime import rotation, stamp

if TYPE_CHECKING:
    from ztdsl.certificate.facts import Certificate
    from ztdsl.certificate.inspection import Around, Inspected, Inspection

SCHEMA: Final = "ztdsl/certificate/v1"


def heading(inspection: Inspection) -> dict[str, Any]:
    """What was looked at, when, and against what."""
    given, around = inspection.given, inspection.around
    met = given.connection
    return {
        "schema": SCHEMA,
        "source": {
            "name": given.name,
            "form": given.form,
            "privateKeys": given.private_keys,
            "connection": None
            if met is None
            else {
                "serverName": met.server_name,
                "protocol": met.protocol,
                "refusal": met.refusal,
                "clientCertificate": met.showed_own,
            },
        },
        "now": stamp(around.now),
        "trustedFrom": around.anchors_from,
        "mesh": None if around.mesh is None else {"name": around.mesh.name, "trustDomain": around.mesh.trust_domain},
        "policy": None if around.model is None else around.model.policy,
    }


def chain(each: Inspected, around: Around) -> dict[str, Any]:
    """One chain."""
    leaf = each.chain.certificates[0]
    identity = each.identity
    workload = (None, None) if identity is None or identity.workload is None else identity.workload
    due = None if workload[0] is None else rotation(leaf)
    checked = around.anchors_from is not None
    return {
        "name": each.chain.name,
        "identity": None
        if identity is None
        else {
            "spiffeId": identity.text,
            "trustDomain": identity.trust_domain,
            "standing": None if each.standing is None else each.standing.value,
            "namespace": workload[0],
            "serviceAccount": workload[1],
        },
        "remainingSeconds": int((leaf.not_after - around.now).total_seconds()),
        "rotation": None if due is None else {"earliest": stamp(due.earliest), "latest": stamp(due.latest)},
        "trust": ("trusted" if each.path.is_trusted else "untrusted") if checked else "unchecked",
        "anchor": None if each.path.anchor is None else each.path.anchor.fingerprint,
        "certificates": [_certificate(certificate) for certificate in each.path.certificates],
        "links": [
            {
                "below": link.below.fingerprint,
                "above": link.above.fingerprint,
                "holds": not link.faults,
                "faults": [{"code": fault.code, "message": fault.message} for fault in link.faults],
            }
            for link in each.path.links
        ],
        "unused": [_certificate(certificate) for certificate in each.path.unused],
    }


def _certificate(each: Certificate) -> dict[str, Any]:
    return {
        "from": each.origin.replace("`", ""),
        "subject": each.subject,
        "issuer": each.issuer,
        "serial": each.serial,
        "sha256": each.fingerprint,
        "uris": list(each.uris),
        "dns": list(each.dns),
        "notBefore": stamp(each.not_before),
        "notAfter": stamp(each.not_after),
        "ca": each.is_ca is True,
        "pathLength": each.path_length,
        "keyUsage": None if each.key_usage is None else list(each.key_usage),
        "extendedKeyUsage": None if each.purposes is None else list(each.purposes),
        "key": each.key,
        "keyBits": each.key_bits,
        "signatureHash": each.digest,
    }
