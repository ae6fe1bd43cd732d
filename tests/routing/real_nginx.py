"""A real nginx, started without privileges in a folder of its own."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from baro.routing.answer import Answer, Outcome
from baro.routing.reasons import Code
from baro.routing.request import Request
from tests.routing.template import World, configuration

BINARY = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
needs_nginx = pytest.mark.skipif(
    BINARY is None,
    reason="NOT RUN: no nginx here; install Debian's nginx-light",
)
DEADLINE = 120.0
"""Seconds after which nginx hangs, on a machine that does much else."""


def load_error(folder: Path, worlds: Sequence[World]) -> str | None:
    """Return what `nginx -t` says of the configuration, None where it loads."""
    done = subprocess.run(
        [*_command(folder, worlds), "-t"], capture_output=True, text=True, check=False
    )
    errors = [line for line in done.stderr.splitlines() if "[emerg]" in line]
    return None if done.returncode == 0 else "\n".join(errors)


def _command(folder: Path, worlds: Sequence[World]) -> list[str]:
    # nginx resolves `unix:` against its working directory, not against its prefix.
    text = configuration(worlds).replace("unix:", f"unix:{folder}/")
    (folder / "tmp").mkdir(exist_ok=True)
    (folder / "nginx.conf").write_text(text, encoding="utf-8")
    assert BINARY is not None
    return [
        BINARY,
        "-p",
        str(folder),
        "-c",
        str(folder / "nginx.conf"),
        "-e",
        str(folder / "error.log"),
    ]


@contextmanager
def running(folder: Path, worlds: Sequence[World]) -> Iterator[None]:
    """Run nginx with these worlds, each on the socket of its number."""
    for leftover in folder.glob("*.sock"):
        leftover.unlink()
    process = subprocess.Popen(
        _command(folder, worlds), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    try:
        # They are opened one after the other.
        for name in ("echo", *(f"world-{world.number}" for world in worlds)):
            _await(folder / f"{name}.sock", process)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=DEADLINE)


def _await(path: Path, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and process.poll() is None:
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(path)) == 0:
                return
        time.sleep(0.01)
    process.terminate()
    raise AssertionError(f"nginx did not start: {process.communicate()[1]!r}")


def ask(folder: Path, number: int, request: Request) -> str:
    """Send a request as it stands; return the answer in the words of `told`."""
    head = [
        f"{request.method} {request.target} HTTP/1.1",
        f"Host: {request.host}",
        f"X-Client-Scheme: {request.scheme}",
        "Connection: close",
        *(f"{name}: {value}" for name, value in request.headers),
    ]
    octets = ("\r\n".join(head) + "\r\n\r\n").encode("utf-8", "surrogateescape")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(DEADLINE)
        client.connect(str(folder / f"world-{number}.sock"))
        client.sendall(octets)
        received = b"".join(iter(lambda: client.recv(65536), b""))
    top, _, body = received.partition(b"\r\n\r\n")
    status, *headers = top.decode("utf-8", "surrogateescape").split("\r\n")
    code = status.split()[1]
    for header in headers:
        name, _, value = header.partition(": ")
        if name.lower() == "location":
            return f"{code} {value}"
    if code != "200" or b"\n" not in body:
        return code
    if b"Transfer-Encoding: chunked" in top:
        body = body.partition(b"\r\n")[2].rpartition(b"\r\n0\r\n")[0]
    return f"{code} {body.decode('utf-8', 'surrogateescape')}"


def told(answer: Answer) -> str | None:
    """Say an answer as `ask` does; None where baro says that it does not know."""
    if answer.status is None:
        return None
    if answer.outcome is Outcome.REDIRECT:
        if answer.location is None:
            return None
        location = answer.location
        by_slash = any(why.code is Code.SLASH_REDIRECT for why in answer.why)
        relative = answer.place and answer.place.redirect.startswith("/")
        if by_slash or relative:
            # The real one here speaks http only, and says so where it is nginx' own.
            location = location.replace("https://", "http://", 1)
        return f"{answer.status} {location}"
    if answer.outcome is not Outcome.BACKEND:
        return str(answer.status)
    if answer.upstream_path is None:
        return None
    who = f"{answer.ingress}|{answer.service}/{answer.port}"
    prefix = dict(answer.upstream_headers).get("X-Forwarded-Prefix", "")
    return f"{answer.status} {who}\n{answer.upstream_path}\n{prefix}"
