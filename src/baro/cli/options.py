"""Flags that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from msgspec import Struct

MOST_JOBS = 256
"""Worker processes; each needs some 50 MB."""

Function = Callable[..., Any]


class PlatformFlags(Struct, frozen=True):
    """What the platform flags say."""

    paths: tuple[Path, ...]
    manifests: bool = False
    config: Path | None = None
    repo: tuple[str, ...] = ()
    as_branch: tuple[str, ...] = ()
    argocd_version: str = ""
    kubernetes_version: str = ""
    fetch: bool = False
    jobs: int = 0


def platform_flags(function: Function) -> Function:
    """Add the flags that say what to expand, and how."""
    for option in reversed(_PLATFORM):
        function = option(function)
    return function


_PLATFORM: tuple[Callable[[Function], Function], ...] = (
    click.option(
        "--manifests",
        is_flag=True,
        help="PATH holds plain Kubernetes objects, not a platform.",
    ),
    click.option(
        "--config",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Read this instead of PATH/baro.yaml.",
    ),
    click.option(
        "--repo",
        multiple=True,
        metavar="URL=PATH",
        help="Where a repository lies on this machine. Repeatable.",
    ),
    click.option(
        "--as",
        "as_branch",
        multiple=True,
        metavar="BRANCH",
        help="Let the working tree stand for BRANCH: what a merge into it would give.",
    ),
    click.option(
        "--argocd-version",
        default="",
        metavar="X.Y",
        help="Behave as this Argo CD does.",
    ),
    click.option(
        "--kubernetes-version",
        default="",
        metavar="X.Y",
        help="Render for this Kubernetes.",
    ),
    click.option(
        "--fetch/--offline",
        default=False,
        help="Allow to fetch charts from their repositories. Default: no network.",
    ),
    click.option(
        "--jobs",
        "-j",
        type=click.IntRange(min=0, max=MOST_JOBS),
        default=0,
        metavar="N",
        help="Worker processes. Default: one a core.",
    ),
)


def flags(paths: tuple[Path, ...], options: dict[str, Any]) -> PlatformFlags:
    """Take the platform flags out of a command's options."""
    taken = {
        name: options.pop(name)
        for name in PlatformFlags.__struct_fields__
        if name != "paths"
    }
    return PlatformFlags(paths=paths or (Path(),), **taken)


colour = click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the text. auto: on a terminal, unless NO_COLOR is set.",
)

language = click.option(
    "--lang",
    "language",
    type=click.Choice(["en", "ko"]),
    default="en",
    envvar="BARO_LANG",
    help="Language of the text. Also BARO_LANG.",
)

output_file = click.option(
    "--output-file",
    "-o",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    metavar="FILE",
    help="Write the answer there instead of stdout.",
)
