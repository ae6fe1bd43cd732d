"""Which engine renders: the library of the wheel, or the `helm` program."""

import shutil
from importlib.util import find_spec

from baro.errors import ToolError
from baro.expand.engine.native import NativeEngine
from baro.expand.engine.program import ProgramEngine
from baro.expand.engine.workers import TIMEOUT, Worker


def open_engine(
    jobs: int | None = None,
    timeout: float = TIMEOUT,
    program: str = "",
    first: Worker | None = None,
) -> NativeEngine | ProgramEngine:
    """Return the library's engine, or that of a program that is asked for by name.

    Where the wheel is not installed, `helm` on PATH stands in. Nothing is started.
    `first` is a worker of the library that runs already.

    Raises:
        ToolError: there is neither.
    """
    if not program and find_spec("helm_python") is not None:
        return NativeEngine(jobs, timeout, first)
    found = shutil.which(program or "helm")
    if found is not None:
        return ProgramEngine(found, jobs, timeout)
    raise ToolError(
        f"{program}: no such program" if program else "there is no Helm engine",
        hint="install helm-python-sdk, or helm somewhere on PATH",
    )
