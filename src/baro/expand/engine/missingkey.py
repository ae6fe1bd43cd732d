"""`goTemplateOptions`, and Go's default for a key that is missing.

Helm's engine knows two ways: a missing key is an error, or it is null. Go's default is
a third: no value at all, which has any field, and over which a `range` does nothing.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

from msgspec import Struct

from baro.expand.engine.goerrors import Broken, offset
from baro.expand.engine.rewriting import (
    Rewritten,
    guarded,
    instead,
    rooted,
    without,
)
from baro.expand.engine.typedparams import Path
from baro.expand.ports import StringMap

_NULL_FIELD = "nil pointer evaluating interface {}."
_NULL_RANGE = "range can't iterate over"
_NULL_ARGUMENT = "; got interface {}"
_WRONG = "wrong type for value; expected "


class Options(Struct, frozen=True):
    """What `goTemplateOptions` ask for; the last `missingkey` counts.

    `missing` is `default`, `zero` or `error`; `refused` is Go's panic over the first
    option that it does not know.
    """

    missing: str = "default"
    refused: str = ""

    @classmethod
    def of(cls, options: Sequence[str]) -> Self:
        """Read the options."""
        # The words are those of Go: text/template/option.go
        missing = "default"
        for option in options:
            key, _, value = option.partition("=")
            if not option:
                return cls(refused="empty option string")
            if key != "missingkey" or value not in {
                *("default", "invalid"),
                *("zero", "error"),
            }:
                return cls(refused=f"unrecognized option: {option}")
            missing = "default" if value == "invalid" else value
        return cls(missing)


def absent(params: Mapping[str, Any], steps: Path) -> bool:
    """Tell whether the way to a parameter breaks off: a key is not there."""
    at: Any = params
    for step in steps:
        if not isinstance(at, Mapping):
            return False
        if step not in at:
            return True
        at = at[step]
    return False


def fields(chain: str) -> Path:
    """Return the steps of a chain of fields: `.a.b`, `$.a.b`."""
    return tuple(step for step in chain.split(".")[1:] if step)


def mended_everywhere(template: Rewritten, broken: Broken) -> Rewritten | None:
    """Return a template that no longer fails over the fields of a missing key."""
    if not broken.message.startswith(_NULL_FIELD):
        return None
    return guarded(template, offset(template.text, broken.at), broken.context)


def mended_here(
    template: Rewritten, broken: Broken, params: Mapping[str, Any]
) -> Rewritten | None:
    """Return a template for these parameters, with nothing for a missing key.

    Go ranges over no value, and passes it for a map or a slice.
    """
    chain = broken.context
    by = _nothing(broken.message)
    if not by or not rooted(chain) or not absent(params, fields(chain)):
        return None
    return instead(template, offset(template.text, broken.at), chain, by)


def _nothing(message: str) -> str:
    if message.strip() in {_NULL_RANGE, f"{_NULL_RANGE} <nil>"}:
        return "list"
    if message.startswith(_WRONG) and message.endswith(_NULL_ARGUMENT):
        wanted = message.removeprefix(_WRONG)
        if wanted.startswith("map["):
            return "(dict)"
        if wanted.startswith("[]"):
            return "(list)"
    return ""


def without_value(message: str, context: str, params: Mapping[str, Any]) -> str:
    """Return what Go says where a function is given a key that is missing."""
    is_null = message.startswith(_WRONG) and message.endswith(_NULL_ARGUMENT)
    if not is_null or not rooted(context) or not absent(params, fields(context)):
        return message
    wanted = message.removeprefix(_WRONG).removesuffix(_NULL_ARGUMENT)
    return f"invalid value; expected {wanted}"


def variants(
    template: Rewritten,
    params: Sequence[Mapping[str, Any]],
    rows: Sequence[int],
    paths: frozenset[Path],
) -> Iterator[tuple[Rewritten, list[int]]]:
    """Yield the template as the rows need it, in which typed maps miss other keys.

    A `map[string]string` has an empty string for a missing key where Go has no value.
    """
    through = frozenset(
        chain
        for chain in template.chains
        for path in paths
        if len(chain) > len(path) and chain[: len(path)] == path
    )
    groups: defaultdict[frozenset[Path], list[int]] = defaultdict(list)
    for row in rows:
        missing = frozenset(c for c in through if _missing(params[row], c))
        groups[missing].append(row)
    for missing, some in groups.items():
        yield (without(template, missing) if missing else template), some


def _missing(params: Mapping[str, Any], chain: Path) -> bool:
    at: Any = params
    for step in chain:
        if isinstance(at, StringMap) and step not in at:
            return True
        at = at.get(step) if isinstance(at, Mapping) else None
    return False
