"""All findings of one run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ztdsl.diagnostics.model import Severity
from ztdsl.quick import dataclass

if TYPE_CHECKING:
    from ztdsl.diagnostics.model import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Accepted:
    """A finding that a comment `# zt: accept[CODE] reason` accepts."""

    diagnostic: Diagnostic
    reason: str
    comment: Span


@dataclass(frozen=True, slots=True)
class Report:
    """What one run found.

    Attributes:
        findings: in the order of files, lines and columns; those without a place first.
        accepted: findings that comments accept; they are counted in every format.
        policy: the policy's name; None where none was loaded.
        rules: how many rules were looked at.
    """

    findings: tuple[Diagnostic, ...]
    accepted: tuple[Accepted, ...] = ()
    policy: str | None = None
    rules: int = 0

    @property
    def worst(self) -> Severity | None:
        """The highest severity among the findings."""
        return max((finding.severity for finding in self.findings), default=None)

    @property
    def has_errors(self) -> bool:
        """Whether manifests must not be printed."""
        return self.worst is Severity.ERROR

    def count(self, severity: Severity) -> int:
        """How many findings have exactly this severity."""
        return sum(finding.severity is severity for finding in self.findings)
