"""Kubernetes' strategic merge patch, on objects whose Go type is known."""

# k8s.io/apimachinery: pkg/util/strategicpatch/patch.go

from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.applicationsets.gotext import printed
from baro.expand.applicationsets.gotypes import GoType, json_kind

_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"
_ORDER = "$setElementOrder/"
_DELETE = "$deleteFromPrimitiveList/"


class PatchError(ValueError):
    """A patch that does not apply; the text is Kubernetes' own."""


def patched(
    original: Mapping[str, Any], patch: Mapping[str, Any], of: GoType | None
) -> dict[str, Any]:
    """Return the object with the patch applied; neither of the two is changed.

    Maps merge and null deletes. Lists are replaced, unless their type says otherwise.

    Raises:
        PatchError: a directive is malformed, or a nested value meets one whose type
            is not known, as inside `valuesObject`.
    """
    directive = patch.get(_DIRECTIVE)
    if _DIRECTIVE in patch:
        return _directed(directive, patch)
    result = dict(original)
    changes = dict(patch)
    _retain(result, changes)
    _order(result, changes, of)
    for key, value in changes.items():
        if key.startswith(_DELETE):
            _remove(result, key.removeprefix(_DELETE), value)
        elif value is None:
            result.pop(key, None)
        else:
            _set(result, key, value, of)
    return result


def _directed(directive: Any, patch: Mapping[str, Any]) -> dict[str, Any]:
    if directive == "replace":
        return {key: value for key, value in patch.items() if key != _DIRECTIVE}
    if directive == "delete":
        return {}
    raise PatchError(
        f"unknown patch type: {printed(directive)} in map: {printed(dict(patch))}"
    )


def _set(result: dict[str, Any], key: str, value: Any, of: GoType | None) -> None:
    current = result.get(key)
    if isinstance(current, Mapping) and isinstance(value, Mapping):
        result[key] = patched(current, value, _inside(of, key))
    elif isinstance(current, list) and isinstance(value, list):
        inside = _inside(of, key)
        if inside is not None and inside.merges:
            result[key] = _united(current, value, inside)
        else:
            result[key] = value
    else:
        kept, without = _plain(value)
        if kept:
            result[key] = without
        else:
            result.pop(key, None)


def _inside(of: GoType | None, key: str) -> GoType | None:
    """Return the type of a field that both sides have as a map or a list."""
    if of is None:
        return None
    inside = of.inside(key)
    if of.opaque:
        name = of.name.rpartition(".")[2]
        raise PatchError(
            f'unable to find api field in struct {name} for the json field "{key}"'
        )
    return inside


def _plain(value: Any) -> tuple[bool, Any]:
    """Return whether a new value stays, and the value without null and directives."""
    if isinstance(value, Mapping):
        if _DIRECTIVE in value:
            return False, None
        pairs = {
            key: _plain(inner)
            for key, inner in value.items()
            if inner is not None and not _is_directive(key)
        }
        return True, {key: inner for key, (kept, inner) in pairs.items() if kept}
    if isinstance(value, list):
        elements = [_plain(inner) for inner in value]
        return True, [inner for kept, inner in elements if kept]
    return True, value


def _is_directive(key: str) -> bool:
    return key == _RETAIN or key.startswith((_ORDER, _DELETE))


def _retain(result: dict[str, Any], changes: dict[str, Any]) -> None:
    if _RETAIN not in changes:
        return
    kept = changes.pop(_RETAIN)
    stated = {
        key
        for key, value in changes.items()
        if value is not None and not key.startswith((_ORDER, _DELETE))
    }
    if not isinstance(kept, list) or not stated <= set(map(str, kept)):
        raise PatchError("invalid patch format of retainKeys")
    for key in result.keys() - set(map(str, kept)):
        del result[key]


def _order(result: dict[str, Any], changes: dict[str, Any], of: GoType | None) -> None:
    """Take `$setElementOrder` out; lists that are replaced keep the patch's order."""
    for directive in [key for key in changes if key.startswith(_ORDER)]:
        wanted = changes.pop(directive)
        key = directive.removeprefix(_ORDER)
        value = changes.get(key)
        if not isinstance(wanted, list):
            kind = json_kind(wanted)
            raise PatchError(f"expected a []interface {{}}, but received a {kind}")
        inside = of.inside(key) if of is not None else None
        if inside is None or inside.merge_key:
            continue
        if isinstance(value, list) and value != [w for w in wanted if w in value]:
            raise PatchError(
                f"The order in patch list:\n{printed(value)}\n "
                f"doesn't match $setElementOrder list:\n{printed(wanted)}\n"
            )
        if isinstance(value, list):
            _set(result, key, changes.pop(key), of)
        current = result.get(key)
        if isinstance(current, list):
            rest = [each for each in current if each not in wanted]
            result[key] = [each for each in wanted if each in current] + rest


def _remove(result: dict[str, Any], key: str, gone: Any) -> None:
    current = result.get(key)
    if isinstance(current, list) and isinstance(gone, list):
        result[key] = [each for each in current if each not in gone]


def _united(current: Sequence[Any], added: Sequence[Any], of: GoType) -> list[Any]:
    """Return two lists as one: the patch's elements first, then what it did not name.

    Strings are a set; objects meet by their merge key.
    """
    if not of.merge_key:
        patch = list(dict.fromkeys(added))
        return patch + [each for each in current if each not in patch]
    rest = {each.get(of.merge_key): each for each in current}
    found = []
    for each in added:
        before = rest.pop(each.get(of.merge_key), {})
        found.append(patched(before, each, of.element))
    return [*found, *rest.values()]
