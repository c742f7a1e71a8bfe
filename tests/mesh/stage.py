"""An example as it stands in a mesh: what `ztc build` printed is applied, and all its workloads run."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.conformance.lab import tokens
from tests.golden.test_examples import TODAY
from tests.mesh import lane, world
from tests.mesh.mesh import Mesh
from tests.mesh.sending import Sender
from ztdsl.api.subject import open_policy
from ztdsl.ir.model import Model
from ztdsl.istio.evaluate import Evaluator
from ztdsl.manifests import read_manifests
from ztdsl.pipeline import Options, run
from ztdsl.scenario.file import read_scenarios, scenario_files
from ztdsl.scenario.scenario import Scenario
from ztdsl.traffic.mesh import Mesh as Facts

DIRECTORIES: Final = sorted(path.parent for path in Path(__file__).parents[2].glob("examples/*/policies.py"))
"""Those of the examples."""


@dataclass(frozen=True)
class Stage:
    """One example in a mesh.

    Attributes:
        name: of the example.
        directory: where its files are.
        model: the policy.
        manifests: decides as the printed manifests do.
        mesh: where they are applied.
        sender: makes calls of requests there.
    """

    name: str
    directory: Path
    model: Model
    manifests: Evaluator
    mesh: Mesh
    sender: Sender

    def scenarios(self) -> list[Scenario]:
        """The scenarios of the example's files, in the order in which `ztc test` says them."""
        opened = open_policy(self.directory / "policies.py", config=_configuration(self.directory))
        assert opened.subject is not None
        cast = opened.subject.cast
        found, problems = read_scenarios(scenario_files([self.directory / "scenarios"]), cast, time.time())
        assert not problems
        return [Scenario(each.name, cast.with_proxies(each.request), each.expected, each.span) for each in found]


def printed(directory: Path, place: Path) -> Path:
    """What `ztc build` prints of an example, as a file in `place`."""
    file = place / "manifests.yaml"
    words = ["build", "policies.py", "--today", TODAY, "--out-file", str(file)]
    subprocess.run([sys.executable, "-m", "ztdsl", *words], cwd=directory, check=True, capture_output=True)
    return file


def model_of(directory: Path) -> Model:
    """The policy of an example."""
    model = run(directory / "policies.py", Options(config=_configuration(directory))).model
    assert model is not None
    return model


def _configuration(directory: Path) -> Path | None:
    """The example's own configuration, which `ztc` finds from its directory."""
    file = directory / "ztc.toml"
    return file if file.exists() else None


class Theatre:
    """One mesh at a time, on which examples follow one another; another mesh only where its facts are others."""

    def __init__(self, key_hosts: Sequence[str], configuration: Mapping[str, Any] | None = None) -> None:
        self._stack, self._key_hosts, self._configuration = ExitStack(), key_hosts, configuration
        self._mesh: Mesh | None = None
        self._facts: Facts | None = None

    def close(self) -> None:
        """End the mesh that runs."""
        self._mesh = None
        self._stack.close()

    @contextmanager
    def empty(self, facts: Facts) -> Iterator[Mesh]:
        """A mesh with these facts, on which nothing is, and nothing must be left; it ends where the block fails."""
        if self._mesh is None or facts != self._facts:
            self.close()
            with lane.required():
                mesh = Mesh(lane.own_name("examples"), facts, self._configuration, self._key_hosts)
            self._mesh, self._facts = self._stack.enter_context(mesh), facts
        try:
            yield self._mesh
        except BaseException:
            self.close()
            raise


def key_hosts(models: Sequence[Model]) -> list[str]:
    """The hosts that serve the keys of issuers."""
    urls = [issuer.jwks_uri for model in models for issuer in model.issuers if issuer.jwks_uri]
    return sorted({str(urllib.parse.urlsplit(url).hostname) for url in urls})


@contextmanager
def staged(directory: Path, manifests: Path, mesh: Mesh) -> Iterator[Stage]:
    """An example in the mesh, until the block ends.

    Args:
        directory: of the example.
        manifests: the file with what `ztc build` printed.
        mesh: on which nothing is.
    """
    model = model_of(directory)
    for issuer in model.issuers:
        if issuer.jwks_uri:
            mesh.key_server.serve(issuer.jwks_uri, tokens.key_set())
    mesh.add_pods([*world.pods_of(model), *world.undeclared_pods_of(model)])
    mesh.add_services(world.services_of(model))
    gateways = world.gateway_objects(model)
    if gateways:
        mesh.cluster.apply(gateways)
    applied = mesh.cluster.kubectl("apply", "--validate=strict", "-f", str(manifests))
    read = read_manifests([str(manifests)])
    documents = read.documents
    assert len(applied.splitlines()) == len(documents) + sum(read.skipped.values()) > 0, applied
    mesh.settle()
    accepted = [{"iss": each.issuer, "aud": (each.audiences or ("any",))[0]} for each in model.issuers]
    evaluator = Evaluator([each.manifest for each in documents], model.mesh)
    yield Stage(directory.name, directory, model, evaluator, mesh, Sender(mesh, model.mesh.trust_domain, accepted))
    mesh.cluster.kubectl("delete", "--wait=false", "-f", str(manifests))
    for each in gateways:
        meta = each["metadata"]
        mesh.cluster.kubectl("delete", "--wait=false", each["kind"].lower(), meta["name"], "-n", meta["namespace"])
    mesh.remove_pods()
