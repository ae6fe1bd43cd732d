"""Many evaluations as one rendering: a chart in memory, made of templates."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from baro.expand.charts.chartfiles import pack
from baro.expand.engine.functions import DEFINITIONS
from baro.expand.engine.messages import Render, Rendered
from baro.expand.engine.rewriting import Rewritten
from baro.expand.engine.typedparams import Path, TypedParams

_CHART = b"{apiVersion: v2, name: c, version: 0.0.0}"
_DEFINITIONS = DEFINITIONS.encode()
_HEAD = ("kind: Evaluations", "items:")
"""The `helm` program wants to see an object."""
_BEFORE = 1 + len(_HEAD)
"""Lines of the driver before the first evaluation."""


def batch(
    templates: Sequence[Rewritten],
    params: Sequence[Mapping[str, Any]],
    paths: frozenset[Path],
    *,
    strict: bool,
) -> tuple[Render, bytes]:
    """Return the question, and its chart, for every template with every set.

    Each template is a partial; the driver includes one in each line.
    """
    typed = TypedParams(params, paths)
    lines = [
        f'- {{{{ include "c/templates/_{column}.tpl" (index $P {row}) | toJson }}}}'
        for row in range(len(params))
        for column in range(len(templates))
    ]
    files = {
        "Chart.yaml": _CHART,
        **typed.files,
        "templates/d.yaml": "\n".join((typed.driver, *_HEAD, *lines)).encode(),
    }
    for column, template in enumerate(templates):
        text = template.text.encode("utf-8", "replace")
        files[f"templates/_{column}.tpl"] = text
    if any(template.changes for template in templates):
        files["templates/_h.tpl"] = _DEFINITIONS
    return _question(files, typed.values, strict=strict, share=not typed.files)


def evaluated(answer: Rendered, width: int) -> list[list[str]]:
    """Return the texts that came of a batch of `width` templates, row by row."""
    (_, text), *_ = answer.files
    # JSON does not break lines, and keeps Helm from taking out `<no value>`.
    lines = text.strip().split("\n")[len(_HEAD) :]
    joined = ",".join(line.removeprefix("- ") for line in lines)
    values: list[str] = msgspec.json.decode(f"[{joined}]")
    return [values[at : at + width] for at in range(0, len(values), width)]


def pair(line: int, width: int) -> tuple[int, int]:
    """Return the row and the column of a line of the driver, which counts from 1."""
    return divmod(line - 1 - _BEFORE, width)


def parsing(template: Rewritten) -> tuple[Render, bytes]:
    """Return the question that lets Go's parser speak in full: by way of `tpl`."""
    files = {
        "Chart.yaml": _CHART,
        "templates/d.yaml": b"{{ tpl .Values.t . }}",
        "templates/_h.tpl": _DEFINITIONS,
    }
    values = msgspec.json.encode({"t": template.text}).decode()
    return _question(files, values, strict=False, share=True)


def _question(
    files: Mapping[str, bytes], values: str, *, strict: bool, share: bool
) -> tuple[Render, bytes]:
    content = pack("c", files)
    question = Render(
        digest=sha256(content).hexdigest(),
        content=None,
        values=values,
        release="r",
        namespace="n",
        kube_version="v1.30.0",
        strict=strict,
        share=share,
    )
    return question, content
