"""Builds snapshots from a compact notation, for tables of cases.

A case is a map; every key may be left out:

- `target`, `live`: YAML documents, as one text (the file `target.yaml`).
- `clusters`: a list of `{name, server, labels, annotations, project, implicit,
  unknown}`; `unknown` lists the fields whose value nobody knows, `nowhere` leaves out
  the place.
  Places are lines of a file `clusters.yaml` that is made of the list; with
  `secret: Kind/namespace/name` the origin is that manifest of the target.
- `kubernetes`: the version that the state is judged for.
- `files`: `{path: text}`, the value files that somebody names.
- `renderings`: a list of `{application: [namespace/]name, source: 0, type: Helm,
  chart: {...}, layers: [...], values, release, namespace, kube, missing, failure,
  manifests, unread}`. `source` is left out for `spec.source`.
  A chart is `{name, version, metadata, defaults, schema, templates, subcharts}`,
  its `defaults` a text (the file `chart/values.yaml`).
  A layer is `{file: path, index: 0}` (a text of `files`) or `{object: {...}}` (the
  Application's own valuesObject if it is empty) or `{inline: text}`.
- `generations`: a list of `{applicationset, generators: [{kind, at, count,
  selector}], applications: [{name: params}] or a YAML text, failures, unresolved,
  own}`. An application that is a name stands for a manifest of the target; `own` is
  where the generator of a text's applications has a template of its own.
- a failure is `{kind, message, path, at: "file:line", fields}`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from baro.model import yamltext
from baro.model.cluster import LOCAL_SERVER, ClusterRegistration
from baro.model.expansion import (
    ChartContent,
    Failure,
    FailureKind,
    Generation,
    GeneratorOutcome,
    MissingValueFile,
    Rendering,
    Revision,
    SourceType,
)
from baro.model.fieldpath import FieldPath, get, parse
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.snapshot import Snapshot
from baro.model.text import Location, SourceText
from baro.model.valueslayer import LayerKind, ValuesFile, ValuesLayer

Case = Mapping[str, Any]


def manifests(text: str, file: str = "target.yaml") -> tuple[Manifest, ...]:
    """Return the objects of a text; empty documents are skipped."""
    source = SourceText(file, text)
    return tuple(
        Manifest(document.value, Origin(OriginKind.FILE, source, document.index))
        for document in source.documents
        if document.value is not None
    )


def snapshot(case: Case) -> Snapshot:
    """Return the target state that a case describes."""
    return _Builder(case).build()


def live(case: Case) -> Snapshot | None:
    """Return the live state that a case describes, if it does."""
    if "live" not in case:
        return None
    objects = tuple(
        Manifest(document.value, Origin(OriginKind.LIVE))
        for document in yamltext.read(case["live"])
        if document.value is not None
    )
    return Snapshot(objects)


@dataclass
class _Builder:
    case: Case
    objects: list[Manifest] = field(default_factory=list)
    files: dict[str, SourceText] = field(default_factory=dict)

    def build(self) -> Snapshot:
        """Return the snapshot."""
        self.objects = list(manifests(self.case.get("target", "")))
        self.files = {
            path: SourceText(path, text)
            for path, text in self.case.get("files", {}).items()
        }
        entries = self.case.get("renderings", ())
        there = [m.ref for m in self.objects if m.kind == "Application"]
        known = {ref.name for ref in there} | {ref.path for ref in there}
        # What an Application of the target renders may be an ApplicationSet.
        first = [e for e in entries if e["application"] in known]
        renderings = [self.rendering(entry) for entry in first]
        generations = tuple(map(self.generation, self.case.get("generations", ())))
        renderings.extend(self.rendering(e) for e in entries if e not in first)
        return Snapshot(
            manifests=tuple(self.objects),
            clusters=tuple(self.clusters()),
            generations=generations,
            renderings=tuple(renderings),
            values_files=tuple(map(_values_file, self.files.values())),
            kubernetes_version=self.case.get("kubernetes", ""),
        )

    def find(self, kind: str, name: str) -> Manifest:
        """Return the manifest called `name` or `namespace/name`."""
        for manifest in self.objects:
            ref = manifest.ref
            if ref.kind == kind and name in (ref.name, ref.path):
                return manifest
        message = f"the case has no {kind} {name}"
        raise LookupError(message)

    def clusters(self) -> Iterator[ClusterRegistration]:
        """Yield the registrations; their places are lines of `clusters.yaml`."""
        entries: list[dict[str, Any]] = self.case.get("clusters", [])
        text = SourceText("clusters.yaml", yaml.safe_dump(entries, sort_keys=False))
        for index, entry in enumerate(entries):
            places: dict[FieldPath, Location] = {
                (part, key): text.locate((index, part, key))
                for part in ("labels", "annotations")
                for key in entry.get(part, {})
            }
            origin = None
            if "secret" in entry:
                kind, _, name = entry["secret"].partition("/")
                origin = self.find(kind, name)
            yield ClusterRegistration(
                name=entry["name"],
                server=entry.get("server", LOCAL_SERVER),
                labels=entry.get("labels", {}),
                annotations=entry.get("annotations", {}),
                project=entry.get("project", ""),
                implicit=entry.get("implicit", False),
                origin=origin,
                location=None if entry.get("nowhere") else text.locate((index,)),
                places=places,
                unknown=frozenset(map(parse, entry.get("unknown", ()))),
            )

    def generation(self, entry: Mapping[str, Any]) -> Generation:
        """Return what one ApplicationSet generated."""
        owner = self.find("ApplicationSet", entry["applicationset"])
        return Generation(
            applicationset=owner,
            generators=tuple(map(_outcome, entry.get("generators", ()))),
            applications=tuple(self.generated(owner, entry)),
            failures=tuple(map(_failure, entry.get("failures", ()))),
            unresolved=tuple(
                (name, parse(path), text)
                for name, path, text in entry.get("unresolved", ())
            ),
        )

    def generated(
        self, owner: Manifest, entry: Mapping[str, Any]
    ) -> Iterator[Manifest]:
        """Yield the generated Applications; they join the state."""
        entries: str | Sequence[str] = entry.get("applications", ())
        template: FieldPath = ("spec", "template")
        own = parse(entry.get("own", ""))
        if not isinstance(entries, str):
            yield from (self.find("Application", name) for name in entries)
            return
        for document in yamltext.read(entries):
            manifest = Manifest(
                document.value,
                Origin(
                    OriginKind.GENERATED,
                    owner=owner,
                    within=own or template,
                    params={},
                    beneath=template if own else (),
                ),
            )
            self.objects.append(manifest)
            yield manifest

    def rendering(self, entry: Mapping[str, Any]) -> Rendering:
        """Return what one source rendered; its objects join the state."""
        owner = self.find("Application", entry["application"])
        within: FieldPath = ("spec", "source")
        if "source" in entry:
            within = ("spec", "sources", entry["source"])
        layers = tuple(
            self.layer(owner, within, layer) for layer in entry.get("layers", ())
        )
        failure = _failure(entry["failure"]) if "failure" in entry else None
        rendered = tuple(_rendered(entry.get("manifests", ""), owner, within))
        self.objects.extend(rendered)
        return Rendering(
            application=owner,
            within=within,
            source=owner.mapping(*within),
            type=SourceType(entry.get("type", "Helm")),
            revision=_revision(entry),
            chart=_chart(entry["chart"]) if "chart" in entry else None,
            layers=layers,
            values=entry.get("values", {}),
            release=entry.get("release", owner.ref.name),
            namespace=entry.get("namespace", ""),
            kube_version=entry.get("kube", ""),
            missing=tuple(_missing(within, m) for m in entry.get("missing", ())),
            failure=failure,
            manifests=rendered,
            unread=tuple(map(parse, entry.get("unread", ()))),
        )

    def layer(
        self, owner: Manifest, within: FieldPath, entry: Mapping[str, Any]
    ) -> ValuesLayer:
        """Return one layer of values."""
        if "file" in entry:
            text = self.files[entry["file"]]
            index = entry.get("index", 0)
            return ValuesLayer(
                LayerKind.FILE,
                text.documents[0].value,
                text=text,
                application=owner,
                within=(*within, "helm", "valueFiles", index),
                entry=entry["file"],
            )
        if "inline" in entry:
            return ValuesLayer(
                LayerKind.INLINE,
                yamltext.read(entry["inline"])[0].value,
                application=owner,
                within=(*within, "helm", "values"),
            )
        place = (*within, "helm", "valuesObject")
        values = entry["object"] or get(owner.body, place, {})
        return ValuesLayer(LayerKind.OBJECT, values, application=owner, within=place)


def _rendered(text: str, owner: Manifest, within: FieldPath) -> Iterator[Manifest]:
    template = SourceText("chart/templates/all.yaml", "")
    for document in yamltext.read(text):
        if document.value is not None:
            yield Manifest(
                document.value,
                Origin(OriginKind.TEMPLATE, template, owner=owner, within=within),
                application=owner.ref,
            )


def _values_file(text: SourceText) -> ValuesFile:
    document = text.documents[0]
    duplicates = tuple(
        (d.path, text.at(d.again.line, d.again.column)) for d in document.duplicates
    )
    return ValuesFile(text, document.value or {}, duplicates)


def _chart(entry: Mapping[str, Any]) -> ChartContent:
    defaults = SourceText("chart/values.yaml", entry.get("defaults", "{}"))
    return ChartContent(
        name=entry["name"],
        version=entry.get("version", "1.0.0"),
        metadata=entry.get("metadata", {}),
        defaults=defaults.documents[0].value or {},
        schema=entry.get("schema"),
        templates={
            path: SourceText(f"chart/{path}", text)
            for path, text in entry.get("templates", {}).items()
        },
        text=defaults,
        subcharts={
            name: _chart(sub) for name, sub in entry.get("subcharts", {}).items()
        },
    )


def _revision(entry: Mapping[str, Any]) -> Revision | None:
    if "revision" not in entry:
        return None
    requested, _, commit = entry["revision"].partition(" = ")
    return Revision(requested, commit)


def _missing(within: FieldPath, entry: Mapping[str, Any]) -> MissingValueFile:
    return MissingValueFile(
        entry=entry["entry"],
        path=entry.get("path", entry["entry"]),
        within=(*within, "helm", "valueFiles", entry.get("index", 0)),
        ignored=entry.get("ignored", True),
        nearest=entry.get("nearest", ""),
    )


def _outcome(entry: Mapping[str, Any]) -> GeneratorOutcome:
    return GeneratorOutcome(
        kind=entry["kind"],
        within=parse(entry["at"]),
        count=entry.get("count"),
        selector=entry.get("selector", {}),
    )


def _failure(entry: Mapping[str, Any]) -> Failure:
    location = None
    if "at" in entry:
        file, _, line = entry["at"].rpartition(":")
        location = Location(file, int(line))
    return Failure(
        kind=FailureKind(entry["kind"]),
        message=entry["message"],
        path=parse(entry.get("path", "")),
        location=location,
        fields=entry.get("fields", {}),
    )
