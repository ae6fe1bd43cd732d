"""Templates of ApplicationSets mean what they mean in Argo CD."""

import copy
from pathlib import Path
from typing import Any

import pytest

from baro.expand.engine.native import NativeEngine
from baro.expand.ports import UNDECIDED, StringList, StringMap, TemplateFailure
from baro.model import yamltext
from baro.model.fieldpath import get

LIMIT = 5
"""Seconds: far more than a start takes on a busy machine."""
TABLE = yamltext.read(
    Path(__file__).with_name("gotemplate.yaml").read_text(encoding="utf-8")
)[0].value
CASES: list[dict[str, Any]] = TABLE["cases"]


def parameters() -> dict[str, Any]:
    """Return the parameters of the table, typed as in Go."""
    params: dict[str, Any] = copy.deepcopy(TABLE["params"])
    for name, kind in (("stringMaps", StringMap), ("stringLists", StringList)):
        for *parents, last in TABLE[name]:
            parent = get(params, tuple(parents))
            parent[last] = kind(parent[last])
    return params


def spoken(cell: str | TemplateFailure) -> dict[str, str]:
    """Return a cell as the table has it."""
    if isinstance(cell, TemplateFailure):
        return {"error": cell.message}
    return {"text": cell}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_a_template_gives_what_go_gives(
    engine: NativeEngine, case: dict[str, Any]
) -> None:
    """The recorded text, or the recorded error."""
    options = case.get("options", [])
    [[cell]] = engine.evaluate([case["template"]], [parameters()], options)
    wanted = {key: case[key] for key in ("text", "error") if key in case}
    assert spoken(cell) == wanted


def test_a_batch_gives_what_its_cases_give(engine: NativeEngine) -> None:
    """Failures beside it do not change a cell, in any row."""
    for options in ([], ["missingkey=error"]):
        cases = [case for case in CASES if case.get("options", []) == options]
        rows = engine.evaluate(
            [case["template"] for case in cases], [parameters()] * 3, options
        )
        for row in rows:
            assert [spoken(cell) for cell in row] == [
                {key: case[key] for key in ("text", "error") if key in case}
                for case in cases
            ]


def test_nothing_to_evaluate_is_nothing(engine: NativeEngine) -> None:
    """No rows, or rows without columns."""
    assert engine.evaluate(["{{ .a }}"], []) == []
    assert engine.evaluate([], [{}, {}]) == [[], []]


def test_every_row_has_its_own_failure(engine: NativeEngine) -> None:
    """Where each second parameter set lacks a key, each second cell says so."""
    params: list[dict[str, Any]] = [
        {"name": f"n{n}", **({"x": f"x{n}"} if n % 2 else {})} for n in range(300)
    ]
    rows = engine.evaluate(["{{ .name }}", "{{ .x }}"], params, ["missingkey=error"])
    lacks = 'template: base:1:3: executing "base" at <.x>: map has no entry for key "x"'
    assert rows == [
        [f"n{n}", f"x{n}" if n % 2 else TemplateFailure(lacks)] for n in range(300)
    ]


def test_templates_do_not_share_their_definitions(engine: NativeEngine) -> None:
    """The same name may mean two things in two fields."""
    templates = [
        '{{ define "x" }}one{{ end }}{{ template "x" }}',
        '{{ define "x" }}two{{ end }}{{ template "x" }}',
    ]
    assert engine.evaluate(templates, [{}]) == [["one", "two"]]


def test_typed_maps_of_many_rows_stay_apart(engine: NativeEngine) -> None:
    """Each cluster's labels are its own."""
    params = [{"labels": StringMap(a=str(n % 7))} for n in range(500)]
    rows = engine.evaluate(['{{ index .labels "a" }}{{ toJson .labels }}'], params)
    assert rows == [[f'{n % 7}{{"a":"{n % 7}"}}'] for n in range(500)]


def test_names_that_are_no_text_are_evaluated(engine: NativeEngine) -> None:
    """Go writes U+FFFD for a byte that is none; so do its templates."""
    params = {"path": "apps/\udcff", "labels": StringMap(a="\udcff")}
    [[plain, typed]] = engine.evaluate(
        ["{{ .path }}", '{{ index .labels "a" }}'], [params]
    )
    assert (plain, typed) == ("apps/\ufffd", "\ufffd")


def test_a_template_that_never_ends_is_lost_alone() -> None:
    """The failure names the limit; the other templates, and other rows, are known."""
    endless = "{{ if .bad }}{{ range until 1000000 }}{{ range until 100000 }}x"
    endless += "{{ end }}{{ end }}{{ end }}{{ .name }}"
    with NativeEngine(jobs=1, timeout=LIMIT) as engine:
        rows = engine.evaluate(
            ["{{ .name }}", endless],
            [{"name": "a", "bad": False}, {"name": "b", "bad": True}],
        )
    late = TemplateFailure(f"{UNDECIDED}Helm's engine took longer than {LIMIT} s")
    assert rows == [["a", "a"], ["b", late]]


def test_a_template_that_wants_all_memory_is_lost_alone() -> None:
    """The worker dies, not this process."""
    with NativeEngine(jobs=1) as engine:
        [[greedy, modest]] = engine.evaluate(
            ['{{ repeat 9000000000 "abc" | len }}', "{{ .name }}"], [{"name": "a"}]
        )
    assert modest == "a"
    assert greedy == TemplateFailure(f"{UNDECIDED}Helm's engine ran out of memory")
