"""Decide requests with casbin: `casbin_decide.py OBJECTS QUESTIONS COUNT ANSWERS whole|keyed`.

Only the decisions are timed, in seconds of the processor; policies are loaded before. `whole` is the ordinary enforcer;
`keyed` is casbin's fast one, which looks at the lines of the called service only.
"""

import logging
import sys
import time
from itertools import product
from pathlib import Path

import asked
import casbin

MODEL = """
[request_definition]
r = sub, obj, act, path, role
[policy_definition]
p = sub, obj, act, path, role
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.obj == p.obj && r.act == p.act && keyMatch(r.sub, p.sub) && keyMatch(r.path, p.path) && \
(p.role == "any" || r.role == p.role)
"""
ANY = "any"
SERVICE = 1  # what the fast enforcer keeps its lines by


def lines(rule: asked.Rule) -> list[list[str]]:
    """One rule as lines of a casbin policy: each combination of its values."""
    return [
        [caller, rule.service, method, path, role]
        for caller, method, path, role in product(rule.callers, rule.methods, rule.paths, rule.roles or [ANY])
    ]


if __name__ == "__main__":
    objects, file, count, answers, enforcer = sys.argv[1:]
    logging.disable()
    if enforcer == "whole":
        model = casbin.Model()
        model.load_model_from_text(MODEL)
        engine = casbin.Enforcer(model)
    else:
        model = casbin.FastModel([SERVICE])
        model.load_model_from_text(MODEL)
        engine = casbin.FastEnforcer(model, cache_key_order=[SERVICE])
    engine.add_policies([line for rule in asked.rules(Path(objects)) for line in lines(rule)])
    wanted = list(asked.questions(Path(file), int(count)))
    start = time.process_time()
    allowed = [engine.enforce(*question) for question in wanted]
    sys.stdout.write(asked.report(time.process_time() - start, allowed, Path(answers)))
