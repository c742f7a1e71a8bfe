"""Draw requests to a mesh from its manifests, one JSON object a line: `questions.py OBJECTS COUNT QUESTIONS`.

Every service is as likely as any other. Half of the requests are made to fit one rule: its caller, one of its methods,
one of its paths with a random tail where it ends in `*`. In the other half each of the three is drawn by itself: one
caller in twenty has no identity, half of the others are any service of the mesh, and one path in four is of no rule.
The gateway always forwards a token, with one of three roles; one in ten is for another audience. The same objects and
the same count give the same requests.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

SEED = 5
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE")
ROLES = ("admin", "support", "customer")
USERS = 1_000


class Service:
    """A called service: its policy's rules as callers, methods and paths."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.namespace = policy["metadata"]["namespace"]
        self.labels = policy["spec"]["selector"]["matchLabels"]
        self.name = self.labels["app"]
        self.rules = [
            (rule["from"][0]["source"]["principals"], operation["methods"], operation["paths"])
            for rule in policy["spec"]["rules"]
            for operation in (rule["to"][0]["operation"],)
        ]


class Questions:
    """Draws requests to `services`."""

    def __init__(self, services: list[Service]) -> None:
        self._services = services
        self._random = random.Random(SEED)  # noqa: S311 - the same requests in every run
        self._in_namespace: dict[str, list[str]] = {}
        for each in services:
            identity = f"cluster.local/ns/{each.namespace}/sa/{each.name}"
            self._in_namespace.setdefault(each.namespace, []).append(identity)
        self._all = [identity for held in self._in_namespace.values() for identity in held]
        self._address = {identity: f"10.{at >> 8}.{at & 255}.7" for at, identity in enumerate(self._all)}

    def draw(self, number: int) -> dict[str, Any]:
        """One request."""
        pick = self._random.choice
        service = pick(self._services)
        callers, methods, paths = pick(service.rules)
        if self._random.random() < 0.5:  # noqa: PLR2004 - half of them
            caller: str | None = self._one_of(pick(callers))
            method, path = pick(methods), pick(paths)
        else:
            caller = self._any_caller(service)
            method, path = pick(METHODS), self._any_path(service)
        question: dict[str, Any] = {
            "id": f"request-{number}",
            "to": {"namespace": service.namespace, "labels": service.labels, "port": 8080, "protocol": "http"},
            "peer": None if caller is None else f"spiffe://{caller}",
            "source_ip": self._address.get(caller or "", "10.200.0.7"),
            "http": {
                "method": method,
                "path": path.replace("*", str(self._random.randrange(100_000))),
                "host": f"{service.name}.{service.namespace}.svc.cluster.local:8080",
            },
        }
        if caller is not None and caller.endswith("/sa/ingress"):
            question["token"] = self._token()
        return question

    def _one_of(self, principal: str) -> str:
        """An identity that `principal` means; of a whole namespace, that of one of its services."""
        if not principal.endswith("/*"):
            return principal
        return self._random.choice(self._in_namespace[principal.split("/")[2]])

    def _any_caller(self, service: Service) -> str | None:
        if self._random.random() < 0.05:  # noqa: PLR2004 - one in twenty
            return None
        if self._random.random() < 0.5:  # noqa: PLR2004 - half of them
            return self._random.choice(self._all)
        return self._one_of(self._random.choice(self._random.choice(service.rules)[0]))

    def _any_path(self, service: Service) -> str:
        if self._random.random() < 0.25:  # noqa: PLR2004 - one in four
            return f"/other/{service.name}/*"
        path: str = self._random.choice(self._random.choice(service.rules)[2])
        return path

    def _token(self) -> dict[str, Any]:
        return {
            "iss": "https://auth.example.com",
            "sub": f"user-{self._random.randrange(USERS)}",
            "aud": ["mesh"] if self._random.random() < 0.9 else ["other"],  # noqa: PLR2004 - nine in ten
            "role": self._random.choice(ROLES),
        }


def services_of(objects: list[dict[str, Any]]) -> list[Service]:
    """The services whose policy says who may call them."""
    return [
        Service(each)
        for each in objects
        if each["kind"] == "AuthorizationPolicy" and each["spec"].get("selector") and each["spec"].get("rules")
    ]


if __name__ == "__main__":
    objects, count, questions = sys.argv[1:]
    drawn = Questions(services_of(json.loads(Path(objects).read_bytes())))
    with Path(questions).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(drawn.draw(number)) + "\n" for number in range(int(count)))
