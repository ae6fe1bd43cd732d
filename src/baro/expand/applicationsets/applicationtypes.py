"""The fields of an Application, in the order of Argo CD's structs."""

# Argo CD 3.6: pkg/apis/application/v1alpha1/types.go

from typing import Final

from baro.expand.applicationsets.gotypes import (
    ANY,
    BOOL,
    INT,
    INT_OR_STRING,
    RAW,
    STRING,
    STRING_MAP,
    STRINGS,
    TIME,
    GoType,
    listing,
    struct,
)

_PAIR: Final = {"name": STRING, "value": STRING}

HELM: Final = struct(
    "ApplicationSourceHelm",
    valueFiles=STRINGS,
    parameters=listing(struct("HelmParameter", **_PAIR, forceString=BOOL)),
    releaseName=STRING,
    values=STRING,
    fileParameters=listing(struct("HelmFileParameter", name=STRING, path=STRING)),
    version=STRING,
    passCredentials=BOOL,
    ignoreMissingValueFiles=BOOL,
    skipCrds=BOOL,
    valuesObject=RAW,
    namespace=STRING,
    kubeVersion=STRING,
    apiVersions=STRINGS,
    skipTests=BOOL,
    skipSchemaValidation=BOOL,
)

_KUSTOMIZE_TARGET = struct(
    "KustomizeSelector",
    group=STRING,
    version=STRING,
    kind=STRING,
    name=STRING,
    namespace=STRING,
    annotationSelector=STRING,
    labelSelector=STRING,
)

KUSTOMIZE: Final = struct(
    "ApplicationSourceKustomize",
    namePrefix=STRING,
    nameSuffix=STRING,
    images=listing(STRING, "KustomizeImages"),
    commonLabels=STRING_MAP,
    version=STRING,
    commonAnnotations=STRING_MAP,
    forceCommonLabels=BOOL,
    forceCommonAnnotations=BOOL,
    namespace=STRING,
    commonAnnotationsEnvsubst=BOOL,
    replicas=listing(
        struct("KustomizeReplica", name=STRING, count=INT_OR_STRING),
        "KustomizeReplicas",
    ),
    patches=listing(
        struct(
            "KustomizePatch",
            path=STRING,
            patch=STRING,
            target=_KUSTOMIZE_TARGET,
            options=GoType("map[string]bool", "object", element=BOOL),
        ),
        "KustomizePatches",
    ),
    components=STRINGS,
    ignoreMissingComponents=BOOL,
    labelWithoutSelector=BOOL,
    kubeVersion=STRING,
    apiVersions=STRINGS,
    labelIncludeTemplates=BOOL,
)

_JSONNET_VARIABLES = listing(struct("JsonnetVar", **_PAIR, code=BOOL))

DIRECTORY: Final = struct(
    "ApplicationSourceDirectory",
    recurse=BOOL,
    jsonnet=struct(
        "ApplicationSourceJsonnet",
        extVars=_JSONNET_VARIABLES,
        tlas=_JSONNET_VARIABLES,
        libs=STRINGS,
    ),
    exclude=STRING,
    include=STRING,
    disableExtensionFilter=BOOL,
)

PLUGIN: Final = struct(
    "ApplicationSourcePlugin",
    name=STRING,
    env=listing(struct("EnvEntry", **_PAIR), "Env"),
    parameters=listing(
        struct(
            "ApplicationSourcePluginParameter",
            name=STRING,
            string=STRING,
            map=STRING_MAP,
            array=STRINGS,
        ),
        "ApplicationSourcePluginParameters",
    ),
)

_RENDERERS: Final = {
    "helm": HELM,
    "kustomize": KUSTOMIZE,
    "directory": DIRECTORY,
    "plugin": PLUGIN,
}

SOURCE: Final = struct(
    "ApplicationSource",
    repoURL=STRING,
    path=STRING,
    targetRevision=STRING,
    **_RENDERERS,
    chart=STRING,
    ref=STRING,
    name=STRING,
    tagPrefix=STRING,
)

_HYDRATOR = struct(
    "SourceHydrator",
    drySource=struct(
        "DrySource", repoURL=STRING, targetRevision=STRING, path=STRING, **_RENDERERS
    ),
    syncSource=struct("SyncSource", targetBranch=STRING, path=STRING, repoURL=STRING),
    hydrateTo=struct("HydrateTo", targetBranch=STRING),
)

_RETRY = struct(
    "RetryStrategy",
    limit=INT,
    backoff=struct("Backoff", duration=STRING, factor=INT, maxDuration=STRING),
    refresh=BOOL,
)

SYNC_POLICY: Final = struct(
    "SyncPolicy",
    automated=struct(
        "SyncPolicyAutomated", prune=BOOL, selfHeal=BOOL, allowEmpty=BOOL, enabled=BOOL
    ),
    syncOptions=listing(STRING, "SyncOptions"),
    retry=_RETRY,
    managedNamespaceMetadata=struct(
        "ManagedNamespaceMetadata", labels=STRING_MAP, annotations=STRING_MAP
    ),
)

SPEC: Final = struct(
    "ApplicationSpec",
    source=SOURCE,
    destination=struct(
        "ApplicationDestination", server=STRING, namespace=STRING, name=STRING
    ),
    project=STRING,
    syncPolicy=SYNC_POLICY,
    ignoreDifferences=listing(
        struct(
            "ResourceIgnoreDifferences",
            group=STRING,
            kind=STRING,
            name=STRING,
            namespace=STRING,
            jsonPointers=STRINGS,
            jqPathExpressions=STRINGS,
            managedFieldsManagers=STRINGS,
        ),
        "IgnoreDifferences",
    ),
    info=listing(struct("Info", **_PAIR)),
    revisionHistoryLimit=INT,
    sources=listing(SOURCE, "ApplicationSources"),
    sourceHydrator=_HYDRATOR,
)

_FINALIZERS = GoType("[]string", "array", element=STRING, merges=True)
_OWNER = GoType(
    "v1.OwnerReference",
    "object",
    {
        "apiVersion": STRING,
        "kind": STRING,
        "name": STRING,
        "uid": STRING,
        "controller": BOOL,
        "blockOwnerDeletion": BOOL,
    },
)

METADATA: Final = GoType(
    "v1.ObjectMeta",
    "object",
    {
        "name": STRING,
        "generateName": STRING,
        "namespace": STRING,
        "uid": STRING,
        "resourceVersion": STRING,
        "creationTimestamp": TIME,
        "deletionTimestamp": TIME,
        "labels": STRING_MAP,
        "annotations": STRING_MAP,
        "ownerReferences": GoType(
            "[]v1.OwnerReference",
            "array",
            element=_OWNER,
            merges=True,
            merge_key="uid",
        ),
        "finalizers": _FINALIZERS,
    },
)

OPERATION: Final = struct(
    "Operation",
    sync=struct(
        "SyncOperation",
        revision=STRING,
        prune=BOOL,
        dryRun=BOOL,
        source=SOURCE,
        manifests=STRINGS,
        syncOptions=listing(STRING, "SyncOptions"),
        sources=listing(SOURCE, "ApplicationSources"),
        revisions=STRINGS,
    ),
    info=listing(struct("Info", **_PAIR)),
    retry=_RETRY,
)

APPLICATION: Final = struct(
    "Application",
    kind=STRING,
    apiVersion=STRING,
    metadata=METADATA,
    spec=SPEC,
    status=ANY,
    operation=OPERATION,
)

TEMPLATE: Final = struct(
    "ApplicationSetTemplate",
    metadata=struct(
        "ApplicationSetTemplateMeta",
        name=STRING,
        namespace=STRING,
        labels=STRING_MAP,
        annotations=STRING_MAP,
        finalizers=STRINGS,
    ),
    spec=SPEC,
)
