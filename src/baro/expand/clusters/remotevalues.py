"""What a secret store hands out to an ExternalSecret, as far as it is known."""

# External Secrets: pkg/controllers/externalsecret, runtime/esutils

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from baro.model.fieldpath import FieldPath, get
from baro.model.tolerant import mapping, sequence

Evaluate = Callable[[Sequence[str], Mapping[str, Any]], Sequence[str | None]]
"""Renders Go templates with one set of params; None for each that fails."""
Store = Mapping[str, Mapping[str, Any] | str]
"""Remote key -> property -> value: `externalSecrets:` of `baro.yaml`."""

_NOT_A_NAME = re.compile(r"[^a-z0-9]+")
_NOT_A_KEY = re.compile(r"[^\w.-]")


def unknown(name: str) -> str:
    """Return the word that stands for a value that nobody knows."""
    return "unknown-" + _NOT_A_NAME.sub("-", name.lower()).strip("-")


class Doubt(Struct, frozen=True):
    """A value that is not known: the field that asks, why, and what would close it.

    `value` is the one remote value that is meant, by its key and its property.
    """

    at: FieldPath
    reason: str
    closes_with: str = ""
    value: tuple[str, str] | None = None


@dataclass(slots=True)
class Fetched:
    """The values by the names that templates use, and what is not known.

    `words` stand for single values that nobody knows; `lost` tells that there are
    values whose very names are not known.
    """

    values: dict[str, str] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    lost: bool = False


@dataclass(slots=True)
class Fetcher:
    """Asks the store as the controller does: `dataFrom` first, `data` wins."""

    store: Store
    evaluate: Evaluate
    fetched: Fetched = field(default_factory=Fetched)

    def fetch(self, spec: Mapping[str, Any], within: FieldPath) -> Fetched:
        """Return the values that a spec, which stands at `within`, asks for."""
        values = self.fetched.values
        for index, entry in _entries(spec, "dataFrom"):
            values.update(self._many(entry, (*within, "dataFrom", index)))
        for index, entry in _entries(spec, "data"):
            at = (*within, "data", index, "remoteRef")
            name = str(entry.get("secretKey") or "")
            values[name] = self._one(mapping(entry.get("remoteRef")), at, name)
        return self.fetched

    def _one(self, reference: Mapping[str, Any], at: FieldPath, name: str) -> str:
        key = str(reference.get("key") or "")
        wanted = str(reference.get("property") or "")
        value = _property(self.store.get(key), wanted)
        if value is None:
            reason = f"the value of {named(key, wanted)} is not known"
            doubt = Doubt(at, reason, stated(key, wanted), (key, wanted))
            self.fetched.doubts.append(doubt)
            word = unknown(wanted or name)
            self.fetched.words.add(word)
            return word
        return _decoded(text_of(value), str(reference.get("decodingStrategy") or ""))

    def _many(self, entry: Mapping[str, Any], at: FieldPath) -> dict[str, str]:
        found: dict[str, str] | None = None
        reference = mapping(entry.get("extract") or entry.get("find"))
        if "extract" in entry:
            found = self._extracted(reference, at)
        elif "find" in entry:
            found = self._found(reference, at)
        else:
            self._doubt((*at, "sourceRef"), "a generator makes up the values")
        if found is None:
            self.fetched.lost = True
            return {}
        for index, rewrite in _entries(entry, "rewrite"):
            found = self._rewritten(found, rewrite, (*at, "rewrite", index))
        if not entry.get("rewrite"):
            unicode = reference.get("conversionStrategy") == "Unicode"
            found = {_converted(k, unicode=unicode): v for k, v in found.items()}
        strategy = str(reference.get("decodingStrategy") or "")
        return {key: _decoded(value, strategy) for key, value in found.items()}

    def _extracted(
        self, reference: Mapping[str, Any], at: FieldPath
    ) -> dict[str, str] | None:
        key, wanted = (
            str(reference.get("key") or ""),
            str(reference.get("property", "")),
        )
        value = _property(self.store.get(key), wanted)
        if isinstance(value, str):
            value = _parsed(value)
        if not isinstance(value, Mapping):
            reason = f"the values of {named(key, wanted)} are not known"
            self._doubt((*at, "extract"), reason, stated(key, wanted))
            return None
        return {name: text_of(inner) for name, inner in value.items()}

    def _found(
        self, reference: Mapping[str, Any], at: FieldPath
    ) -> dict[str, str] | None:
        wanted = get(reference, ("name", "regexp"))
        pattern = _pattern(wanted)
        path = str(reference.get("path") or "")
        if pattern is None or reference.get("tags"):
            self._doubt((*at, "find"), "only the store can tell what is found")
            return None
        found = {
            key: text_of(value)
            for key, value in self.store.items()
            if pattern.search(key) and key.startswith(path)
        }
        if not found:
            reason = f"no known remote key matches {wanted}"
            self._doubt((*at, "find"), reason, "externalSecrets")
            return None
        return found

    def _rewritten(
        self, values: dict[str, str], rewrite: Mapping[str, Any], at: FieldPath
    ) -> dict[str, str]:
        source = get(rewrite, ("regexp", "source"))
        pattern = _pattern(source)
        if pattern is not None:
            to = _replacement(str(get(rewrite, ("regexp", "target"), "")))
            try:
                return {pattern.sub(to, key): value for key, value in values.items()}
            except (re.error, IndexError):
                pattern = None
        template = get(rewrite, ("transform", "template"))
        if isinstance(template, str):
            names = [self.evaluate([template], {"value": key})[0] for key in values]
            if None not in names:
                pairs = zip(names, values.values(), strict=True)
                return {str(name): value for name, value in pairs}
        self._doubt(at, "the rewrite cannot be worked out")
        self.fetched.lost = True
        return {}

    def _doubt(self, at: FieldPath, reason: str, closes_with: str = "") -> None:
        self.fetched.doubts.append(Doubt(at, reason, closes_with))


def _property(value: Mapping[str, Any] | str | None, wanted: str) -> Any:
    """Return a property of a remote value: by its name, or step by step."""
    if not wanted or value is None:
        return value
    if isinstance(value, str):
        value = _parsed(value)
    if not isinstance(value, Mapping):
        return None
    if wanted in value:
        return value[wanted]
    return get(value, tuple(_step(step) for step in wanted.split(".")))


def _step(text: str) -> str | int:
    return int(text) if text.isdigit() else text


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def opened(text: str) -> Mapping[str, Any] | str:
    """Return the map that a remote value is if it is JSON, else the text."""
    value = _parsed(text)
    return value if isinstance(value, Mapping) else text


def _converted(key: str, *, unicode: bool) -> str:
    """Return a key as a Secret takes it."""
    return _NOT_A_KEY.sub(lambda m: f"_U{ord(m[0]):04x}_" if unicode else "_", key)


def text_of(value: Any) -> str:
    """Return a value as the store hands it out: text, or JSON."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _decoded(value: str, strategy: str) -> str:
    """Undo base64 where the ExternalSecret says so; `Auto` tries."""
    for name, alphabet in (("Base64", None), ("Base64URL", b"-_")):
        if strategy in (name, "Auto"):
            try:
                return base64.b64decode(value, alphabet, validate=True).decode()
            except (binascii.Error, ValueError):
                continue
    return value


_LONGEST_PATTERN = 200
_NESTED = re.compile(r"[*+}][^()]*\)\s*[*+{]")


def _pattern(text: object) -> re.Pattern[str] | None:
    """Compile a pattern of Go's, unless it is foreign to Python or could run away."""
    if not isinstance(text, str) or len(text) > _LONGEST_PATTERN:
        return None
    if _NESTED.search(text):
        return None
    try:
        return re.compile(text)
    except re.error:
        return None


def _replacement(text: str) -> str:
    """Translate `$1` and `${name}` into Python's form."""
    text = text.replace("\\", "\\\\")
    text = re.sub(r"\$\{(\w+)\}|\$(\w+)", lambda m: rf"\g<{m[1] or m[2]}>", text)
    return text.replace("$$", "$")


def named(key: str, *wanted: str) -> str:
    """Return what properties of a remote value are called; the whole without any."""
    properties = ", ".join(filter(None, wanted))
    return f"{properties} in {key}" if properties else key


def stated(key: str, *wanted: str) -> str:
    """Return where `baro.yaml` states properties of a remote value."""
    properties = [each for each in wanted if each]
    at = f"externalSecrets.{key}"
    if len(properties) > 1:
        return f"{at}: {', '.join(properties)}"
    return ".".join((at, *properties))


def _entries(
    holder: Mapping[str, Any], name: str
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the maps of a list, with their index."""
    for index, entry in enumerate(sequence(holder.get(name))):
        yield index, mapping(entry)
