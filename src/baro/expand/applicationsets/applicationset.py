"""One ApplicationSet, expanded: its generators, its template, its Applications."""

# Argo CD: applicationset/controllers/template/template.go, GenerateApplications

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets import mergo, template
from baro.expand.applicationsets.texts import FastTexts, GoTexts, Texts, refused_option
from baro.expand.generators import selector as selectors
from baro.expand.generators.generator import (
    Generator,
    Params,
    Refusal,
    Repositories,
    Surroundings,
)
from baro.expand.generators.transform import (
    Entry,
    known_generators,
    relevant,
    transform,
)
from baro.expand.ports import UNDECIDED, HelmEngine
from baro.model.cluster import ClusterRegistration
from baro.model.expansion import Failure, FailureKind, Generation, GeneratorOutcome
from baro.model.fieldpath import FieldPath, dotted
from baro.model.finding import Gap
from baro.model.manifest import Manifest

NEWEST = (99, 0, 0)
_NAMES_TEMPLATES = (3, 3, 0)
_HAS_TPL = (3, 6, 0)
_VERSION = re.compile(r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?")
_GENERATORS: FieldPath = ("spec", "generators")
_TEMPLATE: FieldPath = ("spec", "template")

Fixtures = Mapping[str, Mapping[str, Sequence[Mapping[str, Any]]]]
"""ApplicationSet name -> generator key -> what it finds."""


class GenerationOptions(Struct, frozen=True):
    """What of Argo CD's own settings a generation depends on.

    `argocd_version` is empty for the newest. `clusters_known` is False where nothing
    tells which clusters are registered. `absent_projects` are AppProjects that are
    known not to exist.
    """

    argocd_version: str = ""
    new_git_file_globbing: bool = False
    clusters_known: bool = True
    absent_projects: frozenset[str] = frozenset()


def generate(  # noqa: PLR0913 - everything that Argo CD's controller looks at
    applicationset: Manifest,
    *,
    clusters: Sequence[ClusterRegistration],
    trees: Repositories,
    engine: HelmEngine,
    fixtures: Fixtures | None = None,
    options: GenerationOptions | None = None,
) -> Generation:
    """Expand an ApplicationSet, which the API server took, as Argo CD's controller.

    Where Argo CD would give up, `failures` holds its words, the first one it reports
    first; `applications` then still holds what the sound generators give.
    """
    options = options or GenerationOptions()
    refused = tuple(_invalid(applicationset))
    if refused:
        return Generation(applicationset, (), (), refused)
    version = version_of(options.argocd_version)
    around = Surroundings(
        applicationset=applicationset,
        texts=_texts(applicationset, engine, version),
        clusters=clusters,
        repositories=trees,
        fixtures=(fixtures or {}).get(applicationset.ref.name, {}),
        version=version,
        new_git_file_globbing=options.new_git_file_globbing,
        clusters_known=options.clusters_known,
        absent_projects=options.absent_projects,
    )
    return _generate(around)


def version_of(text: str) -> tuple[int, int, int]:
    """Return an Argo CD version as numbers; the newest for what is no version."""
    found = _VERSION.match(text)
    if found is None:
        return NEWEST
    major, minor, patch = (int(part or 0) for part in found.groups())
    return major, minor, patch


def _texts(
    applicationset: Manifest, engine: HelmEngine, version: tuple[int, int, int]
) -> Texts:
    if not applicationset.get("spec", "goTemplate"):
        return FastTexts()
    wanted = tuple(applicationset.sequence("spec", "goTemplateOptions"))
    name = "base" if version >= _NAMES_TEMPLATES else ""
    return GoTexts(engine, wanted, name, tpl=version >= _HAS_TPL)


def _invalid(applicationset: Manifest) -> Iterator[Failure]:
    """Yield options on which Go panics."""
    if applicationset.get("spec", "goTemplate"):
        options = applicationset.sequence("spec", "goTemplateOptions")
        option = refused_option([each or "" for each in options])
        if option is not None:
            at = ("spec", "goTemplateOptions", option[0])
            yield _failure(applicationset, FailureKind.TEMPLATE, option[1], at)


def _failure(
    applicationset: Manifest,
    kind: FailureKind,
    message: str,
    path: FieldPath = ("spec",),
) -> Failure:
    return Failure(kind, message, path, applicationset.origin.locate(path))


def _generate(around: Surroundings) -> Generation:
    applicationset = around.applicationset
    failures: list[Failure] = []
    made = template.Made()
    for index, item in enumerate(applicationset.sequence(*_GENERATORS)):
        path = (*_GENERATORS, index)
        body = item or {}
        found = relevant(body, 0)
        if not found:
            failures.append(_unrecognized(body, path, around))
            continue
        refusals = _item(found, body, path, around, made)
        failures.extend(
            Failure(each.kind, each.message, each.path, each.location)
            for each in refusals
        )
        failures.extend(made.failures.values())
        made.failures.clear()
    undecided = [each for each in failures if UNDECIDED in each.message]
    gaps = [*around.account.gaps, *(_undecided(applicationset, e) for e in undecided)]
    applications = sorted(made.applications, key=lambda each: each.ref.name)
    return Generation(
        applicationset,
        around.account.settled(),
        tuple(applications),
        tuple(each for each in failures if each not in undecided),
        tuple(dict.fromkeys(gaps)),
        tuple(sorted(made.unresolved, key=lambda each: each[0])),
    )


def _undecided(applicationset: Manifest, failure: Failure) -> Gap:
    """Return a failure that may be none as the gap that it is."""
    reason = failure.message.partition(UNDECIDED)[2]
    return Gap(
        subject=str(applicationset.ref),
        reason=f"what {dotted(failure.path)} gives {UNDECIDED}{reason}",
        location=failure.location,
        ref=applicationset.ref,
    )


def _item(
    found: Sequence[Generator],
    body: Mapping[str, Any],
    path: FieldPath,
    around: Surroundings,
    made: template.Made,
) -> list[Refusal]:
    """Make the Applications of one item; return why it gives none.

    One generator that refuses takes the others of its item with it.
    """
    refusals = _bad_selector(body, path, around)
    if refusals:
        return refusals
    given: list[tuple[Generator, list[Params]]] = []
    for generator in found:
        (result,) = transform(generator, [Entry.of(body)], path, around)
        if isinstance(result, Refusal):
            refusals.append(result)
        else:
            given.append((generator, result))
    for generator, sets in given if not refusals else ():
        pattern = _template(generator, body, path, around)
        made.add(template.make(pattern, sets, around.texts))
    return refusals


def _template(
    generator: Generator,
    body: Mapping[str, Any],
    path: FieldPath,
    around: Surroundings,
) -> template.Template:
    applicationset = around.applicationset
    own = body[generator.key].get("template") or {}
    general = applicationset.mapping(*_TEMPLATE)
    return template.Template(
        applicationset,
        mergo.filled(own, general) if own else general,
        within=(*path, generator.key, "template") if own else _TEMPLATE,
        beneath=_TEMPLATE if own else (),
        patch=applicationset.get("spec", "templatePatch"),
        keeps_resources=bool(
            applicationset.get("spec", "syncPolicy", "preserveResourcesOnDeletion")
        ),
    )


def _bad_selector(
    body: Mapping[str, Any], path: FieldPath, around: Surroundings
) -> list[Refusal]:
    try:
        selectors.parse(body.get("selector") or {})
    except selectors.SelectorError as error:
        at = (*path, "selector")
        message = f"error parsing label selector: {error}"
        return [Refusal(message, at, around.locate(at))]
    return []


def _unrecognized(
    body: Mapping[str, Any], path: FieldPath, around: Surroundings
) -> Failure:
    """Return what Argo CD logs of an item without a generator that it knows."""
    names = sorted(key for key in body if key != "selector")
    for name in names:
        if name not in known_generators():
            around.account.outcomes[(*path, name)] = GeneratorOutcome(
                name, (*path, name), 0
            )
    listed = f": {', '.join(names)}" if names else ""
    ref = around.applicationset.ref
    return _failure(
        around.applicationset,
        FailureKind.SPEC,
        f"ApplicationSet {ref.name} contains unrecognized generators{listed}",
        (*path, *names[:1]),
    )
