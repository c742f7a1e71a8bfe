"""What a certificate proves."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ztdsl.certificate.inspection import Around, Inspected, Inspection, inspect
from ztdsl.certificate.read import MOST_BYTES, read, read_anchors
from ztdsl.certificate.server import Own, address, shown_by
from ztdsl.certificate.unreadable import NoAnswer, NoCertificate
from ztdsl.diagnostics.model import Severity
from ztdsl.ir.values import PeerIdentity
from ztdsl.pipeline import Options, configure, run, weigh

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import date

    from ztdsl.certificate.facts import Certificate
    from ztdsl.certificate.presented import Presented
    from ztdsl.config import Configuration
    from ztdsl.diagnostics.report import Report
    from ztdsl.dsl.policy import Policy
    from ztdsl.explain.access import Grant
    from ztdsl.ir.model import Model
    from ztdsl.traffic.mesh import Mesh


@dataclass(frozen=True, slots=True)
class CertificateInspection:
    """What a certificate proves.

    Attributes:
        report: what is wrong with the certificates; what is wrong with the policy, where that has errors.
        configuration: the settings it was looked at with.
        inspection: what the certificates say; None where the policy has errors.
    """

    report: Report
    configuration: Configuration
    inspection: Inspection | None

    def text(self, width: int = 80, *, color: bool = False) -> str:
        """The inspection and its findings for people; empty where the policy has errors."""
        from ztdsl.diagnostics.formats import render  # noqa: PLC0415 - data needs no text

        if self.inspection is None:
            return ""
        lines = "\n".join(_lines(self.inspection, width))
        return f"{lines}\n\n{render(self.report, 'text', color=color, width=width)}"

    def to_dict(self) -> dict[str, Any]:
        """The inspection and its findings as plain data; empty where the policy has errors."""
        from ztdsl.certificate import data  # noqa: PLC0415 - text needs no data
        from ztdsl.diagnostics.formats.json import finding_data  # noqa: PLC0415 - likewise

        if self.inspection is None:
            return {}
        return {
            **data.heading(self.inspection),
            "chains": [_chain_data(each, self.inspection.around) for each in self.inspection.chains],
            "findings": [finding_data(finding) for finding in self.report.findings],
            "summary": {f"{each.word}s": self.report.count(each) for each in reversed(Severity)},
        }


def inspect_certificate(
    source: str | Path | bytes,
    policy: str | Path | Policy | None = None,
    *,
    ca: Sequence[str | Path] = (),
    client: tuple[Path, Path] | None = None,
    server_name: str | None = None,
    now: datetime | None = None,
    mesh: str | Mesh | None = None,
    config: Path | None = None,
    istio_version: str | None = None,
    today: date | None = None,
    templates: Path | None = None,
) -> CertificateInspection:
    """Who a certificate says its bearer is, whether that is proved, and what the policy says of it.

    Args:
        source: a file, `-` for stdin, `HOST:PORT` of a TLS server where no file has that name, or the bytes themselves.
        policy: a policy file, `file.py:variable`, or a policy. Loading a file runs it.
        ca: files of the CAs to trust; those that stand beside the certificates if none is named.
        client: the files of the certificate and the key to show to a server.
        server_name: the name to ask a server for, instead of its host.
        now: the instant that validity is compared with; the clock if None.
        mesh: the name of a configured mesh, or a mesh.
        config: the configuration file, instead of the one found upwards from the policy.
        istio_version: the mesh's version, such as `1.30`.
        today: the day against which the policy's end dates are held.
        templates: as for `build_manifests`; nothing is rendered.

    Raises:
        NoCertificate: the input, or a file of `ca`, holds no certificate that can be read.
        NoAnswer: the server cannot be reached or shows no certificate.
        OSError: a file cannot be read.
        ConfigurationFailure: the configuration is malformed, or no mesh was chosen.
        LoadFailure: the policy file does not load, or holds no single policy.
    """
    options = Options(mesh, config, istio_version, today, templates)
    model: Model | None = None
    if policy is None:
        configuration = configure(None, options)
    else:
        result = run(policy, options)
        configuration, model = result.configuration, result.model
        if model is None:
            return CertificateInspection(result.report, configuration, None)
    given = _given(source, client, server_name)
    anchors, origin = _anchors(given, ca)
    # Without a configuration and a policy nobody has said which mesh it is.
    is_described = configuration.file is not None or mesh is not None or model is not None
    known = configuration.mesh if is_described else None
    moment = datetime.now(tz=UTC) if now is None else now
    found = inspect(given, Around(anchors, origin, known, model, moment))
    return CertificateInspection(weigh(found.findings, configuration, ()), configuration, found)


def _given(source: str | Path | bytes, client: tuple[Path, Path] | None, server_name: str | None) -> Presented:
    if isinstance(source, bytes):
        return read(source, "<bytes>")
    if source == "-":
        return read(sys.stdin.buffer.read(MOST_BYTES + 1), "<stdin>")
    server = None if isinstance(source, Path) or Path(source).exists() else address(source)
    if server is not None:
        return shown_by(server, server_name=server_name, own=None if client is None else Own(*client))
    return read(_bytes(source), str(source))


def _anchors(given: Presented, ca: Sequence[str | Path]) -> tuple[tuple[Certificate, ...], str | None]:
    if ca:
        named = [str(each) for each in ca]
        return tuple(each for file in named for each in read_anchors(_bytes(file), file)), ", ".join(named)
    if given.beside:
        return given.beside, "the input itself, which proves nothing: whoever wrote the one could write the other"
    return (), None


def _bytes(file: str | Path) -> bytes:
    with Path(file).open("rb") as stream:
        return stream.read(MOST_BYTES + 1)


def _lines(found: Inspection, width: int) -> Iterator[str]:
    from ztdsl.certificate import report  # noqa: PLC0415 - data needs no text
    from ztdsl.explain.report import at, reaching  # noqa: PLC0415 - likewise

    yield from report.heading(found, width)
    for each in found.chains:
        yield ""
        yield from report.chain(each, found.around, width)
        yield ""
        yield from report.whose(each, found.around, width)
        workloads = each.owner.workloads if each.owner is not None else ()
        yield from (f"  {workload.namespace}/{workload.name}{at(workload.origin)}" for workload in workloads)
        if found.around.model is not None:
            yield ""
            yield from reaching(_reaches(each, found.around.model), width)


def _chain_data(each: Inspected, around: Around) -> dict[str, Any]:
    from ztdsl.certificate import data  # noqa: PLC0415 - text needs no data
    from ztdsl.explain.report import grant_data, place_data  # noqa: PLC0415 - likewise

    plain = data.chain(each, around)
    if around.model is None:
        return {**plain, "workloads": None, "nearest": None, "reaches": None}
    owner = each.owner
    return {
        **plain,
        "workloads": [
            {
                "namespace": workload.namespace,
                "name": workload.name,
                "kind": workload.kind.value,
                "declared": place_data(workload.origin),
            }
            for workload in (owner.workloads if owner is not None else ())
        ],
        "nearest": None if owner is None else owner.miss,
        "reaches": [grant_data(grant) for grant in _reaches(each, around.model)],
    }


def _reaches(each: Inspected, model: Model) -> tuple[Grant, ...]:
    """What the policy lets the identity reach, as the peer that it proves to be; nothing for one that it does not."""
    from ztdsl.explain.access import reaches  # noqa: PLC0415 - a certificate without a policy needs none of it

    if each.identity is None or each.identity.workload is None:
        return ()
    is_own = each.identity.trust_domain in model.mesh.trust_domains
    return reaches(model, PeerIdentity(None if is_own else each.identity.trust_domain, *each.identity.workload))


__all__ = ["CertificateInspection", "NoAnswer", "NoCertificate", "inspect_certificate"]
