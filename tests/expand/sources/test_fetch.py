"""Charts from repositories and registries, over loopback."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from baro.expand.charts import http
from baro.expand.charts.chartfiles import pack
from baro.expand.charts.chartstore import ChartStore
from baro.expand.charts.fetch import (
    FetchedCharts,
    NoSuchChartError,
    default_cache,
    is_oci,
)
from baro.expand.charts.http import HttpError, get
from baro.expand.stop import StoppedError
from baro.model.expansion import Failure
from baro.model.finding import Gap

ARCHIVE = pack("web", {"Chart.yaml": b"{apiVersion: v2, name: web, version: 1.2.0}"})
DIGEST = hashlib.sha256(ARCHIVE).hexdigest()
LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
INDEX = f"""
apiVersion: v1
entries:
  web:
    - {{version: 1.2.0, urls: [files/web-1.2.0.tgz], digest: {DIGEST}}}
    - {{version: 1.1.0, urls: [files/web-1.2.0.tgz], digest: {"ab" * 32}}}
    - {{version: 1.0.0, urls: ["file:///etc/passwd"]}}
    - {{version: 0.9.0, urls: []}}
"""
PAGES: Mapping[str, tuple[int, Mapping[str, str], bytes]] = {
    "/helm/index.yaml": (200, {}, INDEX.encode()),
    "/helm/files/web-1.2.0.tgz": (200, {}, ARCHIVE),
    "/broken/index.yaml": (200, {}, b"a: b: c"),
    "/list/index.yaml": (200, {}, b"- 1"),
    "/away/index.yaml": (302, {"Location": "file:///etc/passwd"}, b""),
    "/moved/index.yaml": (302, {"Location": "/helm/index.yaml"}, b""),
    "/token?service=s&scope=pull": (200, {}, b'{"token": "let-me-in"}'),
    "/v2/charts/web/tags/list": (
        200,
        {"Link": '</v2/charts/web/tags/list?last=1>; rel="next"'},
        b'{"tags": ["1.1.0"]}',
    ),
    "/v2/charts/web/tags/list?last=1": (200, {}, b'{"tags": ["1.2.0_build.1"]}'),
    "/v2/charts/web/manifests/1.2.0_build.1": (
        200,
        {},
        json.dumps(
            {"layers": [{"mediaType": LAYER, "digest": f"sha256:{DIGEST}"}]}
        ).encode(),
    ),
    "/v2/charts/web/manifests/1.1.0": (200, {}, b'{"layers": []}'),
    f"/v2/charts/web/blobs/sha256:{DIGEST}": (200, {}, ARCHIVE),
}


class Pages(BaseHTTPRequestHandler):
    """Serves the pages; those of the registry only to who has the token."""

    def do_GET(self) -> None:
        """Answer."""
        port = self.server.server_port  # type: ignore[attr-defined] # a TCP server's
        allowed = self.headers.get("Authorization") == "Bearer let-me-in"
        if self.path.startswith("/v2/") and not allowed:
            realm = f"http://127.0.0.1:{port}/token"
            challenge = f'Bearer realm="{realm}",service="s",scope="pull"'
            self.answer(401, {"WWW-Authenticate": challenge}, b"")
            return
        self.answer(*PAGES.get(self.path, (404, {}, b"")))

    def answer(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Send one answer."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the address of a server of the pages."""
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = Thread(target=serving.serve_forever)
    thread.start()
    yield f"127.0.0.1:{serving.server_port}"
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def charts(tmp_path: Path) -> FetchedCharts:
    """Return a source that may fetch, with an empty cache."""
    return FetchedCharts(tmp_path, allowed=True)


def test_chart_of_a_repository_is_kept(server: str, charts: FetchedCharts) -> None:
    """What was fetched once is there without the network."""
    repository = f"http://{server}/helm"
    store = ChartStore(remote=charts)
    assert store.find(repository, "web", "1.x").version == "1.2.0"
    offline = ChartStore(remote=FetchedCharts(charts.cache))
    found = offline.find(f"{repository}/", "web", ">=1")
    assert (found.version, found.chart.content.name) == ("1.2.0", "web")


def test_chart_of_a_registry(server: str, charts: FetchedCharts) -> None:
    """Tags come page by page, `_` stands for `+`, the token is asked for."""
    found = ChartStore(remote=charts).find(f"oci://{server}/charts", "web", "1.2.x")
    assert found.chart.content.name == "web"


def test_offline_nothing_is_asked(server: str, tmp_path: Path) -> None:
    """Without --fetch a chart that is not in the cache is a gap that says so."""
    store = ChartStore(remote=FetchedCharts(tmp_path))
    with pytest.raises(StoppedError) as stopped:
        store.find(f"http://{server}/helm", "web", "1.2.0")
    assert isinstance(stopped.value.cause, Gap)
    assert stopped.value.cause.closes_with == "charts: in baro.yaml, or --fetch"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("path", "version", "message"),
    [
        ("helm", "1.1.0", "its checksum differs"),
        ("helm", "1.0.0", "only http and https are fetched"),
        ("broken", "1.0.0", "is not YAML"),
        ("list", "1.0.0", "is no index of charts"),
        ("none", "1.0.0", "404 Not Found"),
        ("away", "1.0.0", "file:///etc/passwd"),
    ],
)
def test_bad_answer_is_a_gap(
    server: str, charts: FetchedCharts, path: str, version: str, message: str
) -> None:
    """Whatever a server does, nothing is taken that was not promised."""
    with pytest.raises(StoppedError) as stopped:
        ChartStore(remote=charts).find(f"http://{server}/{path}", "web", version)
    assert isinstance(stopped.value.cause, Gap)
    assert message in stopped.value.cause.reason


@pytest.mark.parametrize(
    ("path", "closes"),
    [
        ("none", "a repoURL that answers, or charts: in baro.yaml, with a folder"),
        ("broken", "--fetch once the repository answers, or charts: in baro.yaml"),
    ],
)
def test_a_fetch_that_failed_does_not_advise_itself(
    server: str, charts: FetchedCharts, path: str, closes: str
) -> None:
    """It says that it was tried, why it failed, and what else there is."""
    with pytest.raises(StoppedError) as stopped:
        ChartStore(remote=charts).find(f"http://{server}/{path}", "web", "1.0.0")
    assert isinstance(stopped.value.cause, Gap)
    assert stopped.value.cause.reason.startswith("fetching it failed: ")
    assert stopped.value.cause.closes_with.startswith(closes)


@pytest.mark.parametrize(
    ("name", "version", "message"),
    [
        ("other", "1.0.0", "chart 'other' not found in index"),
        ("web", "7.0.0", 'chart "web" matching 7.0.0 not found in http://'),
        ("web", "0.9.0", 'chart "web" matching 0.9.0 not found in http://'),
    ],
)
def test_chart_that_a_repository_does_not_have_is_a_failure(
    server: str, charts: FetchedCharts, name: str, version: str, message: str
) -> None:
    """The repository has answered: Argo CD would say the same."""
    with pytest.raises(StoppedError) as stopped:
        ChartStore(remote=charts).find(f"http://{server}/helm", name, version)
    assert isinstance(stopped.value.cause, Failure)
    assert stopped.value.cause.message.startswith(message)
    with pytest.raises(NoSuchChartError):
        charts.archive(f"http://{server}/helm", name, version)


def test_registry_without_the_chart(server: str, charts: FetchedCharts) -> None:
    """A manifest that is no chart, and a tag that is not there, are refused."""
    with pytest.raises(HttpError, match="is no chart"):
        charts.archive(f"oci://{server}/charts", "web", "1.1.0")
    with pytest.raises(HttpError, match="404"):
        charts.archive(f"oci://{server}/charts", "web", "9.0.0")


def test_redirects_are_followed_to_http(server: str) -> None:
    """A repository may move."""
    answer = get(f"http://{server}/moved/index.yaml", 1 << 20)
    assert answer.body == INDEX.encode()


def test_answer_is_bounded(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither size nor time run away."""
    with pytest.raises(HttpError, match="more than 0 MiB"):
        get(f"http://{server}/helm/index.yaml", 10)
    monkeypatch.setattr(http, "DEADLINE", -1.0)
    with pytest.raises(HttpError, match="not done after"):
        get(f"http://{server}/helm/index.yaml", 1 << 20)


def test_nobody_there(charts: FetchedCharts) -> None:
    """A server that is not there is a gap, asked once."""
    for _ in range(2):
        with pytest.raises(HttpError, match=r"GET http:\S+: Connection refused$"):
            charts.versions("http://127.0.0.1:1/helm", "web")


def test_cache_that_cannot_be_written_does_no_harm(server: str, tmp_path: Path) -> None:
    """A file in the way of the cache's folder costs only the cache."""
    (tmp_path / "file").write_text("in the way")
    charts = FetchedCharts(tmp_path / "file", allowed=True)
    assert charts.archive(f"http://{server}/helm", "web", "1.2.0") == ARCHIVE


@pytest.mark.parametrize(
    ("url", "oci"),
    [
        ("oci://ghcr.io/acme", True),
        ("ghcr.io/acme", True),
        ("https://charts.example", False),
    ],
)
def test_registry_is_known_by_its_url(url: str, *, oci: bool) -> None:
    """A registry has `oci://` or no scheme."""
    assert is_oci(url) is oci


def test_cache_is_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    """It follows the XDG folders."""
    monkeypatch.setenv("XDG_CACHE_HOME", "/cache")
    assert default_cache() == Path("/cache/baro/charts")
