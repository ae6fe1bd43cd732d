"""The plugin generator, from fixtures: what a service of one's own answers."""

# Argo CD: applicationset/generators/plugin.go

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.gotext import flattened, printed
from baro.expand.generators.fixtures import fixture
from baro.expand.generators.generator import (
    Draft,
    Drafts,
    Params,
    Surroundings,
    Terminal,
)
from baro.model.fieldpath import FieldPath

KEY = "plugin"


def drafts(spec: Mapping[str, Any], path: FieldPath, around: Surroundings) -> Drafts:
    """Return the stated outputs, and the generator's own input beside each.

    Without Go templates the output is flat strings; the input stays nested, so that
    `{{generator.input.parameters.x}}` stays as it is written.
    """
    stated = fixture(KEY, path, around, "the plugin's service")
    parameters = dict((spec.get("input") or {}).get("parameters") or {})
    beside = {"generator": {"input": {"parameters": parameters}}}
    return Drafts(
        [
            Draft({**_output(each, around), **beside}, "error generating params: ")
            for each in stated
        ],
        spec.get("values") or {},
    )


def _output(stated: Mapping[str, Any], around: Surroundings) -> Params:
    if around.go_template:
        return dict(stated)
    return {key: printed(value) for key, value in flattened(stated).items()}


GENERATOR = Terminal(KEY, 10, drafts)
