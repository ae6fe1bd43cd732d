"""Two references to one repository at two revisions: what Argo CD makes of them."""

import json

from lab.api import Object
from lab.parity.rendering import render
from tests.lab.story import CLUSTER, Story

PRINTS = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: printed}
data: {values: {{ toJson .Values | quote }}}
"""
CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: prints\nversion: 1.0.0\n",
    "chart/templates/printed.yaml": PRINTS,
}


def test_the_first_reference_decides_for_both(story: Story) -> None:
    """Nothing is refused: both names stand for the first one's commit.

    So the values of the second reference silently come from another revision than its
    source names. Argo CD has words for it ("cannot reference multiple revisions for
    the same repository"), and does not say them here: working out the cache's key has
    by then written the first one's commit into both (reposerver/cache/cache.go).
    """
    values = story.lab.git(f"{story.name}-values", {"a.yaml": "a: old\n"})
    old = story.lab.push(values, {"b.yaml": "b: old\n"})
    story.lab.push(values, {"a.yaml": "a: new\n", "b.yaml": "b: new\n"})
    story.repository.push(CHART)

    def printed(first: str, second: str) -> Object:
        chart = {
            "repoURL": story.repository.url,
            "targetRevision": "main",
            "path": "chart",
            "helm": {"valueFiles": ["$first/a.yaml", "$second/b.yaml"]},
        }
        named = {"first": first, "second": second}
        references = [
            {"repoURL": values.url, "targetRevision": revision, "ref": name}
            for name, revision in named.items()
        ]
        spec = {
            "project": "default",
            "destination": {"server": CLUSTER, "namespace": story.name},
            "sources": [chart, *references],
        }
        answer = render(story.lab, {story.name: {"spec": spec}})[story.name]
        assert answer["error"] == ""
        found: Object = json.loads(answer["objects"][0]["data"]["values"])
        return found

    assert printed("HEAD", "main") == {"a": "new", "b": "new"}
    assert printed(old, "main") == {"a": "old", "b": "old"}
    assert printed("main", old) == {"a": "new", "b": "new"}


def test_a_hard_refresh_refuses_it(story: Story) -> None:
    """Without its cache, Argo CD says that the two revisions are not one."""
    values = story.lab.git(f"{story.name}-values", {"a.yaml": "a: 1\n"})
    story.repository.push(CHART)
    options = {"valueFiles": ["$first/a.yaml", "$second/a.yaml"]}
    references = [
        {"repoURL": values.url, "targetRevision": revision, "ref": name}
        for name, revision in (("first", "HEAD"), ("second", "main"))
    ]
    name = story.application([story.folder("chart", helm=options), *references])
    story.until_synced(name)
    story.lab.refresh(name, hard=True)
    message = story.until_condition(name, "ComparisonError", "cannot reference")
    assert message.endswith(
        "cannot reference multiple revisions for the same repository "
        '($second references "main" while $first references "HEAD")'
    )
