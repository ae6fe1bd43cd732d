"""From an ApplicationSet's template and parameter sets to Applications."""

# Argo CD: applicationset/controllers/template/template.go; utils/utils.go,
# RenderTemplateParams

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets import applicationspec, blueprint, templatepatch
from baro.expand.applicationsets.applicationtypes import TEMPLATE
from baro.expand.applicationsets.texts import NO_VALUE, Rendered, Texts
from baro.expand.generators.generator import Params
from baro.expand.ports import TemplateFailure
from baro.model.argocd import RESOURCES_FINALIZER
from baro.model.expansion import Failure, FailureKind
from baro.model.fieldpath import FieldPath, leaves
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind

PATCH_PATH: FieldPath = ("spec", "templatePatch")
_METADATA = ("name", "namespace", "labels", "annotations", "finalizers")
_KEPT = _METADATA[2:]
"""What Argo CD copies from a generated Application, besides its name."""

Unresolved = tuple[str, FieldPath, str]


class Template(Struct, frozen=True):
    """What an ApplicationSet makes Applications of.

    `body` has generator's own template merged in, which stands at `within`; what it
    leaves open stands at `beneath`. `keeps_resources` is
    `preserveResourcesOnDeletion`.
    """

    applicationset: Manifest
    body: Mapping[str, Any]
    within: FieldPath
    beneath: FieldPath = ()
    patch: str | None = None
    keeps_resources: bool = False

    def origin(self, params: Params | None = None) -> Origin:
        """Return where an Application made with `params` comes from."""
        return Origin(
            OriginKind.GENERATED,
            owner=self.applicationset,
            within=self.within,
            params=params,
            beneath=self.beneath,
        )


@dataclass(slots=True)
class Made:
    """Applications, and what was wrong with those that are missing."""

    applications: list[Manifest] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)
    failures: dict[tuple[FieldPath, str], Failure] = field(default_factory=dict)

    def add(self, other: "Made") -> None:
        """Take over what another template made."""
        self.applications.extend(other.applications)
        self.unresolved.extend(other.unresolved)
        self.failures.update(other.failures)

    def fail(self, template: Template, path: FieldPath, message: str) -> None:
        """Add a failure of the field at `path`; equal ones are one."""
        location = template.applicationset.origin.locate(path)
        failure = Failure(FailureKind.TEMPLATE, message, path, location)
        self.failures.setdefault((path, message), failure)


def make(template: Template, sets: Sequence[Params], texts: Texts) -> Made:
    """Return an Application for each parameter set that renders.

    Everything is rendered in one call. Failures come in the order in which Argo CD
    meets them; it writes nothing when there is one.
    """
    made = Made()
    plan = blueprint.cut(_parts(template.body), TEMPLATE)
    wanted = plan.templates
    if template.patch is not None:
        wanted = (*wanted, template.patch)
    rows = texts.render(wanted, sets)
    for params, row in zip(sets, rows, strict=True):
        if not params:
            body: dict[str, Any] | None = _bare(template)
            plain = row[:0]
        else:
            plain = row[: len(plan.templates)]
            body = _rendered(template, plan, plain, made)
        if body is not None and template.patch is not None:
            body = _patched(template, body, row[-1], made)
        if body is not None:
            manifest = _manifest(template, body, params)
            made.applications.append(manifest)
            missing = _missing(template, plan, plain, manifest, texts)
            made.unresolved.extend(missing)
            if template.patch is not None:
                known = {path for _, path, _ in missing}
                text = str(row[-1])
                if texts.unresolved(template.patch, text):
                    made.unresolved.extend(_missing_in_patch(manifest, known, texts))
    return made


def _parts(template: Mapping[str, Any]) -> dict[str, Any]:
    metadata = template.get("metadata") or {}
    known = {key: metadata[key] for key in _METADATA if metadata.get(key)}
    return {"metadata": known, "spec": template.get("spec") or {}}


def _bare(template: Template) -> dict[str, Any]:
    """Return the template as it is: what Argo CD makes of an empty parameter set."""
    return _parts(template.body)


def _rendered(
    template: Template,
    plan: blueprint.Blueprint,
    row: Sequence[Rendered],
    made: Made,
) -> dict[str, Any] | None:
    failed = False
    for leaf in plan.leaves:
        answer = row[leaf.template]
        if isinstance(answer, TemplateFailure):
            failed = True
            raw = "failed to deeply replace JSON field contents: " if leaf.raw else ""
            at = template.origin().template_path(leaf.path)
            made.fail(template, at, f"{raw}{answer.message}")
    if failed:
        return None
    body: dict[str, Any] = plan.build([str(text) for text in row])
    metadata = dict(body["metadata"])
    if not template.keeps_resources and not metadata.get("finalizers"):
        metadata["finalizers"] = [RESOURCES_FINALIZER]
    return {**body, "metadata": metadata}


def _patched(
    template: Template, body: dict[str, Any], patch: Rendered, made: Made
) -> dict[str, Any] | None:
    if isinstance(patch, TemplateFailure):
        message = f"error replacing values in templatePatch: {patch.message}"
        made.fail(template, PATCH_PATH, message)
        return None
    try:
        return templatepatch.apply(body, patch)
    except templatepatch.TemplatePatchError as error:
        made.fail(template, PATCH_PATH, str(error))
        return None


def _manifest(template: Template, body: Mapping[str, Any], params: Params) -> Manifest:
    namespace = template.applicationset.ref.namespace
    metadata = {key: each for key, each in body["metadata"].items() if key in _KEPT}
    name = body["metadata"].get("name", "")
    placed = {"namespace": namespace} if namespace else {}
    whole = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, **placed, **metadata},
        "spec": applicationspec.normalized(body["spec"]),
    }
    if body.get("operation"):
        whole["operation"] = body["operation"]
    return Manifest(
        whole, template.origin(params), cluster=template.applicationset.cluster
    )


def _missing(
    template: Template,
    plan: blueprint.Blueprint,
    row: Sequence[Rendered],
    manifest: Manifest,
    texts: Texts,
) -> list[Unresolved]:
    """Return the fields that print a missing parameter."""
    name = manifest.ref.name
    if not row and plan.templates:
        return [
            (name, leaf.path, plan.templates[leaf.template]) for leaf in plan.leaves
        ]
    del template
    shown = {
        index: str(text)
        for index, text in enumerate(row)
        if texts.unresolved(plan.templates[index], str(text))
    }
    if not shown:
        return []
    return [
        (name, leaf.path, shown[leaf.template])
        for leaf in plan.leaves
        if leaf.template in shown
    ]


def _missing_in_patch(
    manifest: Manifest, known: set[FieldPath], texts: Texts
) -> Iterator[Unresolved]:
    mark = NO_VALUE if texts.go_template else blueprint.OPEN
    for path, value in leaves(manifest.body):
        if isinstance(value, str) and mark in value and path not in known:
            yield manifest.ref.name, path, value
