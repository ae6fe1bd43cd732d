"""Argo CD's answers, and that the recorded ones are still true."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab import Lab
from lab.api import Object
from lab.parity import PARTS, Case, Oracle, documents_in, read
from lab.parity.asking import plain
from lab.parity.examples import example_cases, examples_folder, examples_left_out
from lab.parity.suites import NAMES, cases_of
from tests.lab.story import ARGOCD, CASCADE, CLUSTER, application, config_map, text

PLATFORM = "https://git.example/acme/platform"
MANY = 60
FOLLOWED = "https://git.example/acme/followed"


@pytest.fixture(scope="module")
def oracle() -> Iterator[Oracle]:
    """Yield an oracle on a lab of its own, in which nothing is deployed."""
    with Lab(PARTS) as one:
        yield Oracle(one)


def _set(name: str, element: dict[str, str], **template: object) -> Object:
    source = {"repoURL": PLATFORM, "path": "app", "targetRevision": "main"}
    return {
        "apiVersion": ARGOCD,
        "kind": "ApplicationSet",
        "metadata": {"name": name},
        "spec": {
            "goTemplate": True,
            "goTemplateOptions": ["missingkey=error"],
            "generators": [{"list": {"elements": [element]}}],
            "template": {
                "metadata": {"name": "{{ .name }}", **template},
                "spec": {
                    "project": "default",
                    "destination": {"server": CLUSTER, "namespace": "portal"},
                    "source": source,
                },
            },
        },
    }


def test_an_answer(oracle: Oracle) -> None:
    """An answer holds what was generated and what it renders to."""
    files = {"app/one.yaml": text(config_map("one", size="1"))}
    labels = {"labels": {"team": "{{ .team }}"}}
    made = _set("portals", {"name": "portal", "team": "blue"}, **labels)
    answer = oracle.ask(Case("one", (made,), {PLATFORM: files}))

    assert answer["argocd"] == "3.6.1"
    assert answer["refused"] == {}
    found = answer["applications"]["portal"]
    assert found["labels"] == {"team": "blue"}
    assert found["finalizers"] == [CASCADE]
    assert found["owners"] == ["ApplicationSet portals"]
    assert found["spec"]["source"]["repoURL"] == PLATFORM
    rendered = answer["rendered"]["portal"]
    assert rendered["error"] == ""
    assert [one["data"] for one in rendered["objects"]] == [{"size": "1"}]


def test_a_case_leaves_nothing_behind(oracle: Oracle) -> None:
    """The same names mean something else in the next case, files included."""
    for size in ("1", "2"):
        files = {"app/one.yaml": text(config_map("one", size=size))}
        case = Case("one", (_set("portals", {"name": "portal"}),), {PLATFORM: files})
        objects = oracle.ask(case)["rendered"]["portal"]["objects"]
        assert [one["data"] for one in objects] == [{"size": size}]
    assert oracle.ask(Case("none", ()))["applications"] == {}


def test_errors_are_answers(oracle: Oracle) -> None:
    """What Argo CD refuses comes back in its own words."""
    made = _set("portals", {"name": "portal"}, labels={"team": "{{ .team }}"})
    answer = oracle.ask(Case("missing", (made,)))
    conditions = {one["type"]: one for one in answer["sets"]["portals"]}
    assert conditions["ErrorOccurred"]["status"] == "True"
    assert 'map has no entry for key "team"' in conditions["ErrorOccurred"]["message"]
    assert answer["applications"] == {}

    away = _set("portals", {"name": "portal"})
    away["spec"]["template"]["spec"]["source"]["repoURL"] = "https://nowhere.example/x"
    answer = oracle.ask(Case("away", (away,)))
    assert "repository not found" in answer["rendered"]["portal"]["error"]


def test_what_the_api_server_refuses(oracle: Oracle) -> None:
    """A document that breaks its schema is named with every field that is wrong."""
    broken = {
        "apiVersion": ARGOCD,
        "kind": "ApplicationSet",
        "metadata": {"name": "broken"},
        "spec": {"generators": [{"git": {"repoURL": PLATFORM}}]},
    }
    refused = oracle.ask(Case("broken", (broken,)))["refused"]
    assert refused == {
        "ApplicationSet broken": (
            "spec.generators[0].git.revision: Required value; "
            "spec.template: Required value"
        )
    }


def test_applications_that_deploy_applications(oracle: Oracle) -> None:
    """What an Application deploys of Argo CD's own objects is asked about, too."""

    def deployed(name: str, path: str) -> Object:
        source = {"repoURL": FOLLOWED, "path": path, "targetRevision": "main"}
        return application(name, "portal", [source])

    files = {
        "root/child.yaml": text(deployed("child", "app")),
        "app/one.yaml": text(config_map("one")),
    }
    root = deployed("root", "root")
    answer = oracle.follow(Case("nested", (root,), {FOLLOWED: files}))
    assert sorted(answer["applications"]) == ["child", "root"]
    kinds = [one["kind"] for one in answer["rendered"]["child"]["objects"]]
    assert kinds == ["ConfigMap"]


def test_many_cases(oracle: Oracle) -> None:
    """Dozens of cases are asked in one lab, each with its own answer."""
    for number in range(MANY):
        made = _set("portals", {"name": f"portal-{number}"})
        answer = oracle.ask(Case(str(number), (made,)), rendering=False)
        assert list(answer["applications"]) == [f"portal-{number}"]


@pytest.mark.parametrize(
    ("suite", "case"),
    [
        pytest.param(suite, case, id=f"{suite}-{case.name}")
        for suite in NAMES
        for case in cases_of(suite)
    ],
)
def test_recorded_answers_are_true(oracle: Oracle, suite: str, case: Case) -> None:
    """Today's answer to a case is the one that was recorded."""
    recorded = read(suite, case.name)
    assert recorded is not None, "record it: python -m lab record"
    assert plain(oracle.ask(case)) == plain(recorded)


def test_every_example_is_asked_or_listed() -> None:
    """No file of the examples with an ApplicationSet is passed over in silence."""
    asked = {case.name for case in example_cases()}
    left_out = set(examples_left_out())
    assert not asked & left_out
    assert len(asked | left_out) == _example_files()


def _example_files() -> int:
    return sum(
        bool(documents_in(path.parent, ["ApplicationSet"]))
        for path in _with_sets(examples_folder())
    )


def _with_sets(folder: Path) -> list[Path]:
    paths = sorted(folder.rglob("*.yaml"))
    return [path for path in paths if "kind: ApplicationSet\n" in path.read_text()]
