"""The values of a Helm source: every layer, weakest first, and what they make."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from baro.expand.stop import refused
from baro.expand.values.parameters import with_parameters
from baro.expand.values.valuefiles import ValuesSite, file_layer, parsed, value_files
from baro.expand.values.valuestext import merged
from baro.model.expansion import FailureKind, MissingValueFile
from baro.model.text import SourceText
from baro.model.valueslayer import LayerKind, ValuesLayer

_INLINE = "<temp file with values from source.helm.values/valuesObject>"


class Values(Struct, frozen=True):
    """The values of one source: its layers, weakest first, and what they make."""

    layers: tuple[ValuesLayer, ...] = ()
    merged: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[MissingValueFile, ...] = ()


def gather(site: ValuesSite) -> Values:
    """Read and merge all values of a source.

    Raises:
        StoppedError: Argo CD or Helm would refuse them, or a file cannot be read.
    """
    files, missing = value_files(site)
    absent = next((m for m in missing if not m.ignored), None)
    layers: list[ValuesLayer] = []
    for file in files:
        if absent is not None and absent.within == file.within:
            break
        layers.append(file_layer(site, file))
    if absent is not None:
        raise refused(
            FailureKind.VALUE_FILE,
            f"open {absent.path}: no such file or directory",
            absent.within,
            missing=missing,
        )
    layers.extend(_inline_layer(site))
    values: dict[str, Any] = {}
    for layer in layers:
        values = merged(values, layer.values)
    values, parameters = with_parameters(site, values)
    return Values((*layers, *parameters), values, missing)


def _inline_layer(site: ValuesSite) -> Iterator[ValuesLayer]:
    spec = site.spec
    # Argo CD: pkg/apis/application/v1alpha1/values.go, ValuesYAML
    written = spec.helm.get("valuesObject")
    if written is not None:
        kind, key = LayerKind.OBJECT, "valuesObject"
        within = spec.at("helm", key)
        if not isinstance(written, Mapping):
            raise refused(
                FailureKind.VALUES,
                f"failed to parse {_INLINE}: {site.unmarshalling}"
                "error unmarshaling JSON: while decoding JSON: "
                "json: cannot unmarshal a value that is no map",
                within,
            )
        values = dict(written)
    else:
        kind, key = LayerKind.INLINE, "values"
        within = spec.at("helm", key)
        text = spec.helm.get(key)
        if not isinstance(text, str) or not text:
            return
        values = parsed(site, SourceText("", text), _INLINE, within)
    text_of, under = spec.place("helm", key)
    yield ValuesLayer(kind, values, text_of, spec.application, within, key, under)
