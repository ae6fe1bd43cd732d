"""How Argo CD merges parameters and templates: the two modes of mergo it uses."""

# dario.cat/mergo v1.0: merge.go, deepMerge, on what JSON decodes to

from collections.abc import Mapping
from typing import Any

from baro.expand.ports import StringMap

OPAQUE = frozenset({"valuesObject"})
"""Fields whose content mergo takes for one value (`RawExtension`)."""


class GoPanicError(Exception):
    """Argo CD's code panics on this; the text is the panic's."""


def overridden(
    weaker: Mapping[str, Any], stronger: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `weaker` with everything of `stronger` laid over it.

    Maps merge key by key. Everything else that `stronger` has wins, empty strings,
    zeros, null and empty lists included; an empty map alone changes nothing.

    Raises:
        GoPanicError: a map of any values would go into a `map[string]string`.
    """
    merged = dict(weaker)
    for key, value in stronger.items():
        current = merged.get(key)
        if isinstance(value, Mapping) and isinstance(current, Mapping):
            merged[key] = _both(current, value)
        else:
            merged[key] = value
    return merged


def _both(current: Mapping[str, Any], value: Mapping[str, Any]) -> Mapping[str, Any]:
    if isinstance(current, StringMap):
        if value and not isinstance(value, StringMap):
            raise GoPanicError(
                "reflect.Value.SetMapIndex: "
                "value of type interface {} is not assignable to type string"
            )
        return StringMap(overridden(current, value))
    if not current:
        return value
    return overridden(current, value)


def filled(template: Mapping[str, Any], fallback: Mapping[str, Any]) -> dict[str, Any]:
    """Return `template` with what it leaves empty taken from `fallback`.

    Empty is what Go calls zero: absent, null, `""`, `0`, `false`, no elements.
    """
    merged = dict(template)
    for key, value in fallback.items():
        current = merged.get(key)
        if key in OPAQUE:
            merged[key] = value if current is None else current
        elif isinstance(current, Mapping) and isinstance(value, Mapping):
            merged[key] = filled(current, value)
        elif not current:
            merged[key] = value
    return merged
