"""Parts of manifests as texts."""

from __future__ import annotations

KEYS = """
apiVersion: security.istio.io/v1
kind: RequestAuthentication
metadata: {name: keys, namespace: shop}
spec:
  jwtRules: [{issuer: "https://a.example.com", audiences: [orders], jwksUri: "https://a.example.com/keys"}]
---"""
OPEN = """
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: open, namespace: shop}
spec:
  action: ALLOW
  rules: [{to: [{operation: {ports: ["8080"]}}]}]
"""
WORKLOADS = """
workloads:
- {namespace: shop, name: orders, labels: {app: orders}, ports: [
    {container: 8080, service: 80, protocol: http}, {container: 9000, service: 90, protocol: tcp}]}
- {namespace: web, name: page, labels: {app: page}, ports: [{container: 8080, service: 80, protocol: http}]}
"""


def policy(rules: str, action: str = "ALLOW", namespace: str = "shop", more: str = "") -> str:
    """An AuthorizationPolicy; `more` is a further field of its spec."""
    return f"""
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {{name: p, namespace: {namespace}}}
spec:
  {more}
  action: {action}
  rules: {rules}
"""


def from_(source: str, to: str = "") -> str:
    """Rules of one rule with a source, and an operation if there is one."""
    return f"[{{from: [{{source: {{{source}}}}}]{f', to: [{{operation: {{{to}}}}}]' if to else ''}}}]"


def to(operation: str) -> str:
    """Rules of one rule with an operation."""
    return f"[{{to: [{{operation: {{{operation}}}}}]}}]"


def when(key: str, values: str, of: str = "values") -> str:
    """Rules of one rule with a condition."""
    return f'[{{when: [{{key: "{key}", {of}: {values}}}]}}]'


WEB = "cluster.local/ns/web/sa/page"
