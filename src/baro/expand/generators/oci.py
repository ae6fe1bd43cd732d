"""The oci generator of Argo CD 3.6, from fixtures: what an artifact holds."""

# Argo CD: applicationset/generators/oci.go

from collections.abc import Mapping
from typing import Any

from baro.expand.generators.fixtures import fixture
from baro.expand.generators.generator import (
    EMPTY,
    Draft,
    Drafts,
    Refusal,
    RefusedError,
    Surroundings,
    Terminal,
)
from baro.expand.generators.git_directories import selected
from baro.expand.generators.paths import of_folder
from baro.model.fieldpath import FieldPath

KEY = "oci"


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return a set for each stated folder that `directories` names.

    A fixture is `{path: FOLDER}`, or for `files` the whole parameter set.
    """
    if not spec.get("directories") and not spec.get("files"):
        raise RefusedError(Refusal(EMPTY, path, around.locate(path)))
    stated = fixture(KEY, path, around, "the registry")
    values = spec.get("values") or {}
    if not spec.get("directories"):
        return Drafts([Draft(dict(each)) for each in stated], values)
    prefix = spec.get("pathParamPrefix") or ""
    folders = sorted(str(each.get("path") or "") for each in stated)
    return Drafts(
        [
            Draft(of_folder(each, prefix, nested=around.go_template))
            for each in selected(spec["directories"], folders)
        ],
        values,
    )


GENERATOR = Terminal(KEY, 11, drafts)
