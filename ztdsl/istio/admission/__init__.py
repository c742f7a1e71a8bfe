"""What the gates of a cluster say of an object before it takes effect, found without a cluster.

The API server checks every object against the schema of its kind. istiod's webhook checks more, but may be absent or
fail open; the policy of the stable channel is there only if somebody asked for it. Each gate is told apart, since they
disagree: `ztdsl.istio.validate` is the union, for manifests of our own.
"""

from __future__ import annotations

from ztdsl.istio.admission.gates import null_fields, schema, stable_channel, unknown_fields
from ztdsl.istio.admission.refusal import Refusal
from ztdsl.istio.admission.webhook import webhook

__all__ = ["Refusal", "null_fields", "schema", "stable_channel", "unknown_fields", "webhook"]
