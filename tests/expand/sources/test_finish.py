"""What comes after the engine's answer: gaps, namespaces, clusters, redaction."""

from collections.abc import Iterable, Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.expand.ports import (
    ChartArchive,
    RenderedFile,
    RenderOutcome,
    RenderRequest,
    UnreadableFileError,
)
from baro.expand.sources.manifests import rescoped
from baro.expand.sources.prepared import Destination, PreparedSource
from baro.expand.sources.scope import Scopes
from baro.expand.sources.source import render_prepared
from baro.expand.sources.split import hook_events, printed_by_helm
from baro.model.expansion import Failure, FailureKind, Rendering, SourceType
from tests.expand.sources.cases import PLATFORM, Case, application, render, told
from tests.fakes import FakeEngine, tree_of

CASE = Case(
    name="a chart",
    expect={},
    files={
        "chart/Chart.yaml": "{apiVersion: v2, name: web, version: 1.0.0}",
        "chart/templates/a.yaml": "",
    },
    spec={
        "source": {"repoURL": PLATFORM, "path": "chart"},
        "destination": {"name": "hub", "namespace": "shop"},
    },
)
GADGET = "{apiVersion: x.io/v1, kind: Gadget, metadata: {name: g}}"
CRD = {
    "kind": "CustomResourceDefinition",
    "spec": {"group": "x.io", "scope": "Cluster", "names": {"kind": "Gadget"}},
}


APPLICATION = application(CASE)
REQUEST = RenderRequest(ChartArchive("", b""), "{}", "web", "shop", "v1.30.0")


class TakingAhead(FakeEngine):
    """An engine that takes some requests before it answers the first."""

    def __init__(self, ahead: int) -> None:
        """Take `ahead` requests more than there are answers."""
        super().__init__()
        self.ahead = ahead

    def render(self, requests: Iterable[RenderRequest]) -> Iterator[RenderOutcome]:
        """Yield an empty answer for each."""
        waiting = 0
        for _ in requests:
            waiting += 1
            if waiting >= self.ahead:
                waiting -= 1
                yield RenderOutcome()
        yield from [RenderOutcome()] * waiting


def rendered(*texts: str) -> Rendering:
    """Return what comes of templates that print these texts."""
    files = tuple(RenderedFile("web/templates/a.yaml", text) for text in texts)
    return render(CASE, FakeEngine([RenderOutcome(files)]))


def test_lost_answer_is_a_gap_of_its_source() -> None:
    """A chart that took the engine down says which chart it was."""
    found = told(render(CASE, FakeEngine([RenderOutcome(lost="time is over")])), CASE)
    assert found["gaps"] == [
        "source argocd/web: the chart was not rendered: time is over"
    ]
    assert found["failure"] is None


def test_refusal_without_a_place_is_blamed_on_the_source() -> None:
    """Where Helm names no line, the source's own is the nearest."""
    failure = Failure(FailureKind.KUBE_VERSION, "chart requires kubeVersion: >=9")
    found = told(render(CASE, FakeEngine([RenderOutcome(failure=failure)])), CASE)
    assert found["failure"] == "kube-version: chart requires kubeVersion: >=9"
    assert found["blamed"] == "app.yaml: source:"


def test_kind_whose_definition_comes_later_loses_its_namespace() -> None:
    """Only the manifests that change are made anew."""
    rendering = rendered(GADGET, "{apiVersion: v1, kind: Service, metadata: {name: s}}")
    assert [str(m.ref) for m in rendering.manifests] == [
        "Gadget shop/g",
        "Service shop/s",
    ]
    scopes = Scopes()
    assert rescoped(rendering, scopes) is rendering
    scopes.learn(CRD)
    again = rescoped(rendering, scopes)
    assert [str(m.ref) for m in again.manifests] == ["Gadget g", "Service shop/s"]
    assert again.manifests[1] is rendering.manifests[1]
    assert again.manifests[0].cluster == "hub"


def test_secret_is_redacted_on_entry() -> None:
    """No manifest carries a Secret's value."""
    (manifest,) = rendered(
        "{apiVersion: v1, kind: Secret, metadata: {name: s}, stringData: {a: hunter2}}"
    ).manifests
    assert "hunter2" not in repr(manifest.body)
    assert manifest.application is not None
    assert str(manifest.application) == "Application argocd/web"


def test_many_sources_are_one_batch() -> None:
    """Sources without a request cost the engine nothing."""
    engine = FakeEngine()
    assert list(render_prepared([], engine)) == []
    assert engine.asked == []


@given(st.lists(st.booleans(), max_size=8), st.integers(1, 4))
def test_renderings_come_in_the_order_of_their_sources(
    asking: list[bool], ahead: int
) -> None:
    """Whether the engine is asked for them or not, and however far it takes ahead."""
    taken: list[int] = []

    def sources() -> Iterator[PreparedSource]:
        for number, asks in enumerate(asking):
            taken.append(number)
            known = Rendering(APPLICATION, (), {}, SourceType.HELM, release=str(number))
            yield PreparedSource(known, Destination(), REQUEST if asks else None)

    found = []
    for rendering in render_prepared(sources(), TakingAhead(ahead)):
        found.append(rendering.release)
        # No more is prepared than the engine takes ahead.
        asked = sum(asking[: len(taken)])
        assert asked <= sum(asking[: len(found)]) + ahead or len(taken) == len(asking)
    assert found == [str(number) for number in range(len(asking))]


@pytest.mark.parametrize(
    ("annotations", "events", "printed", "without_tests"),
    [
        ({}, None, True, True),
        ({"helm.sh/hook": "Pre-Install,post-upgrade"}, 2, True, True),
        ({"helm.sh/hook": "test"}, 1, True, False),
        ({"helm.sh/hook": "crd-install"}, 1, False, False),
        ({"helm.sh/hook": "pre-install,nonsense"}, 2, False, False),
    ],
)
def test_hooks(
    annotations: dict[str, str],
    events: int | None,
    *,
    printed: bool,
    without_tests: bool,
) -> None:
    """What Helm prints of its hooks."""
    body = {"kind": "Job", "metadata": {"annotations": annotations}}
    found = hook_events(body)
    assert (None if found is None else len(found)) == events
    assert printed_by_helm(body, tests=True) is printed
    assert printed_by_helm(body, tests=False) is without_tests


UNREADABLE: Sequence[tuple[str, dict[str, str | bytes]]] = [
    (
        "value file",
        {"chart/Chart.yaml": "{name: w, version: 1.0.0}", "v.yaml": b"\xff"},
    ),
    ("chart", {"chart/Chart.yaml": b"\xff", "v.yaml": ""}),
    ("override", {"chart/Chart.yaml": "{}", "chart/.argocd-source.yaml": b"\xff"}),
]


@pytest.mark.parametrize(("what", "files"), UNREADABLE, ids=[u[0] for u in UNREADABLE])
def test_file_that_cannot_be_read_is_a_gap(
    what: str, files: dict[str, str | bytes]
) -> None:
    """What cannot be read is never taken for nothing."""
    helm = {"valueFiles": ["/v.yaml"]} if what != "override" else {}
    source = {"repoURL": PLATFORM, "path": "chart", "helm": helm}
    case = Case(name=what, expect={}, files=files, spec={"source": source})
    found = told(render(case, FakeEngine()), case)
    assert found["failure"] is None
    assert len(found["gaps"]) == 1


def test_tree_in_memory_keeps_the_port() -> None:
    """It lists, reads and refuses as every tree does."""
    tree = tree_of({"a/b.txt": "text", "a/c": b"\xff"})
    assert tree.files("a") == ("a/b.txt", "a/c")
    assert tree.files("none") == ()
    assert (tree.is_dir(""), tree.is_dir("."), tree.is_dir("a/")) == (True, True, True)
    assert (tree.is_file("./a/b.txt"), tree.is_file("a")) == (True, False)
    assert tree.text("a/b.txt") is tree.text("a/b.txt")
    assert tree.oid("a") != tree.oid("a/c") != tree.oid("none")
    with pytest.raises(FileNotFoundError):
        tree.read("../a/b.txt")
    with pytest.raises(UnreadableFileError):
        tree.text("a/c")
