"""Laws about failures: each one is reported, and by one rule."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from baro.model.expansion import FailureKind
from baro.rules.catalog import catalog
from baro.rules.judge import judge
from tests.snapshots import snapshot

TARGET = """
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source: {repoURL: https://git.example/acme/platform, path: charts/web}
---
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: addons, namespace: argocd}
spec:
  generators: [{clusters: {}}]
  template: {metadata: {name: web}}
"""
MESSAGES = (
    "something that nobody has seen before",
    'executing "base" at <.metadata.labels.env>: map has no entry for key "env"',
    'release name "W": invalid release name, must match regex x',
    "values do not meet:\nweb:\n- at '/a': got string, want integer\n",
    'cannot reference a different revision of the same repository ($v references "a")',
)


def _blamed(case: dict[str, Any]) -> Counter[str]:
    state = snapshot({"target": TARGET, **case})
    verdict = judge(catalog().values(), today=date(2026, 1, 1), target=state)
    assert verdict.crashed == ()
    return Counter(finding.rule for finding in verdict.findings)


QUIET = _blamed({"renderings": [{"application": "web"}]})


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("message", MESSAGES)
def test_failure_of_a_source_is_reported_by_one_rule(
    kind: FailureKind, message: str
) -> None:
    """Whatever the message, one rule claims the failure of a rendering."""
    failure = {"kind": str(kind), "message": message}
    found = _blamed({"renderings": [{"application": "web", "failure": failure}]})
    assert len(found - QUIET) == 1


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("message", MESSAGES)
def test_failure_of_an_applicationset_is_reported_by_one_rule(
    kind: FailureKind, message: str
) -> None:
    """Whatever the message, one rule claims the failure of a generation."""
    failure = {"kind": str(kind), "message": message}
    entry = {"applicationset": "addons", "failures": [failure]}
    found = _blamed({"generations": [entry]})
    assert len(found - _blamed({"generations": [{"applicationset": "addons"}]})) == 1
