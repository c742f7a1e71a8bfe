"""The pytest plugin, in runs of pytest of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.unit.api.policies import bad, good

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path, root: Path) -> Callable[[str], tuple[int, str]]:
    """Runs a test file beside a policy in a process of its own: the exit code and what pytest prints."""
    good(tmp_path)

    def run(tests: str) -> tuple[int, str]:
        (tmp_path / "test_it.py").write_text(tests, encoding="utf-8")
        words = [
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:hypothesispytest",
            f"--rootdir={tmp_path}",
            "test_it.py",
        ]
        environment = {**os.environ, "PYTHONPATH": str(root), "COLUMNS": "80"}
        environment.pop("PYTEST_ADDOPTS", None)
        ended = subprocess.run(
            [sys.executable, *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return ended.returncode, ended.stdout + ended.stderr

    return run


def test_what_holds_passes(run: Callable[[str], tuple[int, str]]) -> None:
    """Names are relative to pytest's root, and a policy is loaded once in a run."""
    code, said = run("""
def test_one(ztc):
    policy = ztc.policy("policies.py")
    assert policy.allows("frontend", "GET /orders", to="orders:8080")
    assert policy.refuses(None, "GET /orders", to="orders:8080")

def test_two(ztc, request):
    assert ztc.policy("policies.py") is ztc.policy(request.config.rootpath / "policies.py")
""")
    assert (code, "2 passed" in said) == (0, True), said


def test_a_failed_assert_shows_the_whole_explanation(run: Callable[[str], tuple[int, str]]) -> None:
    """The nearest misses stand in the report line by line, and nothing is cut short."""
    code, said = run("""
def test_it(ztc):
    assert ztc.policy("policies.py").allows("frontend", "GET /" + "x" * 200, to="orders:intake", source_ip="192.0.2.1")

def test_refusal(ztc):
    answer = ztc.policy("policies.py").refuses("frontend", "GET /orders", to="orders:8080")
    assert answer

def test_denial(ztc):
    assert not ztc.policy("policies.py").allows("frontend", "GET /orders", to="orders:8080")
""")
    assert code == 1
    assert f"E       refused: GET /{'x' * 200} to orders:intake from frontend\n" in said
    assert "E         nearest misses:\n" in said
    assert "expected 10.0.0.0/8; found 192.0.2.1\n" in said
    assert said.count("E       allow (200): GET /orders to orders:8080 from frontend\n") == 2
    assert said.count("E         decided by policies.py:") == 2


def test_an_answer_explains_only_its_own_test(run: Callable[[str], tuple[int, str]]) -> None:
    """A later test that asks nothing fails without an explanation, and so does an error of another kind."""
    code, said = run("""
def test_one(ztc):
    assert ztc.policy("policies.py").allows("frontend", "GET /orders", to="orders:8080")

def test_two():
    assert 1 == 2

def test_three(ztc):
    assert ztc.policy("policies.py").allows("frontend", "GET /orders", to="orders:8080")
    raise ValueError("something else")
""")
    assert code == 1
    assert "what was asked last" not in said


def test_a_broken_policy_is_reported_in_full(run: Callable[[str], tuple[int, str]], tmp_path: Path) -> None:
    """The findings stand in the failure with their place."""
    bad(tmp_path)
    code, said = run('def test_it(ztc):\n    ztc.policy("policies.py")\n')
    assert code == 1
    assert "ztdsl.api.testing.BrokenPolicy:" in said
    assert "error[ZT106]" in said
    assert "--> policies.py:" in said


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ('allows("frontent", "GET /", to="orders:8080")', "candidates: frontend, web/frontend"),
        ('allows("frontend", "GET /", to="orders")', "shop/orders:8080, "),
        ('allows("frontend", "orders", to="orders:8080")', "write a method and a path"),
        ('allows("frontend", "GET /", to="orders:8080", source_ip="10.1.2.300")', "`10.1.2.300` is not an IP address"),
        ('allows("frontend", "GET /", to="orders:8080", token={"invalid": 3})', "`token.invalid` is not a string"),
    ],
)
def test_a_mistake_says_what_to_write(question: str, said: str, run: Callable[[str], tuple[int, str]]) -> None:
    """A name or a phrase that means nothing ends the test with advice."""
    code, text = run(f'def test_it(ztc):\n    ztc.policy("policies.py").{question}\n')
    assert code == 1
    assert said in text


def test_manifests_answer_too(run: Callable[[str], tuple[int, str]], tmp_path: Path) -> None:
    """Manifests are opened by names relative to pytest's root, with their inventory."""
    (tmp_path / "manifests.yaml").write_text(MANIFESTS, encoding="utf-8")
    (tmp_path / "workloads.yaml").write_text(WORKLOADS, encoding="utf-8")
    code, said = run("""
def test_it(ztc):
    manifests = ztc.manifests("manifests.yaml", workloads="workloads.yaml")
    assert manifests.allows("web/frontend", "GET /", to="orders")
    assert manifests.refuses("web/batch", "GET /", to="orders")
    assert manifests is ztc.manifests("manifests.yaml", workloads="workloads.yaml")
""")
    assert (code, "1 passed" in said) == (0, True), said


MANIFESTS = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: orders, namespace: shop}
spec:
  selector: {matchLabels: {app: orders}}
  rules: [{from: [{source: {serviceAccounts: [web/frontend]}}]}]
"""

WORKLOADS = """
apiVersion: v1
kind: List
items:
  - apiVersion: v1
    kind: Pod
    metadata: {name: orders, namespace: shop, labels: {app: orders}}
    spec: {serviceAccountName: orders, containers: [{name: c, ports: [{containerPort: 8080, name: http}]}]}
  - apiVersion: v1
    kind: Pod
    metadata: {name: frontend, namespace: web, labels: {app: frontend}}
    spec: {serviceAccountName: frontend, containers: [{name: c}]}
  - apiVersion: v1
    kind: Pod
    metadata: {name: batch, namespace: web, labels: {app: batch}}
    spec: {serviceAccountName: batch, containers: [{name: c}]}
  - apiVersion: v1
    kind: Service
    metadata: {name: orders, namespace: shop}
    spec: {selector: {app: orders}, ports: [{name: http, port: 80, targetPort: http}]}
"""
