"""`helm.parameters` and `helm.fileParameters`: Helm's `--set` flags."""

import copy
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from baro.expand.sources.sourcespec import SourceSpec
from baro.expand.stop import refused
from baro.expand.values.buildenv import substitute
from baro.expand.values.setvalues import (
    SetSyntaxError,
    escape_commas,
    set_file_into,
    set_into,
    set_string_into,
)
from baro.expand.values.valuefiles import ValueFile, ValuesSite, read_file, resolve
from baro.model.expansion import FailureKind
from baro.model.fieldpath import FieldPath
from baro.model.valueslayer import LayerKind, ValuesLayer

_ORDER = list(LayerKind)


class _Parameter(Struct, frozen=True):
    index: int
    name: str
    value: str
    kind: LayerKind

    @property
    def list_name(self) -> str:
        files = self.kind is LayerKind.FILE_PARAMETER
        return "fileParameters" if files else "parameters"


def _parameters(spec: SourceSpec) -> Iterator[_Parameter]:
    """Yield the parameters in Helm's order; of two with one name the last wins."""
    last: dict[tuple[LayerKind, str], _Parameter] = {}
    for index, entry in enumerate(spec.entries("helm", "parameters")):
        forced = entry.get("forceString") is True
        kind = LayerKind.STRING_PARAMETER if forced else LayerKind.PARAMETER
        name, value = _word(entry.get("name")), _word(entry.get("value"))
        last[kind, name] = _Parameter(index, name, value, kind)
    for index, entry in enumerate(spec.entries("helm", "fileParameters")):
        kind = LayerKind.FILE_PARAMETER
        name, path = _word(entry.get("name")), _word(entry.get("path"))
        last[kind, name] = _Parameter(index, name, path, kind)
    yield from sorted(last.values(), key=lambda p: (_ORDER.index(p.kind), p.index))


def _word(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def with_parameters(
    site: ValuesSite, values: dict[str, Any]
) -> tuple[dict[str, Any], list[ValuesLayer]]:
    """Lay the parameters of a source over its values; one layer for each.

    Raises:
        StoppedError: Helm would refuse one.
    """
    parameters = list(_parameters(site.spec))
    if not parameters:
        return values, []
    values = copy.deepcopy(values)
    layers: list[ValuesLayer] = []
    for parameter in parameters:
        own: dict[str, Any] = {}
        within = site.spec.at("helm", parameter.list_name, parameter.index)
        _lay(site, parameter, within, (values, own))
        text, under = site.spec.place("helm", parameter.list_name, parameter.index)
        layers.append(
            ValuesLayer(
                parameter.kind,
                own,
                text,
                site.spec.application,
                within,
                parameter.name,
                under,
            )
        )
    return values, layers


def _lay(
    site: ValuesSite,
    parameter: _Parameter,
    within: FieldPath,
    targets: Iterable[dict[str, Any]],
) -> None:
    flag = {
        LayerKind.STRING_PARAMETER: "--set-string",
        LayerKind.FILE_PARAMETER: "--set-file",
    }.get(parameter.kind, "--set")
    try:
        for target in targets:
            if parameter.kind is LayerKind.FILE_PARAMETER:
                content = _file_content(site, parameter, within)
                set_file_into(target, f"{parameter.name}=-", _constant(content))
                continue
            value = escape_commas(substitute(parameter.value, site.environment))
            line = f"{parameter.name}={value}"
            if parameter.kind is LayerKind.STRING_PARAMETER:
                set_string_into(target, line)
            else:
                set_into(target, line)
    except SetSyntaxError as error:
        raise refused(
            FailureKind.VALUES, f"failed parsing {flag} data: {error}", within
        ) from error


def _constant(content: str) -> Callable[[str], str]:
    return lambda _: content


def _file_content(site: ValuesSite, parameter: _Parameter, within: FieldPath) -> str:
    entry = parameter.value
    known = entry.partition("/")[0] in site.references
    prefix = (
        "error resolving set-file path: "
        if known
        else "error resolving helm value file path: "
    )
    tree, path = resolve(site, entry, within, prefix)
    if not tree.is_file(path):
        raise refused(
            FailureKind.VALUE_FILE,
            f"failed parsing --set-file data: open {path}: no such file or directory",
            within,
        )
    return read_file(ValueFile(entry, within, tree, path)).text
