"""Decide requests with Cedar: `cedar_decide.py OBJECTS QUESTIONS COUNT ANSWERS whole|sharded`.

Only the decisions are timed, in seconds of the processor; policies are parsed before. `whole` has one policy set for
all services and asks in one batch; `sharded` has, written by hand, one policy set for each service.
"""

import json
import sys
import time
from pathlib import Path

import asked
from cedarpy import Decision, Entities, PolicySet, is_authorized, is_authorized_batch


def policy(rule: asked.Rule) -> str:
    """One rule as a Cedar policy."""
    actions = ", ".join(f'Action::"{method}"' for method in rule.methods)
    conditions = [_any_of("context.caller", rule.callers), _any_of("context.path", rule.paths)]
    if rule.roles:
        conditions.append(f"{json.dumps(rule.roles)}.contains(context.role)")
    wanted = " && ".join(f"({condition})" for condition in conditions)
    return f'permit(principal, action in [{actions}], resource == Service::"{rule.service}") when {{ {wanted} }};'


def _any_of(attribute: str, texts: list[str]) -> str:
    return " || ".join(
        f'{attribute} like "{text}"' if text.endswith("*") else f'{attribute} == "{text}"' for text in texts
    )


def request(question: asked.Question) -> dict[str, object]:
    """One question as Cedar takes it."""
    return {
        "principal": f'Caller::"{question.caller}"',
        "action": f'Action::"{question.method}"',
        "resource": f'Service::"{question.service}"',
        "context": {"caller": question.caller, "path": question.path, "role": question.role},
    }


if __name__ == "__main__":
    objects, file, count, answers, sets = sys.argv[1:]
    rules = asked.rules(Path(objects))
    nobody = Entities.from_json_str("[]")
    questions = list(asked.questions(Path(file), int(count)))
    wanted = [request(question) for question in questions]
    if sets == "whole":
        everything = PolicySet.from_str("\n".join(policy(rule) for rule in rules))
        start = time.process_time()
        results = is_authorized_batch(wanted, everything, nobody)
    else:
        texts: dict[str, list[str]] = {}
        for rule in rules:
            texts.setdefault(rule.service, []).append(policy(rule))
        shards = {service: PolicySet.from_str("\n".join(held)) for service, held in texts.items()}
        pairs = [(each, shards[question.service]) for each, question in zip(wanted, questions, strict=True)]
        start = time.process_time()
        results = [is_authorized(each, shard, nobody) for each, shard in pairs]
    allowed = [result.decision is Decision.Allow for result in results]
    sys.stdout.write(asked.report(time.process_time() - start, allowed, Path(answers)))
