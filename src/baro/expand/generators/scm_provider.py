"""The scmProvider generator, from fixtures: a set for each repository found."""

# Argo CD: applicationset/generators/scm_provider.go

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.gotext import normalized
from baro.expand.generators.fixtures import SHORT, SHORTER, fixture, text
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Surroundings,
    Terminal,
)
from baro.model.fieldpath import FieldPath

KEY = "scmProvider"
_TEXTS = ("organization", "repository", "repository_id", "url", "branch", "sha")


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the stated repositories, with what Argo CD derives from them."""
    stated = fixture(KEY, path, around, "the provider's API")
    return Drafts(
        [
            Draft(_params(each), "failed to append templated values: ")
            for each in stated
        ],
        spec.get("values") or {},
    )


def _params(stated: Mapping[str, Any]) -> Params:
    params: Params = {name: text(stated.get(name)) for name in _TEXTS}
    sha = params["sha"]
    labels = stated.get("labels")
    params["short_sha"] = sha[:SHORT]
    params["short_sha_7"] = sha[:SHORTER]
    listed = ",".join(map(text, labels)) if isinstance(labels, list) else text(labels)
    params["labels"] = listed
    params["branchNormalized"] = normalized(params["branch"])
    return params


GENERATOR = Terminal(KEY, 4, drafts)
