"""A matrix or merge inside another: JSON that Argo CD decodes late."""

# Argo CD: applicationset/generators/matrix.go, getMatrixGenerator, getMergeGenerator

from collections.abc import Mapping
from typing import Any

from baro.expand.applicationsets.gotypes import decoding_error, misfits
from baro.expand.generators.generator import Refusal, Surroundings
from baro.expand.generators.types import NESTED
from baro.model.fieldpath import FieldPath


def undecodable(
    body: Mapping[str, Any], path: FieldPath, around: Surroundings
) -> Refusal | None:
    """Return why the combination in a child at `path` cannot be read, if so."""
    for key, expected in NESTED.items():
        misfit = next(misfits(body.get(key), expected), None)
        if misfit is None:
            continue
        prefix = ""
        if key == "merge":
            in_matrix = path[-3] == "matrix"
            outer = "error retrieving merge generator: " if in_matrix else ""
            prefix = f"{outer}error converting to nested merge generator: "
        at = (*path, key, *misfit.path)
        return Refusal(
            f"{prefix}{decoding_error(misfit, expected)}", at, around.locate(at)
        )
    return None
