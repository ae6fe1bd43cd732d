"""The program that builds kustomizations, kept from the network and from Git."""

import hashlib
import json
import os
import re
import shutil
import tempfile
import textwrap
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from baro.errors import ToolError
from baro.expand.stop import StoppedError, refused, unknown
from baro.model.expansion import Failure, FailureKind
from baro.process.program import run

TIMEOUT = 60.0
"""Seconds that one build may take."""

_PROGRAMS = (("kustomize", "build"), ("kubectl", "kustomize"))
_NOWHERE = "127.0.0.1:9"
_ALONE = {
    "PATH": "",
    **dict.fromkeys(("HTTP_PROXY", "http_proxy"), f"http://{_NOWHERE}"),
    **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), f"http://{_NOWHERE}"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), ""),
}
"""No proxy, no Git: a build that reaches for the network fails at once."""
_REACHED_OUT = (_NOWHERE, "no 'git' program", "executable file not found")
_OPTIONS = ("must specify --enable-helm", "--enable-alpha-plugins", "--enable-exec")
"""Words of what Argo CD builds only if its `kustomize.buildOptions` say so."""
_LOGGED = re.compile(
    r'"command failed" err=(?:<\n(?P<block>.*)\n >|(?P<quoted>".*"))', re.DOTALL
)


class Kustomize(Struct, frozen=True):
    """A `kustomize` or `kubectl`; `command` lacks only the folder.

    Equal files are built once.
    """

    command: tuple[str, ...]
    timeout: float = TIMEOUT
    _built: dict[bytes, str | StoppedError] = field(default_factory=dict)

    @classmethod
    def installed(cls) -> "Kustomize | None":
        """Return the program of this machine, if there is one."""
        for program, verb in _PROGRAMS:
            path = shutil.which(program)
            if path is not None:
                return cls((path, verb))
        return None

    def build(self, files: Mapping[str, bytes], path: str) -> str:
        """Return what the kustomization in the folder `path` of `files` builds.

        Raises:
            StoppedError: Kustomize refuses it, it needs the network, or the program
                fails us.
        """
        key = _digest(files, path)
        if key not in self._built:
            try:
                self._built[key] = self._build(files, path)
            except StoppedError as error:
                self._built[key] = error
        found = self._built[key]
        if isinstance(found, StoppedError):
            raise StoppedError(found.cause)
        return found

    def _build(self, files: Mapping[str, bytes], path: str) -> str:
        with tempfile.TemporaryDirectory(prefix="baro-kustomize-") as place:
            root = Path(place)
            for file, content in files.items():
                target = root / file
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content)
            try:
                return self._run(root / path)
            except StoppedError as error:
                raise _without_place(error, place) from error

    def _run(self, folder: Path) -> str:
        try:
            done = run(
                (*self.command, str(folder)),
                timeout=self.timeout,
                cwd=folder,
                env={**_ALONE, "HOME": str(folder), "TMPDIR": str(folder)},
            )
        except ToolError as error:
            raise unknown("kustomize", error.message) from error
        if done.ok:
            return done.text
        said = _complaint(done.stderr)
        if any(word in said for word in _REACHED_OUT):
            raise unknown("kustomize", f"the build reaches for the network: {said}")
        option = next((word for word in _OPTIONS if word in said), None)
        if option is not None:
            reason = "it needs a plugin, which is run only if kustomize.buildOptions "
            raise unknown("kustomize", f"{reason}of Argo CD say so: {option}")
        raise refused(FailureKind.RENDER, said)


def _digest(files: Mapping[str, bytes], path: str) -> bytes:
    digest = hashlib.sha256(os.fsencode(path))
    for file, content in sorted(files.items()):
        digest.update(os.fsencode(f" {len(file)} {file} {len(content)} "))
        digest.update(content)
    return digest.digest()


def _complaint(said: str) -> str:
    """Return the error in what a program said; kubectl wraps it in a log line."""
    logged = _LOGGED.search(said)
    if logged is None:
        return said.strip().removeprefix("Error: ").removeprefix("error: ")
    if logged["block"] is not None:
        return textwrap.dedent(logged["block"].replace("\n\t", "\n")).strip()
    try:
        return str(json.loads(logged["quoted"]))
    except ValueError:
        return logged["quoted"]


def _without_place(error: StoppedError, place: str) -> StoppedError:
    text = str(error).replace(f"{place}/", "").replace(place, ".")
    if isinstance(error.cause, Failure):
        return StoppedError(replace(error.cause, message=text))
    return StoppedError(replace(error.cause, reason=text))
