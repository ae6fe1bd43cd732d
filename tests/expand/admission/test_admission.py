"""Objects of Argo CD against their schema, in the API server's words."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.admission.admission import refused
from baro.expand.admission.shapes import Version, shape_of
from baro.expand.admission.structural import causes
from baro.model import yamltext
from baro.model.manifest import Manifest
from baro.model.origin import Origin, OriginKind
from baro.model.text import SourceText

TABLE = Path(__file__).parent / "causes.yaml"
KINDS = ("Application", "ApplicationSet", "AppProject")
NEWEST = (3, 6)
APPLICATION = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  source:
    path: web
"""


def _cases() -> Iterator[Any]:
    for case in yamltext.read(TABLE.read_text(encoding="utf-8"))[0].value:
        yield pytest.param(case, id=case["name"])


def _manifest(text: str, kind: OriginKind = OriginKind.FILE) -> Manifest:
    origin = Origin(kind, SourceText("web.yaml", text))
    return Manifest(yamltext.read(text)[0].value, origin)


@pytest.mark.parametrize("case", list(_cases()))
def test_an_object_is_refused_for_the_causes_listed(case: Mapping[str, Any]) -> None:
    """Causes are those of the API server, word for word."""
    shape = shape_of(case["object"]["kind"], NEWEST)
    assert shape is not None
    assert sorted(text for _, text in causes(case["object"], shape)) == case["causes"]


def test_a_cause_is_at_the_line_that_lacks_the_field() -> None:
    """A missing field has the place of what should hold it."""
    found = refused(_manifest(APPLICATION), NEWEST)
    assert found is not None
    assert [
        (failure.message, failure.location and failure.location.line)
        for failure in found.failures
    ] == [
        ("spec.destination: Required value", 4),
        ("spec.project: Required value", 4),
        ("spec.source.repoURL: Required value", 5),
    ]


def test_what_argo_cd_writes_itself_is_complete() -> None:
    """A generated Application is not held to it: Go prints every field."""
    assert refused(_manifest(APPLICATION, OriginKind.GENERATED), NEWEST) is None


def test_other_groups_have_kinds_of_these_names() -> None:
    """An Application of somebody else's is none of Argo CD's."""
    other = APPLICATION.replace("argoproj.io/v1alpha1", "app.k8s.io/v1beta1")
    assert refused(_manifest(other), NEWEST) is None
    rollout = APPLICATION.replace("kind: Application", "kind: Rollout")
    assert refused(_manifest(rollout), NEWEST) is None


@pytest.mark.parametrize(
    ("asked", "like"), [((1, 0), (2, 8)), ((3, 0), (3, 0)), ((9, 0), NEWEST)]
)
def test_an_unknown_version_is_like_its_neighbour(
    asked: Version, like: Version
) -> None:
    """Versions before the first and after the last have the nearest one's shapes."""
    for kind in KINDS:
        assert shape_of(kind, asked) is shape_of(kind, like)


def test_versions_differ() -> None:
    """A field is held to its type where Argo CD knows it, and dropped before."""
    application = {
        "spec": {
            "project": "default",
            "destination": {},
            "syncPolicy": {"retry": {"refresh": "yes"}},
        }
    }
    for version, count in (((3, 0), 0), (NEWEST, 1)):
        shape = shape_of("Application", version)
        assert shape is not None
        assert len(list(causes(application, shape))) == count


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(
            st.sampled_from(
                ("spec", "source", "generators", "list", "template", "roles")
            )
            | st.text(),
            inner,
        )
    ),
)


@given(body=JSON, kind=st.sampled_from(KINDS))
def test_nothing_is_too_odd_to_be_judged(body: Any, kind: str) -> None:
    """Any JSON is taken or refused, and a cause names its field."""
    shape = shape_of(kind, NEWEST)
    assert shape is not None
    for path, text in causes({"spec": body}, shape):
        assert path[0] == "spec"
        assert text.startswith("spec")
