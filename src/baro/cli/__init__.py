"""The command line: parse flags, compose, choose the exit code.

| code | meaning |
|---|---|
| 0 | clean, or proven |
| 1 | findings, or a step not proven |
| 2 | bad input |
| 3 | baro could not finish |
"""

import gc
import os
import signal
import sys
import time
from contextlib import suppress
from errno import EDQUOT, EIO, ENOSPC
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TextIO

import click

import baro
from baro.errors import BaroError, InputError

COMMANDS = {
    "check": ("check", "Find what will break, before the merge."),
    "trace": ("trace", "Say which line sets a value, and where it ends up."),
    "render": ("render", "Print what Argo CD would apply."),
    "tree": ("tree", "Show ApplicationSets, Applications and their objects."),
    "route": ("route", "Say who answers a URL, with which path, and why."),
    "routes": ("routes", "Show every host and path, and what serves it."),
    "verify": ("verify", "Prove the expected routes of baro.yaml."),
    "explain": ("explain", "Print the page of a rule."),
    "rules": ("rules", "List the rules."),
    "init": ("initial", "Write a baro.yaml from what is found."),
}
"""Every command: its module in this package, and its line in the help."""
EXPANDING = frozenset(("check", "trace", "render", "tree", "route", "routes", "verify"))
"""The commands that expand a platform."""

STARTED = "baro.started"
"""Where the context keeps when a command was asked for, before it was imported."""

TRACEBACK = "BARO_TRACEBACK"
"""The variable that asks for the whole traceback of a bug."""


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's
        """Return the commands in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"{__name__}.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's
        formatter: click.HelpFormatter,
    ) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; name the nearest one for a misspelt word.

        Raises:
            click.UsageError: there is no such command.
        """
        ctx.meta[STARTED] = time.monotonic()
        if args[0] in EXPANDING:
            from baro.cli import ahead  # noqa: PLC0415 - the others do without

            ahead.start(ctx, args)
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches  # noqa: PLC0415 - only on error

            near = get_close_matches(args[0], COMMANDS, n=1)
            if not near:
                raise
            message = f"No such command '{args[0]}'. Did you mean '{near[0]}'?"
            raise click.UsageError(message, ctx) from error


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 clean, 1 findings, 2 bad input, 3 could not finish.",
)
@click.version_option(baro.__version__, "-V", "--version", prog_name="baro")
def group() -> None:
    """See what breaks in an Argo CD platform before the merge."""


_YOUNG = 1_000_000
"""Objects that are made before garbage is looked for; 700 takes half of a long run."""

_TURN = 0.000_5
"""Seconds after which a thread that has an answer gets its turn; 5 ms lose half."""


def main(argv: list[str] | None = None) -> NoReturn:
    """Run `baro`; every error on purpose ends here, in one sentence."""
    gc.set_threshold(_YOUNG, 20, 100)
    sys.setswitchinterval(_TURN)
    # Unwinds, so that whoever was started is stopped.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _end)
    sys.stdout, sys.stderr = sys.stdout or _nowhere(), sys.stderr or _nowhere()
    code = _flushed(run(argv))
    # All is closed and out. To take every object apart takes a sixth of a run.
    os._exit(code)


def _nowhere() -> TextIO:
    # Stands for a stream that was closed, before a file takes its number.
    return Path(os.devnull).open("w", encoding="utf-8")


def _flushed(code: int) -> int:
    """Return the exit code once everything is out; 3 where that cannot be."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            # Python would try again at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
            code = code or 3
    return code


def _end(number: int, _: FrameType | None) -> None:
    sys.exit(128 + number)


def run(argv: list[str] | None = None) -> int:
    """Run `baro` and return the exit code."""
    try:
        Path.cwd()
        result: Any = group.main(argv, standalone_mode=False)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return 130
    except Exception as error:
        if os.environ.get(TRACEBACK):
            raise
        return _failed(error)
    return result if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    """Tell what stopped us and return the exit code."""
    if isinstance(error, click.ClickException):
        error.show()
        return 2
    if isinstance(error, BrokenPipeError):
        # The reader went away (`| head`): what it wanted, it has.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    known = error if isinstance(error, BaroError) else _unforeseen(error)
    _tell(known)
    return known.exit_code


def _unforeseen(error: Exception) -> BaroError:
    if isinstance(error, OSError) and error.errno in (ENOSPC, EDQUOT, EIO):
        return BaroError(f"cannot write: {error.strerror}", hint="make room on disk")
    try:
        Path.cwd()
    except FileNotFoundError:
        hint = "go to a folder that exists"
        return InputError("the folder that you are in is gone", hint=hint)
    return _bug(error)


def _bug(error: Exception) -> BaroError:
    return BaroError(
        f"baro itself failed: {type(error).__name__}: {error}",
        hint=f"please report it, with what {TRACEBACK}=1 prints",
    )


def _tell(error: BaroError) -> None:
    error_word = click.style("error", fg="red", bold=True)
    hint_word = click.style("hint", fg="green")
    with suppress(OSError):
        click.echo(f"{error_word}: {_shown(str(error))}", err=True)
        if error.hint:
            click.echo(f"{hint_word}: {_shown(error.hint)}", err=True)


def _shown(text: str) -> str:
    # Only on error: a run that goes well does not pay for these imports.
    from baro.model.secret import without_credentials  # noqa: PLC0415
    from baro.report.plaintext import harmless  # noqa: PLC0415

    return without_credentials(harmless(text))
