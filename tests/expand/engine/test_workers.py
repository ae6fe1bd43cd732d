"""No chart takes the process down, holds it up, or changes the next rendering."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from baro.errors import ToolError
from baro.expand.engine.native import NativeEngine
from baro.expand.engine.refusal import LONGEST
from baro.expand.engine.workers import Worker
from baro.expand.ports import RenderRequest
from tests.expand.engine.requests import METADATA, requested

ENDLESS = "{{ range until 1000000 }}{{ range until 100000 }}x{{ end }}{{ end }}"
LIMIT = 5
"""Seconds: far more than a start takes on a busy machine."""


def request(template: str, values: dict[str, Any] | None = None) -> RenderRequest:
    """Return a request for a chart of one template."""
    return requested({"files": {"templates/a.yaml": template}, "values": values or {}})


GOOD = request("a: {{ .Values.n }}", {"n": 1})


def test_tpl_of_itself_kills_only_a_worker() -> None:
    """The Go stack overflows, or its time is over before; the request is lost."""
    deep = request("{{ tpl .Values.t . }}", {"t": "{{ tpl .Values.t . }}"})
    with NativeEngine(jobs=1) as engine:
        before, lost, after = engine.render([GOOD, deep, request("b: 2")])
    assert before.files[0].text == "a: 1"
    assert lost.lost.startswith("Helm's engine ")
    assert lost.failure is None
    assert after.files[0].text == "b: 2"


def test_a_chart_that_never_ends_is_lost_after_the_limit() -> None:
    """The others go on, in the other worker and in the one that is started anew."""
    others = [request(f"a: {n}") for n in range(6)]
    with NativeEngine(jobs=2, timeout=LIMIT) as engine:
        outcomes = list(engine.render([others[0], request(ENDLESS), *others[1:]]))
    assert outcomes[1].lost == f"Helm's engine took longer than {LIMIT} s"
    texts = [outcome.files[0].text for outcome in outcomes if not outcome.lost]
    assert texts == [f"a: {n}" for n in range(6)]


def test_a_chart_that_wants_all_memory_is_lost() -> None:
    """The worker has a limit; its end tells which."""
    with NativeEngine(jobs=1) as engine:
        lost, good = engine.render([request('{{ repeat 9000000000 "abc" }}'), GOOD])
    assert lost.lost == "Helm's engine ran out of memory"
    assert good.files[0].text == "a: 1"


def test_the_reason_of_a_death_is_not_the_warning_before_it() -> None:
    """Helm warns of a value that is no table; then the memory is over."""
    files = {
        "values.yaml": "a: {b: 1}",
        "templates/a.yaml": '{{ repeat 9000000000 "abc" }}',
    }
    with NativeEngine(jobs=1) as engine:
        [outcome] = engine.render([requested({"files": files, "values": {"a": "t"}})])
    assert outcome.lost == "Helm's engine ran out of memory"


def test_a_death_of_the_worker_itself_is_told_in_a_line() -> None:
    """Not by a traceback: neither its memory's end nor a question that is none."""
    greedy = request('{{ repeat 20000000 "- {a: b}\\n" }}')
    with NativeEngine(jobs=1) as engine:
        [outcome] = engine.render([greedy])
    assert outcome.lost.startswith("Helm's engine ")
    assert "Traceback" not in outcome.lost

    worker = Worker()
    try:
        with pytest.raises(ToolError, match=r"ended with status 1: \w+Error: "):
            worker.start().ask(b"junk")
    finally:
        worker.close()


def test_the_start_of_a_worker_is_no_time_of_a_question(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """However long it takes, on a slow machine."""
    slow = f"import time; time.sleep({LIMIT} + 1)"
    (tmp_path / "sitecustomize.py").write_text(slow, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    with NativeEngine(jobs=1, timeout=LIMIT) as engine:
        assert engine.evaluate(["{{ .a | sha256sum | len }}"], [{"a": "b"}]) == [["64"]]


def test_a_huge_message_is_cut_in_the_middle(engine: NativeEngine) -> None:
    """A recursive include makes one of 100 KB; its end tells the reason."""
    recursive = request(
        '{{ define "x" }}{{ include "x" . }}{{ end }}{{ include "x" . }}'
    )
    [outcome] = engine.render([recursive])
    assert outcome.failure is not None
    assert len(outcome.failure.message) < LONGEST + 100
    assert outcome.failure.message.endswith("unable to execute template")


def test_a_sub_chart_comes_back_when_it_is_enabled_again(
    engine: NativeEngine,
) -> None:
    """Helm edits a chart with dependencies while it renders it."""
    dependency = "dependencies: [{name: sub, version: 1.x, condition: sub.enabled}]"
    files = {
        "Chart.yaml": f"{METADATA[:-1]}, {dependency}}}",
        "charts/sub/Chart.yaml": METADATA.replace("name: c", "name: sub"),
        "charts/sub/templates/s.yaml": "n: {{ .Values.n }}",
    }
    requests = [
        requested({"files": files, "values": {"sub": {"enabled": n % 3 > 0, "n": n}}})
        for n in range(12)
    ]
    counts = [len(outcome.files) for outcome in engine.render(requests)]
    assert counts == [0, 1, 1] * 4


def test_renderings_of_a_shared_chart_do_not_touch_each_other(
    engine: NativeEngine,
) -> None:
    """Two hundred renderings of one chart in two workers, each with its values."""
    template = '{{ $_ := set .Values.a "b" 7 }}n: {{ .Values.n }} {{ .Values.a.b }}'
    files = {"values.yaml": "a: {b: 1}", "templates/a.yaml": template}
    requests = [requested({"files": files, "values": {"n": n}}) for n in range(200)]
    texts = [outcome.files[0].text for outcome in engine.render(requests)]
    assert texts == [f"n: {n} 7" for n in range(200)]


def test_what_a_chart_logs_is_not_an_answer(engine: NativeEngine) -> None:
    """Helm warns on standard error about values that are no tables."""
    files = {
        "values.yaml": "a: {b: 1}",
        "templates/a.yaml": "a: {{ .Values.a }}",
    }
    [outcome] = engine.render([requested({"files": files, "values": {"a": "text"}})])
    assert outcome.files[0].text == "a: text"


def test_what_is_no_archive_is_refused(engine: NativeEngine) -> None:
    """Rubbish, with a schema to strip and without."""
    for skip in (False, True):
        [outcome] = engine.render(
            [
                RenderRequest(
                    chart=type(GOOD.chart)("rubbish", b"rubbish"),
                    values="{}",
                    release="r",
                    namespace="ns",
                    kube_version="v1.29.0",
                    skip_schema=skip,
                )
            ]
        )
        assert outcome.failure is not None
        assert outcome.failure.kind.value == "chart"


def test_a_file_of_more_than_five_mebibytes_is_refused(engine: NativeEngine) -> None:
    """Helm's loader has that bound."""
    big = "x" * (5 * 1024 * 1024 + 1)
    [outcome] = engine.render([requested({"files": {"big.txt": big}})])
    assert outcome.failure is not None
    assert "larger than the maximum file size" in outcome.failure.message


def test_values_of_one_schema_are_checked_once(engine: NativeEngine) -> None:
    """Another release of the same chart and values is not validated again."""
    properties = {f"p{n}": {"type": "string"} for n in range(3000)}
    files = {
        "values.schema.json": json.dumps({"properties": properties}),
        "templates/a.yaml": "a: {{ .Release.Name }}",
    }
    requests = [requested({"files": files, "release": f"r{n}"}) for n in range(20)]
    [first] = engine.render(requests[:1])
    texts = [outcome.files[0].text for outcome in engine.render(requests)]
    assert first.files[0].text == "a: r0"
    assert texts == [f"a: r{n}" for n in range(20)]


def test_a_closed_engine_says_so() -> None:
    """It starts nothing again."""
    engine = NativeEngine(jobs=1)
    engine.close()
    with pytest.raises((ToolError, RuntimeError)):
        list(engine.render([GOOD]))


def test_closing_does_not_wait_for_a_chart_that_never_ends() -> None:
    """An interrupt must not take as long as the limit."""
    engine = NativeEngine(jobs=1, timeout=60)
    outcomes = iter(engine.render([request(ENDLESS)]))
    asked = threading.Thread(target=lambda: list(outcomes), daemon=True)
    asked.start()
    asked.join(1)
    engine.close()
    asked.join(30)
    assert not asked.is_alive()


def test_a_library_that_does_not_load_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In one line, whatever is asked: it is not a chart's doing, nor a template's."""
    monkeypatch.setenv("HELM_C_LIB", __file__)
    with NativeEngine(jobs=1) as engine:
        for ask in (
            lambda: engine.version,
            lambda: list(engine.render([GOOD])),
            lambda: engine.evaluate(["{{ .a | sha256sum }}"], [{"a": "b"}]),
        ):
            with pytest.raises(ToolError, match="its library does not load") as raised:
                ask()
            assert "\n" not in str(raised.value)


def test_an_early_start_makes_the_first_rendering_wait_less() -> None:
    """`warm` returns at once, and may be followed by anything."""
    with NativeEngine(jobs=2) as engine:
        engine.warm()
        [outcome] = engine.render([GOOD])
    assert outcome.files[0].text == "a: 1"
