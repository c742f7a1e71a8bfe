"""Run one KCL program of this directory and write its YAML: `kcl_run.py PROGRAM ROOT NAME=VALUE ...`.

KCL reads files under the program's root only, so the program is given as text that stands in `ROOT`.
"""

import re
import sys
from pathlib import Path

from kcl_lib import api

_COLOURS = re.compile(r"\x1b\[[0-9;]*m")

if __name__ == "__main__":
    program, root, *settings = sys.argv[1:]
    pairs = [setting.partition("=") for setting in settings]
    wanted = api.ExecProgramArgs(
        work_dir=root,
        k_filename_list=[str(Path(root, program))],
        k_code_list=[Path(__file__).with_name(program).read_text(encoding="utf-8")],
        args=[api.Argument(name=name, value=value) for name, _, value in pairs],
    )
    result = api.API().exec_program(wanted)
    if result.err_message:
        sys.exit(" ".join(_COLOURS.sub("", result.err_message).split()))
    sys.stdout.write(result.yaml_result)
