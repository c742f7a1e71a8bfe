"""What the mesh configuration has to provide, so that the proxies write what a policy asks them to log.

A Telemetry only names a provider; path and format of the log stand in the mesh configuration, which belongs to whoever
installs Istio. Source: istio/api `mesh/v1alpha1/config.proto` (`ExtensionProvider`, `EnvoyFileAccessLogProvider`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ztdsl.log.format import log_format

if TYPE_CHECKING:
    from ztdsl.ir.model import Model

PATH: Final = "/dev/stdout"
_PRESENTER: Final = "azp"


def wanted_format(model: Model) -> dict[str, Any]:
    """The keys of the log and Envoy's words for their values: claims and headers that rules of `model` test among them.

    Of a nested claim the whole outermost claim is logged.
    """
    claims: set[str] = set()
    for user in {caller.user for rule in model.rules for caller in rule.callers if caller.user is not None}:
        claims |= {test.path[0] for test in user.claims}
        claims |= {_PRESENTER} if user.presenters else set()
    headers = {test.name for rule in model.rules for request in rule.requests for test in request.headers}
    return log_format(claims, headers)


def providers_of(model: Model) -> tuple[str, ...]:
    """The providers that access logs of `model` name, each once whatever its case, in order."""
    named = {log.provider.lower(): log.provider for log in reversed(model.logs)}
    return tuple(named[name] for name in sorted(named))


def snippet(model: Model) -> str:
    """The part of the mesh configuration that the access logs of `model` need, as YAML; a comment where there are none.

    It is written as Helm's values have it; an `IstioOperator` has it under `spec`, and the ConfigMap `istio` has what
    is below `meshConfig` in its key `mesh`.
    """
    import yaml  # noqa: PLC0415 - few builds ask for it

    providers = providers_of(model)
    if not providers:
        return f"# Policy {model.policy} declares no access logs, and needs nothing of the mesh configuration.\n"
    labels = wanted_format(model)
    listed = [
        {"name": name, "envoyFileAccessLog": {"path": PATH, "logFormat": {"labels": labels}}} for name in providers
    ]

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - every format is written out
            return True

    text = yaml.dump(
        {"meshConfig": {"extensionProviders": listed}}, Dumper=Dumper, sort_keys=False, width=1000, allow_unicode=False
    )
    head = (
        f"# What the access logs of policy {model.policy} need of the mesh configuration.\n"
        "# Add it to what is there: a list of extension providers replaces the former one.\n"
    )
    return head + text
