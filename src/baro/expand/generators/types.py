"""The fields of an ApplicationSet, in the order of Argo CD's structs."""

# Argo CD 3.6: pkg/apis/application/v1alpha1/applicationset_types.go

from typing import Final

from baro.expand.applicationsets.applicationtypes import TEMPLATE
from baro.expand.applicationsets.gotypes import (
    BOOL,
    INT,
    RAW,
    STRING,
    STRING_MAP,
    STRINGS,
    GoType,
    listing,
    struct,
)

SELECTOR: Final = GoType(
    "v1.LabelSelector",
    "object",
    {
        "matchLabels": STRING_MAP,
        "matchExpressions": GoType(
            "[]v1.LabelSelectorRequirement",
            "array",
            element=GoType(
                "v1.LabelSelectorRequirement",
                "object",
                {"key": STRING, "operator": STRING, "values": STRINGS},
            ),
        ),
    },
)

_PATTERN = {"path": STRING, "exclude": BOOL}
_REPEATED = {"requeueAfterSeconds": INT, "template": TEMPLATE}


def _files(name: str) -> GoType:
    return struct(
        f"{name}Generator",
        repoURL=STRING,
        directories=listing(struct(f"{name}DirectoryGeneratorItem", **_PATTERN)),
        files=listing(struct(f"{name}FileGeneratorItem", **_PATTERN)),
        revision=STRING,
        **_REPEATED,
        pathParamPrefix=STRING,
        values=STRING_MAP,
    )


_TERMINALS: Final = {
    "list": struct(
        "ListGenerator",
        elements=GoType("[]v1.JSON", "array", element=RAW),
        template=TEMPLATE,
        elementsYaml=STRING,
    ),
    "clusters": struct(
        "ClusterGenerator",
        selector=SELECTOR,
        template=TEMPLATE,
        values=STRING_MAP,
        flatList=BOOL,
    ),
    "git": _files("Git"),
    "scmProvider": struct("SCMProviderGenerator", **_REPEATED, values=STRING_MAP),
    "clusterDecisionResource": struct(
        "DuckTypeGenerator",
        configMapRef=STRING,
        name=STRING,
        requeueAfterSeconds=INT,
        labelSelector=SELECTOR,
        template=TEMPLATE,
        values=STRING_MAP,
    ),
    "pullRequest": struct(
        "PullRequestGenerator",
        **_REPEATED,
        values=STRING_MAP,
        continueOnRepoNotFoundError=BOOL,
    ),
}
_LAST: Final = {
    "selector": SELECTOR,
    "plugin": struct(
        "PluginGenerator",
        configMapRef=struct("PluginConfigMapRef", name=STRING),
        input=struct(
            "PluginInput",
            parameters=GoType("v1alpha1.PluginParameters", "object", element=RAW),
        ),
        **_REPEATED,
        values=STRING_MAP,
    ),
    "oci": _files("Oci"),
}


def _combined(prefix: str, children: GoType, *, template: bool) -> dict[str, GoType]:
    overriding = {"template": TEMPLATE} if template else {}
    return {
        "matrix": struct(f"{prefix}MatrixGenerator", generators=children, **overriding),
        "merge": struct(
            f"{prefix}MergeGenerator",
            generators=children,
            mergeKeys=STRINGS,
            **overriding,
        ),
    }


_TERMINAL = struct("ApplicationSetTerminalGenerator", **_TERMINALS, **_LAST)
NESTED: Final = _combined(
    "Nested", listing(_TERMINAL, "ApplicationSetTerminalGenerators"), template=False
)
"""A matrix or merge inside another: JSON to the API server, decoded late."""
_NESTED_ENTRY = struct("ApplicationSetNestedGenerator", **_TERMINALS, **NESTED, **_LAST)
ENTRY: Final = struct(
    "ApplicationSetGenerator",
    **_TERMINALS,
    **_combined("", listing(_NESTED_ENTRY), template=True),
    **_LAST,
)
"""One item of `spec.generators`."""

VALUED: Final = frozenset(
    key for key, each in (_TERMINALS | _LAST).items() if "values" in each.fields
)
"""The generators that have `values` of their own."""
