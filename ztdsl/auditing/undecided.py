"""Why a line is not decided: each reason is counted, and nothing is guessed."""

from __future__ import annotations

from enum import StrEnum


class Lack(StrEnum):
    """What a line does not carry, or what makes it none of a decision."""

    OUTBOUND = "it was written at the caller's end, where nothing is decided"
    ELSEWHERE = "an external authorizer or something else answered before the policies"
    REJECTED = "the proxy itself found the request malformed"
    WORKLOAD = "it does not say which workload was called"
    UNDECLARED = "no declared workload is the one that was called"
    UNLISTED = "manifests name no workloads; an inventory of them does (--workloads)"
    SEVERAL = "several declared workloads may be the one that was called"
    PORT = "it does not say which port was called"
    IDENTITY = "it does not carry the caller's identity"
    REQUEST = "it does not carry the method, the path and the host"
    TOKEN = "it does not say whether a token was accepted"  # noqa: S105 - words
    PLACE = "it does not say where in the request the token was"
    SERVER_NAME = "it does not carry the TLS server name"
    OUTCOME = "it does not say what became of the request"

    @property
    def is_no_decision(self) -> bool:
        """Whether nothing is lacking: no policy had anything to say."""
        return self in {Lack.OUTBOUND, Lack.ELSEWHERE, Lack.REJECTED}


class Undecided(Exception):  # noqa: N818 - named for what happened
    """A line is not decided; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
