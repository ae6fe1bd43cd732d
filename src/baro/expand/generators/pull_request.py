"""The pullRequest generator, from fixtures: a set for each open pull request."""

# Argo CD: applicationset/generators/pull_request.go

from collections.abc import Mapping
from typing import Any

from baro.expand.generators.fixtures import SHORT, SHORTER, fixture, text
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Surroundings,
    Terminal,
)
from baro.expand.generators.slug import slug
from baro.expand.ports import StringList
from baro.model.fieldpath import FieldPath

KEY = "pullRequest"
_TEXTS = ("number", "title", "branch", "target_branch", "head_sha", "author")


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the stated pull requests, with what Argo CD derives from them."""
    stated = fixture(KEY, path, around, "the provider's API")
    return Drafts(
        [
            Draft(_params(each, around), "failed to append templated values: ")
            for each in stated
        ],
        spec.get("values") or {},
    )


def _params(stated: Mapping[str, Any], around: Surroundings) -> Params:
    params: Params = {name: text(stated.get(name)) for name in _TEXTS}
    sha = params["head_sha"]
    params["branch_slug"] = slug(params["branch"])
    params["target_branch_slug"] = slug(params["target_branch"])
    params["head_short_sha"] = sha[:SHORT]
    params["head_short_sha_7"] = sha[:SHORTER]
    if around.go_template:
        params["labels"] = StringList(map(text, stated.get("labels") or ()))
    derived = {"branch_slug", "target_branch_slug", "head_short_sha"}
    params.update({name: text(stated[name]) for name in derived & stated.keys()})
    return params


GENERATOR = Terminal(KEY, 6, drafts)
