"""Operations that outlive what they were made for, and what they hold up."""

import time

from lab import faults
from lab.faults.objects import terminate
from tests.lab.story import CASCADE, Story

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: portal\nversion: 1.0.0\n",
    "chart/templates/settings.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
        "data: {size: {{ .Values.size | quote }}}\n"
    ),
}
HELD_SECONDS = 5


def _two_revisions(story: Story) -> tuple[str, str, str]:
    """Return a synced Application on one repository, and its two revisions.

    Both are pushed before there is an Application: a push between two comparisons of
    one that has several sources can make Argo CD pin the two by itself.
    """
    old = story.repository.push({**CHART, "values.yaml": "size: one\n"})
    new = story.repository.push({"values.yaml": "size: two\n"})
    name = story.application(
        [
            story.folder("", ref="values"),
            story.folder("chart", helm={"valueFiles": ["$values/values.yaml"]}),
        ]
    )
    story.until_synced(name)
    assert story.status(name)["sync"]["revisions"] == [new, new]
    return name, old, new


def _operation_message(story: Story, name: str) -> str:
    def message() -> str:
        state = story.status(name).get("operationState", {})
        words = str(state.get("message", ""))
        return words if "cannot reference" in words else ""

    return str(story.until(f"the operation of {name} says why", message))


def test_a_stale_operation(story: Story) -> None:
    """An operation pinned to two revisions fails, and only the operation says so."""
    name, old, new = _two_revisions(story)
    with story.lab.fault(faults.operation_pinned, name, [old, new]):
        message = _operation_message(story, name)
        assert message.startswith(
            "ComparisonError: Failed to load target state: failed to generate "
            "manifest for source 2 of 2: rpc error: code = Unknown desc = cannot "
            "reference a different revision of the same repository "
            f'($values references "{old}" which resolves to "{old}" '
            f'while the application references "{new}" which resolves to "{new}")'
        )
        found = story.lab.application(name)
        assert found["status"]["operationState"]["phase"] == "Running"
        assert "operation" in found
        assert not found["status"].get("conditions")
    story.until("it is over", lambda: "operation" not in story.lab.application(name))
    state = story.status(name)["operationState"]
    assert state["phase"] in {"Failed", "Error"}


def test_a_deletion_behind_an_operation(story: Story) -> None:
    """A running operation holds up a deletion, and nothing says why."""
    name, old, new = _two_revisions(story)
    with story.lab.fault(faults.operation_pinned, name, [old, new]):
        _operation_message(story, name)
        story.lab.kubernetes.delete(story.lab.application(name))
        time.sleep(HELD_SECONDS)
        found = story.lab.application(name)
        assert found["metadata"]["deletionTimestamp"]
        assert found["metadata"]["finalizers"] == [CASCADE]
        assert not found["status"].get("conditions")
        assert story.find("v1", "ConfigMap", "settings")

        terminate(story.lab, name)
        story.until("it is gone", lambda: story.lab.application(name) is None)
    assert story.find("v1", "ConfigMap", "settings") is None
