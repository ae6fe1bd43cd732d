"""Fields of an ApplicationSet's template that cannot hold a text."""

# Argo CD: manifests/crds/applicationset-crd.yaml

from baro.model.fieldpath import FieldPath

WITHIN: FieldPath = ("spec", "template", "spec")
"""Where the template of an Application's spec stands."""
_TYPED = {
    **dict.fromkeys(
        (
            "allowEmpty",
            "enabled",
            "prune",
            "selfHeal",
            "refresh",
            "passCredentials",
            "ignoreMissingValueFiles",
            "skipCrds",
            "skipTests",
            "skipSchemaValidation",
            "forceString",
            "recurse",
            "forceCommonLabels",
            "forceCommonAnnotations",
            "commonAnnotationsEnvsubst",
            "labelWithoutSelector",
            "labelIncludeTemplates",
            "ignoreMissingComponents",
        ),
        "boolean",
    ),
    **dict.fromkeys(("limit", "factor", "revisionHistoryLimit"), "integer"),
}
_FREE = frozenset(
    ("valuesObject", "values", "labels", "annotations", "parameters", "env")
)
"""Maps whose keys are anybody's."""


def wanted_type(path: FieldPath) -> str:
    """Return the type that the field at a path of an ApplicationSet must have.

    Empty where a text will do, or where nobody knows.
    """
    inside = path[len(WITHIN) :]
    if path[: len(WITHIN)] != WITHIN or not inside:
        return ""
    free = _FREE & set(inside[:-1]) and inside[-1] != "forceString"
    return "" if free else _TYPED.get(str(inside[-1]), "")
