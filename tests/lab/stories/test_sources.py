"""What Argo CD says when it cannot make manifests."""

import json
from pathlib import Path

from lab import Lab, faults
from tests.lab.story import Story, config_map, text

CHART = {
    "chart/Chart.yaml": "apiVersion: v2\nname: portal\nversion: 1.0.0\n",
    "chart/values.yaml": "ingress: {enabled: false}\n",
    "chart/values.schema.json": json.dumps(
        {
            "type": "object",
            "properties": {
                "ingress": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"enabled": {"type": "boolean"}},
                }
            },
        }
    ),
    "chart/templates/settings.yaml": (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n"
        "data: {enabled: {{ .Values.ingress.enabled | quote }}}\n"
    ),
}


def test_values_against_the_schema(story: Story) -> None:
    """A value that a chart's schema does not know stops the whole Application."""
    story.repository.push(
        {**CHART, "values.yaml": "ingress: {enabled: true, pathType: Prefix}\n"}
    )
    name = story.application(
        [
            story.folder("", ref="values"),
            story.folder("chart", helm={"valueFiles": ["$values/values.yaml"]}),
        ]
    )
    message = story.until_condition(
        name,
        "ComparisonError",
        "Error: values don't meet the specifications of the schema(s) in the "
        "following chart(s):\nportal:\n"
        "- at '/ingress': additional properties 'pathType' not allowed",
    )
    assert message.startswith(
        "Failed to load target state: failed to generate manifest for source 2 of 2: "
        "rpc error: code = Unknown desc = "
    )
    assert story.status(name)["sync"]["status"] == "Unknown"

    story.repository.push({"values.yaml": "ingress: {enabled: true}\n"})
    story.lab.refresh(name)
    story.until_synced(name)
    story.until_no_condition(name)


def test_two_revisions_in_the_spec(story: Story) -> None:
    """Two revisions of one repository conflict when one refers to the other."""
    old = story.repository.push({**CHART, "values.yaml": "{}\n"})
    new = story.repository.push({"values.yaml": "ingress: {enabled: true}\n"})
    name = story.application(
        [
            story.folder("", ref="values", targetRevision=old),
            story.folder("chart", helm={"valueFiles": ["$values/values.yaml"]}),
        ]
    )
    message = story.until_condition(name, "ComparisonError", "cannot reference")
    assert message == (
        "Failed to load target state: failed to generate manifest for source 2 of 2: "
        "rpc error: code = Unknown desc = cannot reference a different revision of "
        f'the same repository ($values references "{old}" which resolves to "{old}" '
        f'while the application references "main" which resolves to "{new}")'
    )


def test_a_repository_that_is_away(story: Story) -> None:
    """What cannot be fetched is Unknown, and Unknown is shown as Healthy."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    name = story.application([story.folder("app")], automated=False)
    story.until("a comparison", lambda: story.status(name).get("sync"))
    with story.lab.fault(faults.git_unreachable, story.repository):
        story.lab.refresh(name, hard=True)
        story.until_condition(name, "ComparisonError", "failed to list refs")
        assert story.status(name)["sync"]["status"] == "Unknown"
        assert story.status(name)["health"]["status"] == "Healthy"
    story.lab.refresh(name, hard=True)
    story.until_no_condition(name)


def test_a_repository_that_fails(story: Story) -> None:
    """An HTTP failure of the Git server is named with its status."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    with story.lab.fault(faults.git_failing, story.repository, 503):
        name = story.application([story.folder("app")])
        message = story.until_condition(name, "ComparisonError", "failed to list refs")
    assert "503" in message


def test_a_revision_that_is_gone(story: Story) -> None:
    """A commit that was rewritten away cannot be rendered any more."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    lost = story.repository.push({"app/one.yaml": text(config_map("two"))})
    with story.lab.fault(faults.revision_gone, story.repository) as gone:
        assert gone == lost
        name = story.application([story.folder("app", targetRevision=lost)])
        story.until_condition(name, "ComparisonError", lost)
    story.lab.refresh(name, hard=True)
    story.until_synced(name)


def test_a_chart_repository_that_is_gone(lab: Lab, story: Story) -> None:
    """A chart that cannot be pulled names the pull; its health is Healthy."""
    with lab.fault(faults.charts_gone):
        name = story.application(
            [
                {
                    "repoURL": f"{lab.web.address}/charts",
                    "chart": "portal",
                    "targetRevision": "1.0.0",
                }
            ]
        )
        story.until_condition(name, "ComparisonError", "404")
    assert story.status(name)["health"]["status"] == "Healthy"


def test_a_repository_that_asks_who_is_there(lab: Lab, story: Story) -> None:
    """Without credentials the reason is named; a Secret with them is enough."""
    story.repository.push({"app/one.yaml": text(config_map("one"))})
    asking = lab.fault(
        faults.git_asks_for_credentials, story.repository, "robot", "wrench"
    )
    with asking:
        name = story.application([story.folder("app")])
        story.until_condition(name, "ComparisonError", "authentication required")
        lab.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": f"credentials-{story.name}",
                    "namespace": "argocd",
                    "labels": {"argocd.argoproj.io/secret-type": "repository"},
                },
                "stringData": {
                    "type": "git",
                    "url": story.repository.url,
                    "username": "robot",
                    "password": "wrench",
                },
            }
        )
        lab.refresh(name, hard=True)
        story.until_synced(name)


def _folder(tmp_path: Path) -> Path:
    """Return the chart as files."""
    for name, content in CHART.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return tmp_path / "chart"


def test_a_chart_from_a_repository(lab: Lab, story: Story, tmp_path: Path) -> None:
    """A chart is pulled from a Helm repository at a foreign address."""
    url = "https://charts.example/portal"
    lab.chart(_folder(tmp_path), url=url)
    chart = {"repoURL": url, "chart": "portal", "targetRevision": "1.*"}
    name = story.application([chart])
    story.until_synced(name)
    assert story.status(name)["sync"]["revisions"] == ["1.0.0"]


def test_a_chart_from_a_registry(lab: Lab, story: Story, tmp_path: Path) -> None:
    """A chart is pulled from an OCI registry."""
    address = lab.oci_chart(_folder(tmp_path))
    lab.apply(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {
                "name": f"registry-{story.name}",
                "namespace": "argocd",
                "labels": {"argocd.argoproj.io/secret-type": "repository"},
            },
            "stringData": {
                "type": "helm",
                "name": "registry",
                "url": address,
                "enableOCI": "true",
                "insecureOCIForceHttp": "true",
            },
        }
    )
    chart = {"repoURL": address, "chart": "portal", "targetRevision": "1.0.0"}
    name = story.application([chart])
    story.until_synced(name)
