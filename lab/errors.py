"""What the lab raises on purpose."""


class LabError(Exception):
    """The lab cannot go on: what happened, and what to do about it."""

    def __init__(self, message: str, hint: str = "") -> None:
        """Keep the message and, apart from it, the advice."""
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        """Print the message, then the advice on a line of its own."""
        return f"{self.message}\nhint: {self.hint}" if self.hint else self.message


class BuildError(LabError):
    """A binary could not be built, or does not run."""


class PartError(LabError):
    """A part of the lab did not start, died, or never became ready."""


class WaitError(LabError):
    """Something that a caller waited for did not happen in time."""


class ApiError(LabError):
    """The API server answered with a failure."""

    def __init__(
        self, status: int, reason: str, message: str, causes: tuple[str, ...] = ()
    ) -> None:
        """Keep the HTTP status and Kubernetes' own reason, message and causes."""
        super().__init__(message)
        self.status = status
        self.reason = reason
        self.causes = causes
