"""What Argo CD and baro say of a case, in one shape: maps that can be compared.

The keys are `ApplicationSet NAME` and `Application NAME`; what is below them is plain
JSON. Left out is what is no matter of the case: the annotation by which Argo CD tracks
objects, the namespace that the application controller fills in after rendering, the
contents of Secrets (Argo CD hides them), the order of objects, zero values that Go
omits, the folders of one lab.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from baro.model.expansion import Generation, Rendering
from baro.model.fieldpath import dotted
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.refused import RefusedObject
from baro.model.snapshot import Snapshot
from lab.parity.asking import Answer
from tests.parity.asking import Said

Outline = dict[str, dict[str, Any]]
HIDDEN = "(hidden)"
TRACKING = "argocd.argoproj.io/tracking-id"
# What the condition ApplicationValidationError says, and the rule that says it.
VALIDATIONS = (
    (r"contains applications with duplicate name", "duplicate-application-name"),
    (r"references project .* which does not exist", "project-missing"),
    (
        r"application destination|clusters? with this name",
        "destination-cluster-unknown",
    ),
)
# What the API server says of an Application, and the rule that says it.
REFUSALS = {
    "is invalid: metadata.name": "unacceptable-application-name",
    "is invalid: metadata.labels": "template-prints-no-value",
}
# Fields that cannot hold what a template leaves open: a tag, or <no value>.
OPEN_FIELDS = {
    "metadata.name": "unacceptable-application-name",
    "metadata.labels": "template-prints-no-value",
    "spec.project": "project-missing",
    "spec.destination.name": "destination-cluster-unknown",
    "spec.destination.server": "destination-cluster-unknown",
}
_HELM = re.compile(
    r".*failed running helm: `helm [^`]*` failed [^:]*: (?:level=.*\n)*(?:Error: )?",
)
_FOLDERS = re.compile(
    r"<path to cached source>/?|<temp file with values from [^>]*>|<folder>"
)


def of_argocd(answer: Answer) -> Outline:
    """Return what Argo CD said."""
    found: Outline = {
        name: {"error": "", "refuses": [], "refused": text}
        for name, text in answer["refused"].items()
    }
    for name, conditions in answer["sets"].items():
        found[f"ApplicationSet {name}"] = _conditions(conditions)
    for name, application in answer["applications"].items():
        found[f"Application {name}"] = _application(application, application["owners"])
    for name, rendered in answer["rendered"].items():
        shown = found[f"Application {name}"]
        shown["error"] = _inner(rendered["error"])
        shown["objects"] = _objects(rendered["objects"], shown["spec"])
    return found


def of_baro(said: Said, *, deep: bool, rendering: bool = True) -> Outline:
    """Return what baro says; `deep` with what Applications deploy of Argo CD's."""
    snapshot, found = said.snapshot, Outline()
    refused: defaultdict[ObjectRef, set[str]] = defaultdict(set)
    for finding in said.refusals:
        refused[finding.subject].add(finding.rule)
    found.update(map(_refused, snapshot.refused))
    given = [
        one
        for one in snapshot.applications()
        if one.origin.owner is None and f"Application {one.ref.name}" not in found
    ]
    for generation in snapshot.generations:
        applicationset = generation.applicationset
        if applicationset.application is not None and not deep:
            continue
        made = [(one, refused[one.ref]) for one in generation.applications]
        for name, rule in _unresolved(generation):
            for one, rules in made:
                if one.ref.name == name:
                    rules.add(rule)
        found[f"ApplicationSet {applicationset.ref.name}"] = _generation(
            generation, {rule for _, rules in made for rule in rules}
        )
        if not list(_failures(generation)):
            given += [one for one, rules in made if not rules]
    if deep:
        given += [one for one in snapshot.applications() if one.application is not None]
    for one in given:
        found[f"Application {one.ref.name}"] = _declared(
            one, snapshot, rendering=rendering
        )
    return found


def _refused(refusal: RefusedObject) -> tuple[str, dict[str, Any]]:
    ref = refusal.manifest.ref
    causes = "; ".join(sorted(each.message for each in refusal.failures))
    return f"{ref.kind} {ref.name}", {"error": "", "refuses": [], "refused": causes}


def _conditions(conditions: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    failed = next(
        (
            one
            for one in conditions
            if one["type"] == "ErrorOccurred" and one["status"] == "True"
        ),
        None,
    )
    if failed is None:
        return {"error": "", "refuses": [], "refused": ""}
    message = failed["message"]
    if failed["reason"] == "ApplicationValidationError":
        rules = [rule for text, rule in VALIDATIONS if re.search(text, message)]
        return {"error": "", "refuses": rules or [message], "refused": ""}
    refused = [rule for text, rule in REFUSALS.items() if text in message]
    return {"error": "" if refused else message, "refuses": refused, "refused": ""}


def _unresolved(generation: Generation) -> Iterator[tuple[str, str]]:
    """Yield Applications that Argo CD refuses for what a template left open, and why.

    Of all these fields baro says one thing: template-prints-no-value.
    """
    for name, path, text in generation.unresolved:
        if "<no value>" not in text and "{{" not in text:
            continue
        for within, rule in OPEN_FIELDS.items():
            if f"{dotted(path)}.".startswith(f"{within}."):
                yield name, rule


def _generation(generation: Generation, reasons: set[str]) -> dict[str, Any]:
    failures = list(_failures(generation))
    gaps = [f"gap: {gap.reason}" for gap in generation.gaps]
    return {
        "error": next(iter([*failures, *gaps]), ""),
        "refuses": sorted(reasons) if not failures else [],
        "refused": "",
    }


def _failures(generation: Generation) -> Iterator[str]:
    """Yield why Argo CD generates nothing; unknown generators it only logs."""
    for failure in generation.failures:
        if "unrecognized generators" not in failure.message:
            yield failure.message


def _declared(
    manifest: Manifest, snapshot: Snapshot, *, rendering: bool
) -> dict[str, Any]:
    metadata = manifest.mapping("metadata")
    owner = manifest.origin.owner
    generated = owner is not None and owner.kind == "ApplicationSet"
    parts = {key: metadata.get(key) for key in ("labels", "annotations", "finalizers")}
    said = _application(
        {**parts, "spec": manifest.get("spec")},
        [f"{owner.kind} {owner.ref.name}"] if owner is not None and generated else [],
    )
    if rendering:
        own = [r for r in snapshot.renderings if r.application.ref == manifest.ref]
        said["error"] = _why_not(own)
        bodies = [] if said["error"] else [m.body for r in own for m in r.manifests]
        said["objects"] = _objects(bodies, said["spec"])
    return said


def _why_not(renderings: Iterable[Rendering]) -> str:
    gaps = []
    for rendering in renderings:
        if rendering.failure is not None:
            return _inner(rendering.failure.message)
        gaps += [f"gap: {gap.reason}" for gap in rendering.gaps]
    return next(iter(gaps), "")


def _application(application: Mapping[str, Any], owners: list[str]) -> dict[str, Any]:
    return {
        "owners": owners,
        "labels": dict(application["labels"] or {}),
        "annotations": dict(application["annotations"] or {}),
        "finalizers": list(application["finalizers"] or []),
        "spec": _written(application["spec"]),
    }


def _written(value: Any) -> Any:
    """Return a value without what Go leaves out of JSON: zeros, outside of values."""
    if isinstance(value, Mapping):
        pairs = {
            key: inner if key == "valuesObject" else _written(inner)
            for key, inner in value.items()
        }
        return {
            key: inner
            for key, inner in pairs.items()
            if key == "valuesObject" or inner not in (None, "", False, 0, [], {})
        }
    if isinstance(value, list):
        return [_written(one) for one in value]
    return value


def _objects(
    bodies: Iterable[Mapping[str, Any]], spec: Mapping[str, Any]
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    default = spec.get("destination", {}).get("namespace")
    seen: Counter[str] = Counter()
    for body in bodies:
        metadata = dict(body.get("metadata") or {})
        notes = dict(metadata.get("annotations") or {})
        notes.pop(TRACKING, None)
        metadata["annotations"] = notes
        if default and metadata.get("namespace") == default:
            del metadata["namespace"]
        place = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
        name = f"{body['kind']} {place}{metadata.get('name')}"
        seen[name] += 1
        number = f" ({seen[name]})" if seen[name] > 1 else ""
        shown = {**body, "metadata": {k: v for k, v in metadata.items() if v}}
        found[name + number] = _hidden(shown)
    return found


def _hidden(body: dict[str, Any]) -> dict[str, Any]:
    if body["kind"] != "Secret" or "/" in body["apiVersion"]:
        return body
    keys = {*(body.pop("data", None) or {}), *(body.pop("stringData", None) or {})}
    return {**body, "data": dict.fromkeys(sorted(keys), HIDDEN)} if keys else body


def _inner(message: str) -> str:
    """Return what Helm (or Argo CD) says, without commands, folders and log levels."""
    return _FOLDERS.sub("", _HELM.sub("", message)).strip()
