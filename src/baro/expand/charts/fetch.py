"""Charts from a cache, and from Helm repositories and OCI registries when allowed."""

import hashlib
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from baro.expand.charts.http import HttpError, get
from baro.expand.charts.oci import Registry
from baro.expand.semver import version as read_version
from baro.model.yamltext import YamlError, read

LARGEST_INDEX = 128 * 1024 * 1024
LARGEST_ARCHIVE = 64 * 1024 * 1024

_OCI = "oci://"
_UNFIT = re.compile(r"[^A-Za-z0-9._+-]")


class NoSuchChartError(LookupError):
    """The repository does not have it; the text is Argo CD's or Helm's."""


def default_cache() -> Path:
    """Return the folder of this user's chart cache."""
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(base) if base else Path.home() / ".cache"
    return folder / "baro" / "charts"


@dataclass(eq=False)
class FetchedCharts:
    """Charts of Helm repositories: what the cache has, and the rest when allowed.

    Implements `ChartSource`. `allowed` is `--fetch`: without it nothing is asked.
    """

    cache: Path = field(default_factory=default_cache)
    allowed: bool = False
    _indexes: dict[str, Mapping[str, Any] | HttpError] = field(default_factory=dict)
    _registries: dict[str, Registry] = field(default_factory=dict)

    def versions(self, repository: str, name: str) -> Sequence[str]:
        """Return the versions that the cache has, or that the repository has.

        Raises:
            LookupError: the repository cannot be asked, or does not have the chart.
        """
        if not self.allowed:
            return self._cached_versions(repository, name)
        if is_oci(repository):
            return self._registry(repository).tags(name)
        return [str(entry.get("version")) for entry in self._entries(repository, name)]

    def archive(self, repository: str, name: str, wanted: str) -> bytes:
        """Return a chart's archive, and keep it in the cache.

        Raises:
            LookupError: it is not in the cache and may not be fetched, or the fetch
                fails.
        """
        file = self._file(repository, name, wanted)
        try:
            return file.read_bytes()
        except OSError:
            pass
        if not self.allowed:
            raise LookupError("the chart is not on this machine")
        if is_oci(repository):
            content = self._registry(repository).chart(name, wanted, LARGEST_ARCHIVE)
        else:
            content = self._download(repository, name, wanted)
        _keep(file, content)
        return content

    def _registry(self, repository: str) -> Registry:
        address = repository.removeprefix(_OCI).rstrip("/")
        return self._registries.setdefault(address, Registry(address))

    def _entries(self, repository: str, name: str) -> list[Mapping[str, Any]]:
        entries = self._index(repository).get("entries")
        listed = entries.get(name) if isinstance(entries, Mapping) else None
        if not isinstance(listed, list) or not listed:
            # Argo CD: util/helm/index.go, GetEntries
            raise NoSuchChartError(f"chart '{name}' not found in index")
        return [entry for entry in listed if isinstance(entry, Mapping)]

    def _index(self, repository: str) -> Mapping[str, Any]:
        known = self._indexes.get(repository)
        if known is None:
            try:
                known = _read_index(repository)
            except HttpError as error:
                known = error
            self._indexes[repository] = known
        if isinstance(known, HttpError):
            raise known
        return known

    def _download(self, repository: str, name: str, wanted: str) -> bytes:
        for entry in self._entries(repository, name):
            urls = entry.get("urls")
            if not _same(str(entry.get("version")), wanted):
                continue
            if not isinstance(urls, list) or not urls:
                break
            url = urljoin(f"{repository.rstrip('/')}/", str(urls[0]))
            if is_oci(url):
                address, _, leaf = url.removeprefix(_OCI).rpartition("/")
                chart, _, tag = leaf.partition(":")
                return self._registry(address).chart(
                    chart, tag or wanted, LARGEST_ARCHIVE
                )
            content = get(url, LARGEST_ARCHIVE).body
            _check(content, str(entry.get("digest") or ""), url)
            return content
        raise NoSuchChartError(
            f'chart "{name}" matching {wanted} not found in {repository} index. '
            "(try 'helm repo update')"
        )

    def _folder(self, repository: str) -> Path:
        digest = hashlib.sha256(repository.rstrip("/").encode()).hexdigest()[:24]
        return self.cache / digest

    def _file(self, repository: str, name: str, wanted: str) -> Path:
        leaf = _UNFIT.sub("_", f"{name}-{wanted}")
        return self._folder(repository) / f"{leaf}.tgz"

    def _cached_versions(self, repository: str, name: str) -> list[str]:
        prefix = _UNFIT.sub("_", f"{name}-")
        try:
            files = sorted(self._folder(repository).glob("*.tgz"))
        except OSError:
            return []
        found = [
            f.stem.removeprefix(prefix) for f in files if f.stem.startswith(prefix)
        ]
        return [each for each in found if read_version(each) is not None]


def is_oci(repository: str) -> bool:
    """Tell whether a repoURL means a registry: `oci://`, or no scheme at all."""
    return repository.startswith(_OCI) or "://" not in repository


def _same(one: str, other: str) -> bool:
    first, second = read_version(one), read_version(other)
    if first is None or second is None:
        return one == other
    return first.order == second.order


def _read_index(repository: str) -> Mapping[str, Any]:
    url = f"{repository.rstrip('/')}/index.yaml"
    body = get(url, LARGEST_INDEX).body
    try:
        index = _parsed(body)
    except (YamlError, UnicodeDecodeError) as error:
        raise HttpError(f"{url} is not YAML: {error}") from error
    if not isinstance(index, Mapping):
        raise HttpError(f"{url} is no index of charts")
    return index


def _parsed(body: bytes) -> Any:
    documents = read(body.decode(), longest=LARGEST_INDEX)
    return documents[0].value if documents else None


def _check(content: bytes, digest: str, url: str) -> None:
    wanted = digest.removeprefix("sha256:").lower()
    if wanted and hashlib.sha256(content).hexdigest() != wanted:
        raise HttpError(f"{url} is not what the index says: its checksum differs")


def _keep(file: Path, content: bytes) -> None:
    """Write a file in one step; a cache that cannot be written does no harm."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as part:
            part.write(content)
        Path(part.name).replace(file)
    except OSError:
        return
