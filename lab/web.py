"""What the lab serves over HTTP: Git repositories and Helm charts, with faults.

It runs as a thread of the lab, so that a fault is a value and not a message.
"""

import base64
import http.server
import re
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import ClassVar
from urllib.parse import unquote, urlsplit

from lab.certificates import host_certificate
from lab.location import Site
from lab.repository import make_bare

GIT_SECONDS = 120
GONE = 0
PUSHED = re.compile(r"/([A-Za-z0-9][A-Za-z0-9._-]*\.git)/info/refs")


@dataclass(slots=True)
class Behaviour:
    """How requests below a path are answered: late, with a failure, or guarded.

    `status` replaces the answer; 0 closes the connection without any.
    """

    delay: float = 0
    status: int | None = None
    username: str = ""
    password: str = ""

    def admits(self, header: str) -> bool:
        """Tell whether a request's credentials are the ones asked for."""
        if not self.username:
            return True
        expected = f"{self.username}:{self.password}".encode()
        return header == f"Basic {base64.b64encode(expected).decode()}"


@dataclass(slots=True)
class Web:
    """The server: `behaviours` maps the start of a path to what happens to it."""

    site: Site
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    hosts: dict[str, str] = field(default_factory=dict)
    server: http.server.ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Listen, on a thread that ends with the lab."""
        bound = type("Bound", (Handling,), {"web": self})
        self.server = _Quiet(("127.0.0.1", self.site.port("web")), bound)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Close the port."""
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()

    @property
    def address(self) -> str:
        """Return the address that all paths are below."""
        return f"http://127.0.0.1:{self.site.port('web')}"

    def serve_as(self, url: str, path: str) -> None:
        """Answer requests for a foreign address with what lies below a path.

        Argo CD reaches it through this server, which is its proxy, so that its
        documents keep the addresses that they have.
        """
        self.hosts[_bare(url)] = path

    def local_path(self, host: str, path: str) -> str:
        """Return which path answers for a host's; nothing when none does."""
        if not host:
            return path
        asked = re.sub("/+", "/", f"{host}{path}")
        for known in sorted(self.hosts, key=len, reverse=True):
            rest = asked.removeprefix(known).removeprefix(".git")
            if asked.startswith(known) and (not rest or rest.startswith("/")):
                return self.hosts[known] + rest
        return ""

    def tls(self, host: str) -> ssl.SSLContext:
        """Return the TLS of a host that the lab plays."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate = host_certificate(self.site.certificates, host)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context

    def behaviour(self, path: str) -> Behaviour:
        """Return what was asked for the longest matching path."""
        matching = [start for start in self.behaviours if path.startswith(start)]
        return self.behaviours[max(matching, key=len)] if matching else Behaviour()


class _Quiet(http.server.ThreadingHTTPServer):
    """A server that does not print the errors of clients that hang up."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a client that was ended is not the lab's failure."""


class Handling(http.server.BaseHTTPRequestHandler):
    """One request."""

    web: ClassVar[Web]
    protocol_version = "HTTP/1.1"
    host = ""

    def do_CONNECT(self) -> None:
        """Become the host that a client wants a tunnel to."""
        self.host = self.path.rpartition(":")[0]
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        context = self.web.tls(self.host)
        try:
            self.connection = context.wrap_socket(self.connection, server_side=True)
        except OSError:
            self.close_connection = True
            return
        self.rfile = self.connection.makefile("rb", -1)
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def finish(self) -> None:
        """Close the tunnel, too."""
        super().finish()
        self.connection.close()

    def do_GET(self) -> None:
        """Answer a fetch's first request, or a chart's."""
        self._answer(b"")

    def do_POST(self) -> None:
        """Answer a fetch's or a push's second request."""
        self._answer(self._body())

    def log_message(self, *_: object) -> None:
        """Keep the terminal clean; requests are in `Web.requests`."""

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline().split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, body: bytes) -> None:
        split = urlsplit(self.path)
        path = self.web.local_path(self.host or split.netloc, unquote(split.path))
        self.web.requests.append(f"{self.command} {self.path}")
        wanted = self.web.behaviour(path)
        time.sleep(wanted.delay)
        if wanted.status == GONE:
            self.close_connection = True
        elif wanted.status is not None:
            self._send(wanted.status, b"the lab was told to fail\n")
        elif not wanted.admits(self.headers.get("Authorization", "")):
            challenge = {"WWW-Authenticate": 'Basic realm="lab"'}
            self._send(HTTPStatus.UNAUTHORIZED, b"who are you?\n", challenge)
        elif path.startswith("/git/"):
            self._git(path.removeprefix("/git"), split.query, body)
        elif path.startswith("/charts/"):
            self._chart(path.removeprefix("/charts/"))
        else:
            self._send(HTTPStatus.NOT_FOUND, b"nothing here\n")

    def _chart(self, name: str) -> None:
        folder = self.web.site.state / "charts"
        path = (folder / name).resolve()
        if path.is_relative_to(folder) and path.is_file():
            self._send(HTTPStatus.OK, path.read_bytes())
        else:
            self._send(HTTPStatus.NOT_FOUND, b"no such chart\n")

    def _git(self, path: str, query: str, body: bytes) -> None:
        """Let git's own CGI program answer (smart HTTP)."""
        site = self.web.site
        name = PUSHED.fullmatch(path)
        if name and query == "service=git-receive-pack":
            bare = site.state / "git" / name[1]
            if not bare.exists():
                make_bare(site, bare)
        environment = site.environment(
            GIT_PROJECT_ROOT=str(site.state / "git"),
            GIT_HTTP_EXPORT_ALL="1",
            GIT_PROTOCOL=self.headers.get("Git-Protocol", ""),
            HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""),
            REQUEST_METHOD=self.command,
            PATH_INFO=path,
            QUERY_STRING=query,
            CONTENT_TYPE=self.headers.get("Content-Type", ""),
            CONTENT_LENGTH=str(len(body)),
            REMOTE_USER="lab",
            REMOTE_ADDR="127.0.0.1",
        )
        done = subprocess.run(
            ["git", "http-backend"],
            env=environment,
            input=body,
            capture_output=True,
            check=False,
            timeout=GIT_SECONDS,
        )
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(
            line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line
        )
        status = int(headers.pop("Status", "200").split()[0])
        self._send(status, content, headers)

    def _send(
        self, status: int, content: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _bare(url: str) -> str:
    """Return a host and path as they are compared: no scheme, slash or suffix."""
    return re.sub(r"^https?://", "", url).rstrip("/").removesuffix(".git")
