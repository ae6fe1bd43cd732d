"""The parts of the engines that need no engine."""

import stat
from pathlib import Path

import pytest

from baro.errors import ToolError
from baro.expand.charts.chartfiles import archive_files, pack
from baro.expand.engine.archive import without_schemas
from baro.expand.engine.choice import open_engine
from baro.expand.engine.native import NativeEngine
from baro.expand.engine.program import ProgramEngine
from baro.expand.engine.refusal import LONGEST, kind_of, shortened, worded
from baro.expand.engine.rewriting import rewritten
from baro.expand.engine.shelf import Shelf
from baro.model.expansion import FailureKind
from tests.expand.engine.requests import requested


class Handle:
    """A loaded chart that knows whether it was closed."""

    def __init__(self, content: bytes) -> None:
        """Keep the archive."""
        self.content = content
        self.closed = False

    def close(self) -> None:
        """Remember."""
        self.closed = True


def test_a_shelf_keeps_what_was_used_last() -> None:
    """What goes is closed, and what is larger than the shelf still stands there."""
    shelf = Shelf(capacity=10)
    shelf.put("a", b"aaaa")
    shelf.put("b", b"bbbb")
    first = shelf.handle("a", Handle, stripped=False)
    assert shelf.handle("a", Handle, stripped=False) is first
    shelf.put("c", b"cccc")
    assert ("a" in shelf, "b" in shelf, "c" in shelf) == (True, False, True)
    shelf.put("d", b"d" * 100)
    assert ("a" in shelf, "c" in shelf, "d" in shelf) == (False, False, True)
    assert first.closed
    shelf.put("d", b"again")
    assert shelf.archive("d", stripped=False) == b"d" * 100


def test_schemas_are_taken_out_of_archives_in_archives() -> None:
    """Nothing else changes."""
    inner = pack("sub", {"Chart.yaml": b"name: sub", "values.schema.json": b"{}"})
    outer = pack(
        "c",
        {
            "Chart.yaml": b"name: c",
            "values.schema.json": b"{}",
            "charts/sub.tgz": inner,
            "charts/dir/values.schema.json": b"{}",
            "files/data.tgz": b"not a chart",
        },
    )
    files = archive_files(without_schemas(outer))
    assert set(files) == {"Chart.yaml", "charts/sub.tgz", "files/data.tgz"}
    assert archive_files(files["charts/sub.tgz"]) == {"Chart.yaml": b"name: sub"}


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("values don't meet the specifications of the schema(s) in", "schema"),
        ("chart requires kubeVersion: >=1.99 which is", "kube-version"),
        ("invalid kube version 'x': could not parse", "kube-version"),
        ("an error occurred while checking for chart dependencies. You", "dependency"),
        ("chart dependencies processing failed: type mismatch", "values"),
        ("failed to parse values.yaml: error converting YAML", "values"),
        ("YAML parse error on c/templates/a.yaml: error", "output"),
        ("Chart.yaml file is missing", "chart"),
        ("validation: chart.metadata.version is required", "chart"),
        ("cannot load values.yaml: error converting", "chart"),
        ("library charts are not installable", "chart"),
        ("execution error at (c/templates/a.yaml:1:3): no", "render"),
        ('parse error at (c/templates/a.yaml:1): function "x" not', "render"),
    ],
)
def test_a_message_tells_its_kind(message: str, kind: str) -> None:
    """By its begin."""
    assert kind_of(message) is FailureKind(kind)


def test_a_message_is_cut_in_the_middle() -> None:
    """Its begin and its end are what people need."""
    message = "begin" + "x" * 100_000 + "end"
    cut = shortened(message)
    assert cut.startswith("begin")
    assert cut.endswith("end")
    assert len(cut) < LONGEST + 50
    assert shortened("short") == "short"


def test_violations_are_in_order_chart_by_chart() -> None:
    """Siblings are sorted, with what is below them; the charts are not."""
    head = "values don't meet the specifications of the schema(s) in the following"
    lines = [
        *(f"{head} chart(s):", "parent:"),
        *("- at '/b': got string, want integer", "- at '/a': validation failed"),
        *("  - at '/a/z': got number, want string", "  - at '/a/y': not failed"),
        *("- at '': additional properties 'd', 'c' not allowed", "a-child:"),
        "- at '/x': got string, want integer",
    ]
    assert worded("\n".join(lines)).split("\n") == [
        *(f"{head} chart(s):", "parent:"),
        *("- at '': additional properties 'c', 'd' not allowed",),
        *("- at '/a': validation failed", "  - at '/a/y': not failed"),
        *("  - at '/a/z': got number, want string",),
        *("- at '/b': got string, want integer", "a-child:"),
        "- at '/x': got string, want integer",
    ]


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{{ .a | upper }}", "{{ .a | upper }}"),
        ("{{/* normalize .a */}}x", "{{/* normalize .a */}}x"),
        ('{{ "normalize" }}', '{{ "normalize" }}'),
        ("{{ .normalize }}", "{{ .normalize }}"),
        ("normalize {{ .a }}", "normalize {{ .a }}"),
        (
            "{{- normalize .a -}}",
            '{{- lower .a | include "baro.normalize" -}}',
        ),
        (
            "{{ if (normalize .a) | eq (slugify 3 .b) }}x{{ end }}",
            (
                '{{ if (lower .a | include "baro.normalize") | eq '
                '(list 3 .b | include "baro.slugify") }}x{{ end }}'
            ),
        ),
        (
            "{{ $x := .a | normalize }}",
            '{{ $x := .a | lower | include "baro.normalize" }}',
        ),
        (
            "{{ with fromJson .a }}{{ .b }}{{ end }}",
            (
                '{{ with trim .a | include "baro.fromJson" | mustFromJson }}'
                "{{ .b }}{{ end }}"
            ),
        ),
    ],
)
def test_only_commands_are_rewritten(template: str, text: str) -> None:
    """A name in a text, a comment or a field is none."""
    assert rewritten(template).text == text


def test_places_lead_back_to_the_original() -> None:
    """Before, in, between and behind what was rewritten."""
    original = "é {{ normalize .a }} {{ .b }} {{ .c | normalize }} {{ .d }}"
    template = rewritten(original)
    for field in (".a", ".b", ".c", ".d"):
        at, whole = template.origin(template.text.index(field))
        assert (original[at : at + 2], whole) == (field, "")
    at, whole = template.origin(template.text.index("include"))
    assert (original[at : at + 9], whole) == ("normalize", "normalize .a")


def script(tmp_path: Path, text: str) -> str:
    """Return a program that runs a script."""
    program = tmp_path / "helm"
    program.write_text(f"#!/bin/sh\n{text}", encoding="utf-8")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


RECORDED = """\
cat >/dev/null
cat <<'END'
---
# Source: c/crds/x.yaml
kind: CustomResourceDefinition
---
# Source: c/templates/b.yaml
kind: B
---
# Source: c/templates/a.yaml
kind: A
---
# Source: c/templates/b.yaml
kind: C
END
"""


def test_the_output_of_the_program_is_sorted_by_file(tmp_path: Path) -> None:
    """Helm sorts by kind, and repeats the source for each object."""
    with ProgramEngine(script(tmp_path, RECORDED), jobs=1) as engine:
        [outcome] = engine.render([requested({})])
    assert [(file.path, file.text) for file in outcome.files] == [
        ("c/templates/a.yaml", "kind: A\n"),
        ("c/templates/b.yaml", "kind: B\n---\nkind: C\n"),
    ]
    assert [file.path for file in outcome.crds] == ["c/crds/x.yaml"]


@pytest.mark.parametrize(
    ("complaint", "kind", "message"),
    [
        ("level=WARN msg=x\nError: library charts are not installable\n", "chart", ""),
        (
            (
                "Error: execution error at (c/templates/a.yaml:1:3): no\n\n"
                "Use --debug flag to render out invalid YAML\n"
            ),
            "render",
            "execution error at (c/templates/a.yaml:1:3): no",
        ),
        ("something else\n", "render", "something else"),
    ],
)
def test_what_the_program_says_last_is_its_refusal(
    tmp_path: Path, complaint: str, kind: str, message: str
) -> None:
    """Without warnings before it, and without the advice behind it."""
    (tmp_path / "said").write_text(complaint, encoding="utf-8")
    text = f"cat >/dev/null\ncat {tmp_path}/said >&2\nexit 1\n"
    with ProgramEngine(script(tmp_path, text), jobs=1) as engine:
        [outcome] = engine.render([requested({})])
    assert outcome.failure is not None
    assert outcome.failure.kind is FailureKind(kind)
    assert outcome.failure.message == message or not message


def test_a_program_that_never_ends_loses_its_request(tmp_path: Path) -> None:
    """The limit is the same as the library's."""
    text = "sleep 600\n"
    with ProgramEngine(script(tmp_path, text), jobs=1, timeout=0.3) as engine:
        [outcome] = engine.render([requested({})])
    assert outcome.lost == "helm took longer than 0.3 s"


def test_the_library_is_chosen_where_it_is() -> None:
    """And a program where it is asked for."""
    engine = open_engine(jobs=1)
    engine.close()
    assert isinstance(engine, NativeEngine)
    other = open_engine(jobs=1, program="sh")
    other.close()
    assert isinstance(other, ProgramEngine)


def test_a_program_that_is_not_there_is_an_error() -> None:
    """It names the program, and the way out."""
    with pytest.raises(ToolError, match="no-such-helm: no such program") as raised:
        open_engine(program="no-such-helm")
    assert "helm-python-sdk" in raised.value.hint
