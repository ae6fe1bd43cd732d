"""No object, however odd, makes a rule fail."""

import json
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from baro.model.fieldpath import FieldPath, leaves
from baro.model.yamltext import read
from baro.rules.catalog import catalog
from baro.rules.judge import judge
from tests.snapshots import snapshot

TARGET = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd, finalizers: [x]}
spec:
  project: platform
  sources:
    - {repoURL: https://git.example/a, targetRevision: main, ref: values}
    - repoURL: https://git.example/a
      path: web
      helm: {valueFiles: [$values/a.yaml], fileParameters: [{name: a, path: b}]}
  destination: {name: hub, namespace: web}
  syncPolicy:
    automated: {enabled: true}
    syncOptions: [CreateNamespace=true]
    retry: {limit: -1, refresh: false}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
    - matrix:
        generators:
          - clusters: {selector: {matchLabels: {a: b}}}
          - list: {elements: []}
    - clusters: {selector: {matchExpressions: [{key: a, operator: In, values: [b]}]}}
  syncPolicy: {applicationsSync: sync, preserveResourcesOnDeletion: true}
  template:
    metadata: {name: '{{.name}}', finalizers: [x]}
    spec:
      project: '{{ index .metadata.annotations "p" }}'
      source: {repoURL: x, helm: {valuesObject: {a: '{{.a}}'}}}
      syncPolicy: {automated: {prune: '{{.p}}'}}
---
apiVersion: argoproj.io/v1alpha1
kind: AppProject
metadata: {name: platform, namespace: argocd}
spec:
  sourceRepos: ['https://git.example/*']
  destinations: [{name: hub, server: x, namespace: web}]
  clusterResourceWhitelist: [{group: '*', kind: '*', name: x}]
  namespaceResourceBlacklist: [{group: '', kind: Secret}]
---
apiVersion: v1
kind: Secret
metadata:
  name: hub
  namespace: argocd
  labels: {env: prod}
  annotations: {argocd.argoproj.io/sync-options: Prune=false}
data: {name: aHVi}
stringData: {token: abc}
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata:
  name: managed
  annotations: {storageclass.kubernetes.io/is-default-class: "true"}
volumeBindingMode: WaitForFirstConsumer
---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.acme}
spec: {group: acme, scope: Namespaced, names: {kind: Widget}}
---
apiVersion: v1
kind: Namespace
metadata: {name: web}
"""
RENDERED = """
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations:
    argocd.argoproj.io/hook: PreSync
    argocd.argoproj.io/sync-wave: "1"
spec:
  suspend: false
  template:
    spec:
      restartPolicy: Never
      serviceAccountName: a
      containers: [{name: a, env: [{name: A}]}]
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {storageClassName: managed, volumeName: ""}
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, annotations: {argocd.argoproj.io/sync-wave: "3"}}
spec:
  volumeClaimTemplates: [{metadata: {name: data}}]
  template:
    spec: {volumes: [{name: d, persistentVolumeClaim: {claimName: data}}]}
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: {name: a}
spec:
  target: {name: b, template: {metadata: {labels: {a: b}}}}
  data: [{secretKey: a}]
"""
ODD: tuple[object, ...] = (
    None,
    True,
    3,
    1.5,
    "",
    "x",
    [],
    ["x"],
    [None],
    {},
    {"x": 1},
    [{"x": [1]}],
)


def _spots(text: str) -> list[tuple[int, FieldPath]]:
    """Return every place below `kind` of every document: leaves and what holds them."""
    return sorted(
        {
            (document.index, path[:end])
            for document in read(text)
            for path, _ in leaves(document.value)
            for end in range(1, len(path) + 1)
            if path[0] not in ("apiVersion", "kind")
        },
        key=str,
    )


def _changed(text: str, spot: tuple[int, FieldPath], value: object) -> str:
    """Return the documents, one of them with another value at a place."""
    bodies: list[Any] = [document.value for document in read(text)]
    index, path = spot
    holder = bodies[index]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    # JSON is YAML.
    return "\n---\n".join(map(json.dumps, bodies))


def _crashed(target: str, rendered: str) -> tuple[str, ...]:
    case = {
        "target": target,
        "clusters": [{"name": "hub", "labels": {"a": "c"}, "secret": "Secret/hub"}],
        "generations": [
            {
                "applicationset": "addons",
                "generators": [
                    {
                        "kind": "clusters",
                        "at": "spec.generators[1].clusters",
                        "count": 0,
                        "selector": {"matchLabels": {"a": "b"}},
                    },
                    {"kind": "list", "at": "spec.generators[0].matrix", "count": 0},
                ],
                "unresolved": [["web", "spec.project", "<no value>"]],
            }
        ],
        "renderings": [
            {"application": "web", "source": 1, "manifests": rendered, "kube": "1.30"}
        ],
    }
    try:
        state = snapshot(case)
    except LookupError:
        # The name itself was changed; then the case is not about anything.
        return ()
    return judge(catalog().values(), today=date(2026, 1, 1), target=state).crashed


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(_spots(TARGET)), st.sampled_from(ODD))
def test_odd_field_of_the_target_crashes_no_rule(
    spot: tuple[int, FieldPath], value: object
) -> None:
    """Any field may have any type."""
    assert _crashed(_changed(TARGET, spot, value), RENDERED) == ()


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(_spots(RENDERED)), st.sampled_from(ODD))
def test_odd_field_of_what_is_rendered_crashes_no_rule(
    spot: tuple[int, FieldPath], value: object
) -> None:
    """Any field of a chart's output may have any type."""
    assert _crashed(TARGET, _changed(RENDERED, spot, value)) == ()
