"""`baro check`, as a user runs it."""

import json
import shutil
import subprocess
import textwrap
from pathlib import Path

import pytest

from baro.cli import run
from tests.cli.conftest import Baro

ROOT = Path(__file__).parents[2]
PLATFORM = ROOT / "examples" / "platform"
SCHEMA = ROOT / "examples" / "incidents" / "schema"
WARNED = ROOT / "examples" / "incidents" / "endless-retry"
RULE = "chart-values-schema-violation"


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def test_a_platform_that_is_well_passes(baro: Baro) -> None:
    """Exit 0, nothing on stderr, and the scale of what was looked at."""
    ran = baro("check", PLATFORM)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.endswith("Nothing is wrong. (1 accepted)\n")
    assert "8 ApplicationSets, 8 Applications" in ran.out


def test_the_schema_incident_is_found_at_the_line_to_edit(baro: Baro) -> None:
    """Exit 1; file, line, source text, what is allowed, and the way out."""
    ran = baro("check", "examples/incidents/schema")

    assert ran.code == 1
    assert f"error  {RULE}  Application argocd/backstage-kr" in ran.out
    assert "--> examples/incidents/schema/values/backstage-kr.yaml:7:3" in ran.out
    assert "    7 |   pathType: " in ran.out
    assert "ingress.extraHosts[].pathType" in ran.out


def test_json_alone_is_on_stdout(baro: Baro) -> None:
    """The answer parses; a finding names where to edit."""
    ran = baro("check", "examples/incidents/schema", "--format", "json")
    answer = json.loads(ran.out)
    (finding,) = answer["findings"]

    assert (answer["schema"], answer["command"]) == ("baro/v1", "check")
    assert finding["rule"] == RULE
    assert finding["evidence"][0]["path"] == "ingress.pathType"
    assert finding["evidence"][0]["line"] == 7
    assert answer["summary"]["applications"] == 1
    assert ran.err == ""


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((WARNED,), 0),
        ((WARNED, "--fail-on", "warning"), 1),
        ((SCHEMA, "--exit-zero"), 0),
        ((SCHEMA, "--ignore", RULE), 0),
        ((SCHEMA, "--select", "endless-retry"), 0),
        ((SCHEMA, "--select", "chart"), 1),
        ((SCHEMA, "--select", "routing,sync"), 0),
        ((SCHEMA, "--ignore", "chart", "--ignore", "values"), 0),
        ((SCHEMA, "--app", "backstage-kr"), 1),
        ((SCHEMA, "--cluster", "in-cluster"), 1),
        ((SCHEMA, "--select", "no-such-rule"), 2),
        ((SCHEMA, "--app", "backstage-jp"), 2),
        ((SCHEMA, "--cluster", "moon"), 2),
        (("no/such/folder",), 2),
        ((SCHEMA, "--repo", "nonsense"), 2),
        ((SCHEMA, "--kubernetes-version", "banana"), 2),
        ((SCHEMA, "--argocd-version", "banana"), 2),
        ((SCHEMA, "--format", "xml"), 2),
        ((SCHEMA, "--baseline", "missing.json"), 2),
        ((SCHEMA, "--output-file", "no/such/folder/report.json"), 2),
    ],
    ids=lambda value: (
        " ".join(getattr(v, "name", str(v)) for v in value)
        if isinstance(value, tuple)
        else None
    ),
)
def test_the_exit_code_says_how_it_went(
    baro: Baro, arguments: tuple[object, ...], code: int
) -> None:
    """0 clean, 1 findings, 2 bad input; an error is one sentence with a hint."""
    ran = baro("check", *arguments)

    assert ran.code == code
    if code == 2:
        assert ran.out == ""
        assert "Traceback" not in ran.err
        assert ran.err.strip()


@pytest.mark.parametrize(
    ("misspelt", "near"),
    [
        (("check", SCHEMA, "--ignore", "chart-value-schema-violation"), RULE),
        (("check", SCHEMA, "--app", "backstage-krr"), "backstage-kr"),
        (("chek", SCHEMA), "check"),
        (("explain", "endles-retry"), "endless-retry"),
    ],
    ids=["rule", "application", "command", "page"],
)
def test_a_misspelt_name_gets_the_nearest_one(
    baro: Baro, misspelt: tuple[object, ...], near: str
) -> None:
    """Exit 2, and the hint says what was probably meant."""
    ran = baro(*misspelt)

    assert ran.code == 2
    assert near in ran.err


def test_a_gap_fails_only_when_asked(baro: Baro, tmp_path: Path) -> None:
    """Unknown is never green, and never an error unless --strict."""
    (tmp_path / "app.yaml").write_text(
        """apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: shop, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example/other, path: shop, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
""",
        encoding="utf-8",
    )
    ran = baro("check", tmp_path)

    assert ran.code == 0
    assert "Nothing is wrong in what could be seen." in ran.out
    assert "repositories: {https://git.example/other: FOLDER}" in ran.out
    assert baro("check", tmp_path, "--strict").code == 1


def test_a_baseline_hides_what_was_there_before(baro: Baro, tmp_path: Path) -> None:
    """Written once, only new findings count; a new finding still fails."""
    file = tmp_path / "baseline.json"

    assert baro("check", SCHEMA, "--write-baseline", file).code == 0
    again = baro("check", SCHEMA, "--baseline", file)
    other = baro("check", SCHEMA, "--baseline", file, "--format", "json")

    assert again.code == 0
    assert "Nothing new is wrong. (1 in the baseline)" in again.out
    assert json.loads(other.out)["findings"] == []
    assert baro("check", PLATFORM, "--baseline", file).code == 0


def test_an_accepted_finding_does_not_count(baro: Baro, tmp_path: Path) -> None:
    """`accept:` in baro.yaml takes a finding out, with its reason in the JSON."""
    copy = tmp_path / "schema"
    shutil.copytree(SCHEMA, copy)
    subject = "Application/argocd/backstage-kr"
    with (copy / "baro.yaml").open("a", encoding="utf-8") as config:
        config.write(f"accept: [{{rule: {RULE}, subject: {subject}, reason: known}}]\n")

    ran = baro("check", copy, "--format", "json")
    answer = json.loads(ran.out)

    assert (ran.code, answer["findings"]) == (0, [])
    assert [a["reason"] for a in answer["accepted"]] == ["known"]


def test_a_rule_that_is_accepted_and_does_not_exist(baro: Baro, tmp_path: Path) -> None:
    """It would accept nothing, ever: told at its line, with the nearest name."""
    entry = "{rule: endless-retries, subject: '*', reason: known}"
    (tmp_path / "baro.yaml").write_text(f"accept:\n  - {entry}\n", encoding="utf-8")

    ran = baro("check", tmp_path)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.endswith(
        "baro.yaml:2:6: no rule is called 'endless-retries'\n"
        "hint: did you mean endless-retry?\n"
    )


def test_an_output_file_is_whole_or_not_there(baro: Baro, tmp_path: Path) -> None:
    """The answer goes to the file, stdout stays empty, no temporary file is left."""
    file = tmp_path / "report.sarif"

    ran = baro("check", SCHEMA, "--format", "sarif", "-o", file)

    assert (ran.code, ran.out) == (1, "")
    assert json.loads(file.read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert list(tmp_path.iterdir()) == [file]


def test_korean_is_spoken_where_it_is_asked_for(
    baro: Baro, monkeypatch: pytest.MonkeyPatch
) -> None:
    """--lang ko, or BARO_LANG."""
    by_flag = baro("check", SCHEMA, "--lang", "ko").out
    monkeypatch.setenv("BARO_LANG", "ko")

    assert "오류" in by_flag
    assert "오류" in baro("check", SCHEMA).out


def test_a_bug_ends_in_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3 and no traceback, unless it is asked for."""

    class Broken:
        """A command that fails."""

        def main(self, *_: object, **__: object) -> None:
            """Fail as a bug does."""
            message = "boom"
            raise RuntimeError(message)

    monkeypatch.delenv("BARO_TRACEBACK", raising=False)
    monkeypatch.setattr("baro.cli.group", Broken())

    assert run(["check"]) == 3
    assert "baro itself failed: RuntimeError: boom" in capsys.readouterr().err

    monkeypatch.setenv("BARO_TRACEBACK", "1")
    with pytest.raises(RuntimeError, match="boom"):
        run(["check"])


def test_a_feature_branch_can_stand_for_main(baro: Baro, tmp_path: Path) -> None:
    """--as main checks what the merge would give; without it main is Git's."""
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.org")
    copy = tmp_path / "platform"
    shutil.copytree(SCHEMA, copy)
    for path in copy.rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace("HEAD", "main"), encoding="utf-8")
    values = copy / "values" / "backstage-kr.yaml"
    broken = values.read_text(encoding="utf-8")
    lines = [line for line in broken.splitlines() if "pathType" not in line]
    values.write_text("\n".join(lines) + "\n", encoding="utf-8")
    for command in (
        ("init", "-q", "-b", "main"),
        ("add", "."),
        ("commit", "-q", "-m", "well"),
        ("checkout", "-q", "-b", "feature"),
    ):
        subprocess.run((*git, *command), cwd=copy, check=True)
    values.write_text(broken, encoding="utf-8")

    only = ("--select", RULE)
    assert baro("check", copy, *only).code == 0
    assert baro("check", copy, *only, "--as", "main").code == 1


def test_the_place_of_a_finding_opens_from_here(
    baro: Baro, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a repository beside this one, too; and the line shown is that file's."""
    application = """\
        apiVersion: argoproj.io/v1alpha1
        kind: Application
        metadata: {name: a, namespace: argocd}
        spec:
          project: default
          source: {repoURL: 'https://git.example/b', path: objects}
          destination: {server: 'https://kubernetes.default.svc', namespace: default}
        """
    removed = "kind: Ingress\napiVersion: extensions/v1beta1\nmetadata: {name: a}\n"
    for name, text in {
        "here/objects/a.yaml": "# not this one\n# nor this one\n",
        "here/apps/a.yaml": textwrap.dedent(application),
        "beside/objects/a.yaml": removed,
    }.items():
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "here")

    ran = baro(
        *("check", "apps", "--repo", "https://git.example/b=../beside"),
        *("--select", "removed-kubernetes-api"),
    )

    assert "--> ../beside/objects/a.yaml:2:1\n" in ran.out
    assert "    2 | apiVersion: extensions/v1beta1\n" in ran.out


@pytest.mark.parametrize(
    ("files", "arguments"),
    [
        ({}, ()),
        ({}, ("--manifests",)),
        ({"chart/Chart.yaml": "{apiVersion: v2, name: a, version: 1.0.0}"}, ()),
    ],
    ids=["nothing", "no objects", "a chart that nobody installs"],
)
def test_a_folder_with_nothing_to_judge_is_not_called_well(
    baro: Baro, tmp_path: Path, files: dict[str, str], arguments: tuple[str, ...]
) -> None:
    """Nothing was looked at, so nothing is known."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text, encoding="utf-8")

    ran = baro("check", tmp_path, *arguments)

    assert ran.code == 0
    assert ran.out.splitlines()[-1].endswith("0 notes, 1 gap")
    assert baro("check", tmp_path, *arguments, "--strict").code == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--argocd-version", "x"), "hint: write it like 3.5"),
        (("--argocd-version", "2026-01-01"), "hint: write it like 3.5"),
        (("--kubernetes-version", "1"), "hint: write it like 1.36"),
        (("--select", "routng"), "hint: did you mean routing?"),
        (("--ignore", "zzz"), "hint: `baro rules` lists them"),
        (("--select", "chart", "--ignore", "chart"), "--ignore leaves out all"),
        (("--config", "nope.yaml"), "nope.yaml: no such file"),
    ],
)
def test_bad_flag_is_told_with_the_way_out(
    baro: Baro, arguments: tuple[str, ...], said: str
) -> None:
    """In the words of the flag."""
    ran = baro("check", "examples/incidents/schema", *arguments)

    assert (ran.code, ran.out) == (2, "")
    assert said in ran.err
