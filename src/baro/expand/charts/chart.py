"""A chart as rules read it and as the engine takes it."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from baro.expand.charts.chartfiles import ChartFilesError, archive_files, pack
from baro.expand.ports import ChartArchive
from baro.expand.values.valuestext import ValuesTextError, values_of
from baro.model.expansion import ChartContent
from baro.model.text import SourceText
from baro.model.tolerant import maps

DEEPEST = 16
"""Levels of charts in charts."""


class ChartPlace(Struct, frozen=True):
    """Where the files of a chart stand: in front of each path, and at what revision."""

    label: str
    revision: str = ""
    repository: str = ""

    @classmethod
    def beside(cls, text: SourceText, path: str) -> Self:
        """Return the place of the chart in which `text` stands at `path`."""
        label = text.file.removesuffix(path)
        return cls(label, text.revision, text.repository)

    def text(self, path: str, content: bytes) -> SourceText:
        """Return a file of the chart as a text that knows its name."""
        decoded = content.decode("utf-8", "replace")
        return SourceText(self.label + path, decoded, self.revision, self.repository)

    def below(self, path: str) -> "ChartPlace":
        """Return the place of a chart whose files begin with `path`."""
        return replace(self, label=self.label + path)


class Dependency(Struct, frozen=True):
    """A sub-chart that Chart.yaml (or requirements.yaml) names."""

    name: str
    version: str = ""
    repository: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A chart, read.

    `files` are all its files by their path in it, archives of sub-charts as they are.
    """

    content: ChartContent
    files: Mapping[str, bytes] = field(repr=False)
    place: ChartPlace
    dependencies: tuple[Dependency, ...] = ()

    @property
    def missing(self) -> tuple[Dependency, ...]:
        """Return the named sub-charts that are not in `charts/`, as Helm looks."""
        # Helm: pkg/action/install.go, CheckDependencies
        there = {sub.name for sub in self.content.subcharts.values()}
        return tuple(d for d in self.dependencies if d.name not in there)

    def with_subcharts(self, archives: Mapping[str, bytes]) -> "Chart":
        """Return the chart with archives added to `charts/`, by file name.

        Raises:
            ChartFilesError: an archive is no chart.
        """
        added = {f"charts/{name}": content for name, content in archives.items()}
        return read_chart({**self.files, **added}, self.place)


def read_chart(files: Mapping[str, bytes], place: ChartPlace) -> Chart:
    """Read a chart's files.

    Raises:
        ChartFilesError: Helm's loader would refuse them; the text is Helm's.
    """
    return _read(files, place, 0)


def archive(
    chart: Chart, more: Mapping[str, bytes] = MappingProxyType({})
) -> ChartArchive:
    """Return a chart, with files that are not its own, as the engine takes it."""
    files = {**chart.files, **more}
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        head = f"{len(path)} {path} {len(content)} "
        digest.update(head.encode("utf-8", "surrogateescape"))
        digest.update(content)
    return ChartArchive(
        digest=digest.hexdigest(),
        content=pack(chart.content.name or "chart", files),
        has_dependencies=bool(chart.dependencies or chart.content.subcharts),
    )


def _read(files: Mapping[str, bytes], place: ChartPlace, depth: int) -> Chart:
    if depth > DEEPEST:
        raise ChartFilesError(f"more than {DEEPEST} charts in charts", ours=True)
    if "Chart.yaml" not in files:
        raise ChartFilesError("Chart.yaml file is missing")
    metadata = _values(files, "Chart.yaml", place)
    if "requirements.yaml" in files:
        metadata = {**metadata, **_values(files, "requirements.yaml", place)}
    name = _word(metadata, "name")
    subcharts = dict(_subcharts(name, files, place, depth))
    templates = {
        path: place.text(path, content)
        for path, content in files.items()
        if path.startswith(("templates/", "crds/"))
    }
    for folder, sub in subcharts.items():
        for path, text in sub.content.templates.items():
            templates[f"charts/{folder}/{path}"] = text
    defaults = place.text("values.yaml", files.get("values.yaml", b""))
    content = ChartContent(
        name=name,
        version=_word(metadata, "version"),
        metadata=metadata,
        defaults=_read_values(defaults, "values.yaml"),
        schema=_schema(files.get("values.schema.json")),
        templates=templates,
        text=defaults if "values.yaml" in files else None,
        subcharts={folder: sub.content for folder, sub in subcharts.items()},
    )
    return Chart(content, files, place, tuple(_dependencies(metadata)))


def _subcharts(
    name: str, files: Mapping[str, bytes], place: ChartPlace, depth: int
) -> Iterator[tuple[str, Chart]]:
    # Helm: pkg/chart/v2/loader/load.go, LoadFiles
    below: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for path, content in files.items():
        if path.startswith("charts/") and not path.endswith(".prov"):
            folder, _, inner = path.removeprefix("charts/").partition("/")
            below[folder][inner] = content
    for folder, inner_files in below.items():
        if folder.startswith(("_", ".")):
            continue
        try:
            if folder.endswith(".tgz"):
                unpacked = archive_files(inner_files.get("", b""))
                inner_place = place.below(f"charts/{folder}!/")
                chart = _read(unpacked, inner_place, depth + 1)
            else:
                inner_files.pop("", None)
                if not inner_files:
                    continue
                chart = _read(inner_files, place.below(f"charts/{folder}/"), depth + 1)
        except ChartFilesError as error:
            raise ChartFilesError(
                f"error unpacking subchart {folder} in {name}: {error}",
                error.location,
                ours=error.ours,
            ) from error
        yield chart.content.name or folder, chart


def _values(files: Mapping[str, bytes], name: str, place: ChartPlace) -> dict[str, Any]:
    return _read_values(place.text(name, files[name]), name)


def _read_values(text: SourceText, name: str) -> dict[str, Any]:
    try:
        return values_of(text)
    except ValuesTextError as error:
        message = f"cannot load {name}: {error}"
        raise ChartFilesError(message, text.at(error.line)) from error


def _schema(content: bytes | None) -> Mapping[str, Any] | None:
    """Return the schema; one that does not parse is the engine's to refuse."""
    if content is None:
        return None
    try:
        schema = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return schema if isinstance(schema, dict) else None


def _word(values: Mapping[str, Any], key: str) -> str:
    value = values.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def _dependencies(metadata: Mapping[str, Any]) -> Iterator[Dependency]:
    for entry in maps(metadata.get("dependencies")):
        yield Dependency(
            _word(entry, "name"),
            _word(entry, "version"),
            _word(entry, "repository"),
            _word(entry, "alias"),
        )
