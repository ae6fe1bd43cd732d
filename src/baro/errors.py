"""What baro raises on purpose.

- `BaroError`: cannot continue; has a message, and a hint that names the way out.
    - `InputError`: what we were given is wrong (exit code 2).
    - `ToolError`: a program or library that we rely on failed us (exit code 3).
    - `ClusterError`: the API server refused, or could not be reached (exit code 3).

A platform that is wrong is a `Finding`; something that could not be looked at is
a `Gap`. Neither is raised.
"""


class BaroError(Exception):
    """Tell what stopped us, where, and what to do about it."""

    exit_code = 3

    def __init__(self, message: str, *, hint: str = "", where: str = "") -> None:
        """Keep the three parts; `where` is `file` or `file:line`."""
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.where = where

    def __str__(self) -> str:
        """Return one line, `where` first."""
        return f"{self.where}: {self.message}" if self.where else self.message


class InputError(BaroError):
    """What the user gave is wrong: a path, a flag, `baro.yaml`."""

    exit_code = 2


class ToolError(BaroError):
    """Git, Helm or another program failed in a way that is not the platform's."""


class ClusterError(BaroError):
    """The API server refused, or could not be reached."""
