"""A few lines that ask for millions: bounded, and said so."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.attack import CONFIG_MAP, HERE, URL, application, baro, gaps, write


def _list(key: str, count: int) -> dict[str, Any]:
    return {"list": {"elements": [{key: str(number)} for number in range(count)]}}


def _matrix(*generators: Any) -> dict[str, Any]:
    return {"matrix": {"generators": list(generators)}}


def _applicationset(*generators: Any, name: str = "x") -> str:
    source = {"repoURL": URL, "path": "m", "targetRevision": "main"}
    body = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "ApplicationSet",
        "metadata": {"name": "many", "namespace": "argocd"},
        "spec": {
            "goTemplate": True,
            "generators": list(generators),
            "template": {
                "metadata": {"name": name},
                "spec": {"project": "default", "destination": {}, "source": source},
            },
        },
    }
    return json.dumps(body)


@pytest.mark.parametrize(
    "generator",
    [
        _matrix(_list("a", 2000), _list("b", 2000)),
        _matrix(_matrix(_list("a", 200), _list("b", 200)), _list("c", 300)),
        _matrix(_list("c", 300), _matrix(_list("a", 200), _list("b", 200))),
    ],
    ids=("pair", "first", "second"),
)
def test_a_matrix_of_millions_is_a_gap(
    tmp_path: Path, generator: dict[str, Any]
) -> None:
    """The ApplicationSet is named; nothing is claimed of what it generates."""
    write(tmp_path, {"baro.yaml": HERE, "set.yaml": _applicationset(generator)})
    answer = json.loads(baro(tmp_path, "check", "--format", "json").out)

    assert [gap["reason"] for gap in answer["gaps"]] == [
        "its matrix gives more than 250,000 parameter sets, which are not expanded"
    ]
    assert answer["findings"] == []


def test_aliases_and_loops_in_elements_end(tmp_path: Path) -> None:
    """Laughs are Go's own refusal; a template that prints for ever is stopped."""
    laughs = "a: &a [x,x,x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{','.join([f'*{chr(97 + i)}'] * 9)}]\n"
        for i in range(12)
    )
    endless = '{{ repeat 30000000 "- {a: b}\\n" }}'
    generators = [
        {"list": {"elements": [], "elementsYaml": laughs}},
        _matrix(_list("n", 1), {"list": {"elementsYaml": endless}}),
    ]
    write(tmp_path, {"baro.yaml": HERE, "set.yaml": _applicationset(*generators)})
    answer = json.loads(baro(tmp_path, "check", "--format", "json").out)

    [finding] = answer["findings"]
    assert "excessive aliasing" in finding["message"]
    [gap] = answer["gaps"]
    assert gap["reason"].startswith(
        "what spec.generators[1].matrix.generators[1].list.elementsYaml gives cannot "
        "be told without Argo CD: Helm's engine "
    )


def test_a_yaml_text_beyond_the_bounds_is_a_gap(tmp_path: Path) -> None:
    """It may be good YAML; nobody read it."""
    long = '{{ repeat 2000000 "- {a: b}\\n" }}'
    deep = '{{ repeat 300 "[" }}{{ repeat 300 "]" }}'
    generators = [
        _matrix(_list("n", 1), {"list": {"elementsYaml": text}})
        for text in (long, deep)
    ]
    write(tmp_path, {"baro.yaml": HERE, "set.yaml": _applicationset(*generators)})
    answer = json.loads(baro(tmp_path, "check", "--format", "json").out)

    assert answer["findings"] == []
    reasons = [gap["reason"].partition("Argo CD: ")[2] for gap in answer["gaps"]]
    assert reasons == [
        "a text longer than 16 MiB",
        "a text nested deeper than 200 levels",
    ]


def test_a_chart_that_installs_itself_ends(tmp_path: Path) -> None:
    """Each level has a new name; the chain is cut and shown."""
    counted = {"parameters": [{"name": "n", "value": "{{ add .Values.n 1 }}"}]}
    template = application("a{{ add .Values.n 1 }}", path="c", helm=counted)
    chart = "apiVersion: v2\nname: c\nversion: 1.0.0\n"
    write(
        tmp_path,
        {
            "baro.yaml": HERE,
            "apps/a.yaml": application("a0", path="c"),
            "c/Chart.yaml": chart,
            "c/values.yaml": "n: 0\n",
            "c/templates/a.yaml": template,
        },
    )
    [(subject, reason)] = gaps(tmp_path).items()

    assert subject == "Application argocd/a20"
    assert reason.startswith(
        "more than 20 levels of Applications in Applications: Application argocd/a20 "
        "<- Application argocd/a19 <- Application argocd/a18"
    )


def test_an_application_that_renders_itself_is_one(tmp_path: Path) -> None:
    """Directly, and by way of another."""
    files = {
        "baro.yaml": HERE,
        "apps/a.yaml": application("a", path="apps"),
        "one/b.yaml": application("b", path="two"),
        "two/c.yaml": application("c", path="one"),
    }
    write(tmp_path, files)
    answer = json.loads(baro(tmp_path, "check", "--format", "json").out)

    assert answer["summary"]["applications"] == 3


def test_replicas_may_be_any_number(tmp_path: Path) -> None:
    """Two thousand million claims are not counted one by one."""
    workload = {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": {"name": "a"},
        "spec": {
            "replicas": 2**31 - 1,
            "template": {"spec": {"containers": [{"name": "a", "image": "a:1"}]}},
            "volumeClaimTemplates": [{"metadata": {"name": "data"}}],
        },
    }
    write(tmp_path, {"m/a.yaml": json.dumps(workload), "m/b.yaml": CONFIG_MAP})
    write(tmp_path, {"baro.yaml": HERE, "apps/a.yaml": application("a", path="m")})

    assert baro(tmp_path, "check").code in {0, 1}
