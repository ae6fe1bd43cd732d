"""Templates inside of templates, as Argo CD evaluates them since 3.6."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from baro.expand.applicationsets.texts import GoTexts
from baro.expand.ports import UNDECIDED, HelmEngine
from baro.model import yamltext
from tests.expand.generation import expand

TABLE = yamltext.read(
    (Path(__file__).parent / "innertexts" / "tpl.yaml").read_text(encoding="utf-8")
)[0].value
EVERY = ("none", "error", "zero")


def _cases() -> Iterator[Any]:
    for case in TABLE["cases"]:
        for missing in case.get("missingkey", EVERY):
            identity = f"{case['template']} {missing}"
            yield pytest.param(case, missing, id=identity)


@pytest.mark.parametrize(("case", "missing"), list(_cases()))
def test_tpl_prints_what_argo_cd_prints(
    case: Mapping[str, str], missing: str, engine: HelmEngine
) -> None:
    """Texts and errors are Argo CD's; what Helm would do otherwise is a doubt."""
    options = () if missing == "none" else (f"missingkey={missing}",)
    template = case["template"]
    ((said,),) = GoTexts(engine, options).render([template], [TABLE["params"]])
    if "text" in case:
        assert said == case["text"]
        return
    assert not isinstance(said, str)
    wanted = f"failed to execute go template {template}: {case.get('error')}"
    if "doubt" in case:
        wanted = f"{UNDECIDED}{case['doubt']}"
    assert said.message == wanted


def _generated(inner: str, version: str, engine: HelmEngine) -> tuple[list[str], ...]:
    template = {
        "metadata": {
            "name": "{{ .name }}",
            "labels": {"a": '{{ "x" }}\n{{ tpl .t . }}'},
        },
        "spec": {"project": "p", "destination": {}, "source": {"repoURL": "r"}},
    }
    elements = [{"name": "web", "t": inner}]
    spec = {
        "goTemplate": True,
        "generators": [{"list": {"elements": elements}}],
        "template": template,
    }
    found = expand({"applicationset": spec, "argocd": version}, engine)
    labels = [one.text("metadata", "labels", "a") for one in found.applications]
    return (
        labels,
        [failure.message for failure in found.failures],
        [gap.reason for gap in found.gaps],
    )


def test_a_doubt_is_a_gap_and_no_failure(engine: HelmEngine) -> None:
    """What nobody can tell here is said once, with the field that it is about."""
    labels, failures, gaps = _generated("{{ .name | normalize }}", "3.6", engine)
    assert labels == failures == []
    assert gaps == [
        (
            "what spec.template.metadata.labels.a gives cannot be told without "
            "Argo CD: normalize inside of tpl"
        )
    ]


def test_before_3_6_there_is_no_tpl(engine: HelmEngine) -> None:
    """The function is refused, at its line."""
    assert _generated("{{ .name }}", "3.6", engine) == (["x\nweb"], [], [])
    assert _generated("{{ .name }}", "3.5.1", engine) == (
        [],
        [
            (
                'failed to parse template {{ "x" }}\n{{ tpl .t . }}: '
                'template: base:2: function "tpl" not defined'
            )
        ],
        [],
    )


def test_what_may_go_too_deep_is_a_doubt(engine: HelmEngine) -> None:
    """Argo CD evaluates three levels, and Helm any number of them."""
    levels = {"a": "{{ .name }}", "name": "web"}
    levels |= {"b": "{{ tpl .a . }}", "c": "{{ tpl .b . }}"}
    texts = GoTexts(engine)
    assert texts.render(["{{ tpl .c . }}"], [levels]) == [["web"]]
    ((said,),) = texts.render(["{{ tpl .d . }}"], [levels | {"d": "{{ tpl .c . }}"}])
    assert not isinstance(said, str)
    assert said.message == f"{UNDECIDED}tpl inside of tpl, too deep"


def test_a_name_that_is_no_function_may_be_tpl(engine: HelmEngine) -> None:
    """Fields, variables and texts called `tpl` are nobody's function."""
    texts = GoTexts(engine, tpl=False)
    template = '{{ .tpl }} {{ $tpl := "tpl" }}{{ $tpl }} {{/* tpl */}}tpl'
    assert texts.render([template, "x"], [{"tpl": "a"}]) == [["a tpl tpl", "x"]]
