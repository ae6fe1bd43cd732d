"""Put the parameters of a matrix's first child into its second one."""

# Argo CD: applicationset/utils/utils.go, RenderGeneratorParams

from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.applicationsets import blueprint
from baro.expand.applicationsets.gotext import quoted
from baro.expand.applicationsets.texts import Rendered
from baro.expand.generators.generator import Params, Refusal, Surroundings
from baro.expand.generators.types import ENTRY, VALUED
from baro.model.fieldpath import FieldPath

_VALUES_WAIT = (3, 4, 0)
_VALUES_RESOLVE = (3, 4, 4)
_MISSING = ("map has no entry for key", "can't evaluate field")


def interpolated(
    body: Mapping[str, Any],
    params: Sequence[Params],
    path: FieldPath,
    around: Surroundings,
) -> list[Mapping[str, Any] | Refusal]:
    """Return a generator with each parameter set put into its strings and keys.

    `values` keep what only the generator itself can resolve, since Argo CD 3.4.
    """
    waits = around.version >= _VALUES_WAIT
    plan = blueprint.cut(body, ENTRY, is_value=_is_values if waits else _no_values)
    if not plan.templates:
        return [body for _ in params]
    answers = around.texts.render(plan.templates, params)
    strict = answers
    if any(leaf.value for leaf in plan.leaves):
        strict = around.texts.strict().render(plan.templates, params)
    found: list[Mapping[str, Any] | Refusal] = []
    for each, plain, stern in zip(params, answers, strict, strict=True):
        if not each:
            found.append(body)
            continue
        found.append(_put_in(plan, plain, stern, path, around))
    return found


def _put_in(
    plan: blueprint.Blueprint,
    plain: Sequence[Rendered],
    stern: Sequence[Rendered],
    path: FieldPath,
    around: Surroundings,
) -> Mapping[str, Any] | Refusal:
    texts: list[str] = [text if isinstance(text, str) else "" for text in plain]
    kept: dict[FieldPath, str] = {}
    for leaf in plan.leaves:
        text = stern[leaf.template] if leaf.value else plain[leaf.template]
        if isinstance(text, str):
            if leaf.value:
                early = around.version < _VALUES_RESOLVE
                kept[leaf.path] = plan.templates[leaf.template] if early else text
            continue
        if leaf.value and any(words in text.message for words in _MISSING):
            kept[leaf.path] = plan.templates[leaf.template]
            continue
        inner = "failed to replace parameters in generator: "
        if leaf.value:
            inner += f"failed to pre-resolve Values key {quoted(str(leaf.path[-1]))}: "
        elif leaf.raw:
            inner += "failed to deeply replace JSON field contents: "
        at = (*path, *leaf.path)
        return Refusal(f"{inner}{text.message}", at, around.locate(at))
    body: Mapping[str, Any] = plan.build(texts)
    for at, text in kept.items():
        body = _with(body, at, text)
    return body


def _with(body: Any, path: FieldPath, text: str) -> Any:
    """Return `body` with the string at `path` replaced."""
    if not path:
        return text
    step, *rest = path
    if isinstance(body, list):
        return [
            _with(inner, tuple(rest), text) if index == step else inner
            for index, inner in enumerate(body)
        ]
    return {**body, step: _with(body[step], tuple(rest), text)}


def _is_values(path: FieldPath) -> bool:
    """Tell whether a map is the `values` of a generator, at any depth."""
    return len(path) > 1 and path[-1] == "values" and path[-2] in VALUED


def _no_values(_path: FieldPath) -> bool:
    return False
