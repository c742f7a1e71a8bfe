"""The flags that several commands share, spelled once.

A metavar with bars lists the only values that a flag takes (`ztdsl.cli.command` refuses others).
All values arrive as text; what a version or a date is, `ztdsl.config` decides for flags, environment
and files alike.
"""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

Policy = Annotated[str, Argument(metavar="POLICY", help="the policy file, or FILE:VARIABLE")]

Subject = Annotated[str | None, Argument(metavar="POLICY", help="the policy file, or FILE:VARIABLE; or see -f")]
Filename = Annotated[
    list[str] | None,
    Option("-f", "--filename", metavar="PATH", help="manifests instead of a policy: a file, a directory, or -"),
]
Workloads = Annotated[
    str | None, Option("--workloads", metavar="FILE", help="an inventory: names, labels and ports of workloads")
]

Mesh = Annotated[str | None, Option("--mesh", metavar="NAME", help="the mesh of the configuration to compile for")]
Config = Annotated[
    str | None, Option("--config", metavar="FILE", help="the configuration, instead of the one found upwards")
]
IstioVersion = Annotated[
    str | None, Option("--istio-version", metavar="X.Y", help="the Istio to render for, instead of the mesh's")
]
Templates = Annotated[str | None, Option("--templates", metavar="DIR", help="your own layout of the manifests")]
Today = Annotated[str | None, Option("--today", metavar="YYYY-MM-DD", help="the date that end dates are compared with")]
Now = Annotated[
    str | None,
    Option("--now", metavar="TIME", help="the instant that validity is compared with, such as 2027-03-31T12:00:00Z"),
]

Strict = Annotated[bool, Option("--strict", help="fail on warnings too: --fail-on warning")]
RequireMatch = Annotated[
    bool, Option("--require-match", help="fail if the policy owns nothing, so that nothing is checked")
]
FailOn = Annotated[
    str | None,
    Option("--fail-on", metavar="error|warning|info|never", help="the severity from which findings fail"),
]

Color = Annotated[
    str, Option("--color", metavar="auto|always|never", help="colours; auto obeys NO_COLOR and FORCE_COLOR")
]
Quiet = Annotated[bool, Option("-q", "--quiet", help="say nothing but findings")]
Verbose = Annotated[bool, Option("-v", "--verbose", help="say which configuration and which mesh is used")]
Debug = Annotated[bool, Option("--debug", help="print Python's traceback of a failure")]
