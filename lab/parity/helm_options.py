"""A case for every way in which an Application can talk to Helm.

One chart prints what it was given; each Application differs in one option, or in
two that meet. The Applications belong to one case, so one lab answers them at once.
"""

import json
from collections.abc import Iterator, Mapping

from lab.location import ARGOCD_NAMESPACE
from lab.parity.case import Case, Object

SUITE = "helm-options"
URL = "https://git.example/lab/helm-options"
PRINTED = """\
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-given
  namespace: {{ .Release.Namespace }}
data:
  values: {{ omit .Values "global" | toJson | quote }}
  release: {{ pick .Release "Name" "Namespace" "Service" "Revision" | toJson | quote }}
  isUpgrade: {{ .Release.IsUpgrade | quote }}
  special: {{ .Capabilities.APIVersions.Has "special.example/v1" | quote }}
  monitoring: {{ .Capabilities.APIVersions.Has "monitoring.example/v1/Alert" | quote }}
  {{- if .Values.printKubeVersion }}
  kubeVersion: {{ .Capabilities.KubeVersion.Version | quote }}
  {{- end }}
"""
HOOK = """\
apiVersion: v1
kind: Pod
metadata:
  name: {{ .Release.Name }}-test
  annotations: {helm.sh/hook: test}
spec:
  containers: [{name: probe, image: registry.example/probe:1}]
"""
DEFINITION = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things.lab.example}
spec:
  group: lab.example
  scope: Namespaced
  names: {kind: Thing, plural: things}
  versions:
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object}}
"""
SCHEMA = {
    "type": "object",
    "properties": {"size": {"type": "integer", "maximum": 10}},
}
FILES: Mapping[str, str] = {
    "chart/Chart.yaml": "apiVersion: v2\nname: probe\nversion: 1.0.0\n",
    "chart/values.yaml": (
        "size: 1\nname: default\nlist: [one, two]\nnested: {kept: true, changed: no}\n"
    ),
    "chart/values.schema.json": json.dumps(SCHEMA),
    "chart/templates/given.yaml": PRINTED,
    "chart/templates/test.yaml": HOOK,
    "chart/crds/things.yaml": DEFINITION,
    "chart/extra.yaml": "name: from the chart's folder\nnested: {changed: yes}\n",
    "chart/text.txt": "two\nlines, with a comma\n",
    "values/first.yaml": "name: first\nnested: {changed: first}\n",
    "values/second.yaml": "name: second\nlist: [three]\nnested: {kept: null}\n",
    "values/empty.yaml": "",
    "values/broken.yaml": "name: [\n",
    "values/list.yaml": "- not a map\n",
}
OPTIONS: Mapping[str, Object] = {
    "nothing": {},
    "release-name": {"releaseName": "chosen"},
    "release-name-too-long": {"releaseName": "r" * 54},
    "namespace": {"namespace": "elsewhere"},
    "value-files": {"valueFiles": ["extra.yaml"]},
    "value-files-above": {"valueFiles": ["../values/first.yaml"]},
    "value-files-absolute": {"valueFiles": ["/values/first.yaml"]},
    "value-files-glob": {"valueFiles": ["../values/*rst.yaml"]},
    "value-files-order": {
        "valueFiles": ["/values/first.yaml", "/values/second.yaml", "extra.yaml"]
    },
    "value-files-missing": {"valueFiles": ["nowhere.yaml"]},
    "value-files-missing-ignored": {
        "valueFiles": ["nowhere.yaml", "extra.yaml"],
        "ignoreMissingValueFiles": True,
    },
    "value-files-outside": {"valueFiles": ["../../../etc/hostname"]},
    "value-files-empty": {"valueFiles": ["/values/empty.yaml"]},
    "value-files-broken": {"valueFiles": ["/values/broken.yaml"]},
    "value-files-list": {"valueFiles": ["/values/list.yaml"]},
    "value-files-unknown-reference": {"valueFiles": ["$nobody/values/first.yaml"]},
    "value-files-build-environment": {"valueFiles": ["/values/$ARGOCD_APP_NAME.yaml"]},
    "values": {"values": "name: inline\nnested: {changed: inline}\n"},
    "values-broken": {"values": "name: [\n"},
    "values-object": {"valuesObject": {"name": "object", "list": [], "size": 3}},
    "values-object-null": {"valuesObject": {"name": None, "nested": None}},
    "values-and-object": {
        "values": "name: inline\nsize: 2\n",
        "valuesObject": {"name": "object"},
    },
    "values-over-files": {
        "valueFiles": ["extra.yaml"],
        "values": "name: inline\n",
    },
    "parameters": {
        "parameters": [
            {"name": "size", "value": "7"},
            {"name": "nested.changed", "value": "set"},
            {"name": "list[1]", "value": "second"},
        ]
    },
    "parameters-force-string": {
        "parameters": [
            {"name": "name", "value": "007", "forceString": True},
            {"name": "nested.changed", "value": "true", "forceString": True},
        ]
    },
    "parameters-types": {
        "parameters": [
            {"name": "a", "value": "true"},
            {"name": "b", "value": "null"},
            {"name": "c", "value": "1e3"},
            {"name": "d", "value": "0x10"},
            {"name": "e", "value": ""},
        ]
    },
    "parameters-comma": {"parameters": [{"name": "name", "value": "a,b={c}"}]},
    "parameters-braces": {"parameters": [{"name": "list", "value": "{x,y}"}]},
    "parameters-dotted": {"parameters": [{"name": "map.a\\.b/c", "value": "dotted"}]},
    "parameters-twice": {
        "parameters": [
            {"name": "name", "value": "one"},
            {"name": "name", "value": "two"},
        ]
    },
    "parameters-build-environment": {
        "parameters": [
            {"name": "name", "value": "$ARGOCD_APP_NAME in $ARGOCD_APP_NAMESPACE"},
            {"name": "nested.changed", "value": "${ARGOCD_APP_SOURCE_PATH} $$HOME"},
        ]
    },
    "parameters-over-all": {
        "valueFiles": ["extra.yaml"],
        "valuesObject": {"name": "object"},
        "parameters": [{"name": "name", "value": "parameter"}],
    },
    "file-parameters": {"fileParameters": [{"name": "name", "path": "text.txt"}]},
    "file-parameters-missing": {
        "fileParameters": [{"name": "name", "path": "nowhere.txt"}]
    },
    "skip-crds": {"skipCrds": True},
    "skip-tests": {"skipTests": True},
    "skip-schema": {
        "valuesObject": {"size": 99},
        "skipSchemaValidation": True,
    },
    "schema": {"valuesObject": {"size": 99}},
    "kube-version": {
        "kubeVersion": "1.30.0",
        "valuesObject": {"printKubeVersion": True},
    },
    "kube-version-odd": {
        "kubeVersion": "v1.30.1-eks-abcdef",
        "valuesObject": {"printKubeVersion": True},
    },
    "api-versions": {"apiVersions": ["special.example/v1"]},
    "api-versions-kind": {"apiVersions": ["monitoring.example/v1/Alert"]},
    "pass-credentials": {"passCredentials": True},
    "version": {"version": "v3"},
}
REFERRED: Mapping[str, Object] = {
    "reference": {"valueFiles": ["$values/values/first.yaml"]},
    "reference-glob": {"valueFiles": ["$values/values/*.yaml"]},
    "reference-missing": {"valueFiles": ["$values/nowhere.yaml"]},
    "reference-missing-ignored": {
        "valueFiles": ["$values/nowhere.yaml"],
        "ignoreMissingValueFiles": True,
    },
    "reference-outside": {"valueFiles": ["$values/../etc/hostname"]},
    "reference-file-parameter": {
        "fileParameters": [{"name": "name", "path": "$values/values/first.yaml"}]
    },
}


def helm_options_case() -> Case:
    """Return the case with one Application for each option."""
    return Case(SUITE, tuple(_applications()), {URL: FILES})


def _applications() -> Iterator[Object]:
    for name, options in OPTIONS.items():
        yield _application(name, [_chart(options)])
    values = {"repoURL": URL, "targetRevision": "main", "ref": "values"}
    for name, options in REFERRED.items():
        yield _application(name, [_chart(options), values])
    plain = {"repoURL": URL, "targetRevision": "main", "path": "chart"}
    yield _application("two-of-the-same", [plain, _chart({"releaseName": "second"})])


def _chart(options: Object) -> Object:
    return {
        "repoURL": URL,
        "targetRevision": "main",
        "path": "chart",
        "helm": options,
    }


def _application(name: str, sources: list[Object]) -> Object:
    """Return an Application; a single source is written as `source`."""
    several = {"sources": sources} if len(sources) > 1 else {"source": sources[0]}
    return {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": name, "namespace": ARGOCD_NAMESPACE},
        "spec": {
            "project": "default",
            "destination": {
                "server": "https://kubernetes.default.svc",
                "namespace": "target",
            },
            **several,
        },
    }
