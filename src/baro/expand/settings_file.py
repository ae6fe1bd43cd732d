"""Reading `baro.yaml`, with every mistake at its line."""

import difflib
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from baro.errors import InputError
from baro.expand.settings import Settings
from baro.expand.settings_meaning import Mistake, contradictions, known_here
from baro.model import yamltext
from baro.model.fieldpath import FieldPath, dotted
from baro.model.text import SourceText

_HERE: FieldPath = ()


def read_settings(text: SourceText) -> Settings:
    """Read the file.

    Raises:
        InputError: it is no YAML, has unknown keys or wrong types; names the line of
            the first mistake and lists the others.
    """
    value = _document(text)
    mistakes = list(_shape(value, inspect.type_info(Settings), _HERE))
    if not mistakes:
        settings = msgspec.convert(value, Settings)
        mistakes = list(contradictions(settings))
        if not mistakes:
            return settings
    first, *others = mistakes
    hints = [first.hint] if first.hint else []
    hints += [f"Also {text.locate(m.path)}: {m.message}" for m in others]
    where = text.locate(first.path)
    raise InputError(first.message, where=str(where), hint="\n".join(hints))


def _document(text: SourceText) -> Any:
    try:
        documents = text.documents
    except yamltext.YamlError as error:
        place = error.position
        where = text.at(place.line, place.column) if place else text.at()
        raise InputError(f"is not YAML: {error.message}", where=str(where)) from error
    if len(documents) > 1:
        line = documents[1].position.line
        raise InputError("has more than one document", where=str(text.at(line)))
    for again in documents[0].duplicates if documents else ():
        raise InputError(
            f"{dotted(again.path)} stands there twice",
            where=str(text.at(again.again.line, again.again.column)),
            hint=f"the first one is in line {again.first.line}",
        )
    value = documents[0].value if documents else None
    if isinstance(value, dict):
        # `clusters:` with everything below it commented out
        return {key: inner for key, inner in value.items() if inner is not None}
    return {} if value is None else value


def _shape(value: Any, kind: inspect.Type, path: FieldPath) -> Iterator[Mistake]:
    """Yield what does not have the type that it must have."""
    if isinstance(kind, inspect.Metadata):
        kind = kind.type
    if not _fits(value, kind):
        yield _wrong(value, kind, path)
    elif isinstance(kind, inspect.StructType):
        yield from _struct(value, kind, path)
    elif isinstance(kind, inspect.DictType):
        for key, inner in value.items():
            yield from _shape(inner, kind.value_type, (*path, key))
    elif isinstance(kind, inspect.ListType):
        for index, inner in enumerate(value):
            yield from _shape(inner, kind.item_type, (*path, index))


def _struct(
    value: dict[str, Any], kind: inspect.StructType, path: FieldPath
) -> Iterator[Mistake]:
    known = {field.encode_name: field for field in kind.fields}
    for key, inner in value.items():
        if key in known:
            yield from _shape(inner, known[key].type, (*path, key))
        else:
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            yield Mistake((*path, key), f"unknown key {key!r}", known_here(near, known))
    for name, field in known.items():
        if field.required and name not in value:
            yield Mistake(path, f"{dotted(path)} needs a {name}")


_TYPES: dict[type[inspect.Type], tuple[type, ...]] = {
    inspect.StrType: (str,),
    inspect.IntType: (int,),
    inspect.BoolType: (bool,),
    inspect.NoneType: (type(None),),
    inspect.DictType: (dict,),
    inspect.StructType: (dict,),
    inspect.ListType: (list,),
}


def _fits(value: Any, kind: inspect.Type) -> bool:
    if isinstance(kind, inspect.Metadata):
        return _fits(value, kind.type)
    if isinstance(kind, inspect.UnionType):
        return any(_fits(value, option) for option in kind.types)
    if isinstance(kind, inspect.IntType) and isinstance(value, bool):
        return False
    return isinstance(value, _TYPES.get(type(kind), (object,)))


def _wrong(value: Any, kind: inspect.Type, path: FieldPath) -> Mistake:
    where = f"{dotted(path)}: " if path else ""
    message = f"{where}expected {_words(kind)}, got {_what(value)}"
    scalar = isinstance(value, bool | int | float)
    hint = "put it in quotes" if scalar and _takes_text(kind) else ""
    return Mistake(path, message, hint)


def _takes_text(kind: inspect.Type) -> bool:
    return _fits("", kind)


_WORDS: dict[type[inspect.Type], str] = {
    inspect.StrType: "text",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.ListType: "a list",
}


def _words(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.Metadata):
        return _words(kind.type)
    if isinstance(kind, inspect.UnionType):
        options = (t for t in kind.types if not isinstance(t, inspect.NoneType))
        return " or ".join(map(_words, options))
    return _WORDS.get(type(kind), "a map")


def _what(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case bool() | int() | float():
            return _written(value)
        case str():
            return f"text {value[:40]!r}"
        case list():
            return "a list"
        case _:
            return "a map"


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
