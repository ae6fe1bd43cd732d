"""`baro render`, `tree`, `trace`, `explain`, `rules`, `init`, as a user runs them."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from baro.rules.catalog import catalog
from tests.cli.conftest import Baro

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_render_prints_what_one_application_applies(baro: Baro) -> None:
    """YAML documents, each with the chain that it came by as a comment."""
    ran = baro("render", "examples/platform", "--app", "backstage-kr-hub")
    objects = list(yaml.safe_load_all(ran.out))

    assert (ran.code, ran.err) == (0, "")
    kinds = {o["kind"] for o in objects}
    assert {"Deployment", "Ingress", "Service", "StatefulSet"} <= kinds
    assert {o["metadata"]["namespace"] for o in objects} == {"backstage-kr"}
    assert "# examples/platform/vendor/charts/backstage-2.8.2/templates/" in ran.out


def test_render_without_an_application_prints_the_whole_state(baro: Baro) -> None:
    """Applications and ApplicationSets are objects, too."""
    ran = baro("render", "examples/platform", "--format", "json")
    answer = json.loads(ran.out)
    kinds = [entry["object"]["kind"] for entry in answer["objects"]]

    assert kinds.count("ApplicationSet") == 8
    assert kinds.count("Application") == 8
    assert answer["gaps"] == []
    ingress = next(e for e in answer["objects"] if e["object"]["kind"] == "Ingress")
    assert ingress["cluster"] == "hub"
    assert ingress["application"].startswith("argocd/")
    whats = [link["what"] for link in ingress["origin"]]
    assert whats[0] == "chart template"
    assert "applicationset template" in whats


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--kind", "Nope"), "no Nope is here; kinds: AppProject, "),
        (("--kind", "Nope", "--cluster", "hub"), "no Nope is here for cluster hub; "),
        (("--cluster", "nowhere"), "nothing is for cluster nowhere; clusters: hub"),
    ],
)
def test_render_says_that_a_filter_leaves_nothing(
    baro: Baro, words: tuple[str, ...], told: str
) -> None:
    """On stderr, with what is there; stdout stays empty."""
    ran = baro("render", "examples/platform", *words)
    assert (ran.code, ran.out) == (0, "")
    assert told in ran.err


def test_render_filters_by_kind(baro: Baro) -> None:
    """--kind may be repeated and does not mind upper and lower case."""
    ran = baro(
        "render", "examples/platform", "--kind", "ingress", "--kind", "Certificate"
    )

    assert {o["kind"] for o in yaml.safe_load_all(ran.out)} == {"Ingress"}


def test_render_takes_plain_objects_as_they_are(baro: Baro, tmp_path: Path) -> None:
    """--manifests reads a dump; Secrets are redacted on entry."""
    (tmp_path / "dump.yaml").write_text(
        """apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: b}}
  - apiVersion: v1
    kind: Secret
    metadata: {name: s, namespace: b}
    data: {password: aHVudGVyMg==}
""",
        encoding="utf-8",
    )
    ran = baro("render", "--manifests", tmp_path / "dump.yaml")

    assert [o["kind"] for o in yaml.safe_load_all(ran.out)] == ["ConfigMap", "Secret"]
    assert "aHVudGVyMg" not in ran.out
    assert "hunter2" not in ran.out


def test_tree_shows_who_makes_whom(baro: Baro) -> None:
    """From the roots down, with what each Application holds."""
    ran = baro("tree", "examples/platform")
    lines = [line.strip(" │├└─") for line in ran.out.splitlines()]

    assert ran.code == 0
    assert lines[0].startswith("ApplicationSet argocd/addons-appset")
    assert any(line.startswith("Application argocd/backstage-kr-hub") for line in lines)
    assert "Ingress" in ran.out


def test_tree_in_json_nests_children(baro: Baro) -> None:
    """Every object is somewhere below a root."""
    roots = json.loads(baro("tree", "examples/platform", "--format", "json").out)

    def count(nodes: list[dict[str, Any]]) -> int:
        return sum(1 + count(node["children"]) for node in nodes)

    assert count(roots["roots"]) == 76


def test_trace_names_the_line_and_what_it_overrides(baro: Baro) -> None:
    """The strongest setter first, the chart's default last, then what it makes."""
    ran = baro("trace", "examples/platform", "backstage-kr-hub", "ingress.path")

    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0].startswith("ingress.path = /  (backstage-kr-hub, chart backstage")
    assert lines[2].startswith(
        "set by    examples/platform/packages/backstage-kr/values.yaml:4:3"
    )
    assert "overrides examples/platform/packages/backstage/" in ran.out
    assert "chart default: /" in ran.out
    assert "spec.rules[0].http.paths[0].path: /" in ran.out


def test_trace_follows_a_value_to_the_cluster_annotation(baro: Baro) -> None:
    """Through the ApplicationSet's template to the line of the annotation."""
    ran = baro(
        "trace",
        "examples/platform",
        "backstage-kr-hub",
        "ingress.host",
        "--format",
        "json",
    )
    (trace,) = json.loads(ran.out)["traces"]
    first = trace["setters"][0]

    assert trace["value"] == "backstage-kr.platform.example"
    assert first["file"] == "examples/platform/packages/addons/values.yaml"
    (feed,) = first["feeds"]
    assert feed["parameter"] == "metadata.annotations.domain"
    assert feed["file"].endswith("packages/argo-cd/manifests/hub-cluster.yaml")


@pytest.mark.parametrize(
    ("app", "path", "hint"),
    [
        ("backstage-kr-hub", "ingres.path", "ingress.path"),
        ("backstage-krr-hub", "ingress.path", "backstage-kr-hub"),
        ("backstage-kr-hub", "ingress..[", "write it like"),
        ("argo-cd-hub", "x", "baro render"),
    ],
    ids=["value", "application", "not a path", "no chart"],
)
def test_trace_of_nothing_says_what_is_near(
    baro: Baro, app: str, path: str, hint: str
) -> None:
    """Exit 2 and a hint that leads on."""
    ran = baro("trace", "examples/platform", app, path)

    assert (ran.code, ran.out) == (2, "")
    assert hint in ran.err


def test_explain_prints_the_page_of_every_rule(baro: Baro) -> None:
    """One text: the docstring, with the id on top."""
    for rule in catalog().values():
        ran = baro("explain", rule.id)
        assert ran.code == 0
        assert ran.out.startswith(f"# {rule.id}\n\n{rule.title}")
        assert "## How to fix" in ran.out


def test_rules_lists_every_rule_by_layer(baro: Baro) -> None:
    """Text for people, JSON for programs."""
    text = baro("rules").out
    listed = json.loads(baro("rules", "--format", "json").out)["rules"]

    assert {rule["id"] for rule in listed} == set(catalog())
    assert all(rule.id in text for rule in catalog().values())


def test_init_proposes_what_check_needs(baro: Baro, tmp_path: Path) -> None:
    """Without baro.yaml the roots and the chart store are found and written down."""
    copy = tmp_path / "platform"
    shutil.copytree(ROOT / "examples" / "platform", copy)
    (copy / "baro.yaml").unlink()

    ran = baro("init", copy)

    assert ran.code == 0
    settings = yaml.safe_load((copy / "baro.yaml").read_text(encoding="utf-8"))
    assert settings["roots"][0]["chart"] == "packages/appset-chart"
    assert settings["charts"] == ["vendor/charts"]
    checked = baro("check", copy, "--format", "json")
    assert json.loads(checked.out)["findings"] == []
    assert baro("init", copy).code == 2


def test_help_imports_neither_helm_nor_rich() -> None:
    """--help is instant because it imports almost nothing."""
    code = (
        "import sys; from baro.cli import run; run(['--help']); "
        "heavy = {'yaml', 'rich', 'jinja2', 'msgspec', 'helm_python'}; "
        "sys.exit(', '.join(heavy & set(sys.modules)) or None)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )

    assert (ran.returncode, ran.stderr) == (0, "")
    assert "Find what will break, before the merge." in ran.stdout


def test_an_end_of_the_reader_is_no_error(tmp_path: Path) -> None:
    """`baro rules | head -1` ends quietly."""
    command = f"{sys.executable} -m baro rules | head -1"
    ran = subprocess.run(
        ["sh", "-c", command], capture_output=True, text=True, check=False, cwd=tmp_path
    )

    assert ran.stderr == ""


def test_trace_shows_the_line_of_a_text_that_holds_the_value(baro: Baro) -> None:
    """A configuration file in a ConfigMap is not printed whole."""
    ran = baro(
        "trace",
        "examples/platform",
        "backstage-kr-hub",
        "backstage.appConfig.app.baseUrl",
    )

    made = ran.out.partition("makes\n")[2].splitlines()
    assert made == [
        (
            "          ConfigMap backstage-kr/backstage-app-config  "
            "data['app-config.yaml']: baseUrl: https://backstage-kr.platform.example"
            "  (line 2 of 59)"
        ),
        (
            "              "
            "examples/platform/vendor/charts/backstage-2.8.2/templates/app-config.yaml"
        ),
    ]


def test_trace_names_a_template_once(baro: Baro) -> None:
    """Fields that come one after another from one template are listed together."""
    ran = baro("trace", "examples/platform-path", "backstage-kr-hub", "extraDeploy")

    assert ran.out.count("templates/extra-deploy.yaml") == 1
    assert ran.out.count("Ingress backstage-kr/backstage") > 5
