"""The Secret that an ExternalSecret makes, with the values that `baro.yaml` knows."""

# External Secrets: externalsecret_controller_template.go, runtime/template/v2

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from baro.expand.clusters.remotevalues import (
    Doubt,
    Evaluate,
    Fetched,
    Fetcher,
    Store,
    text_of,
    unknown,
)
from baro.model import yamltext
from baro.model.fieldpath import FieldPath, get
from baro.model.manifest import Manifest
from baro.model.tolerant import mapping, sequence

_TARGETS = ("data", "labels", "annotations")


@dataclass(slots=True)
class MadeSecret:
    """What a Secret will hold, as far as it is known.

    `origins` says which field of the ExternalSecret each value comes from, `words`
    stand for values that nobody knows.
    """

    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    data: dict[str, str] = field(default_factory=dict)
    origins: dict[FieldPath, FieldPath] = field(default_factory=dict)
    doubts: list[Doubt] = field(default_factory=list)
    words: set[str] = field(default_factory=set)

    def is_unknown(self, text: str) -> bool:
        """Tell whether a value has a part that nobody knows."""
        return any(word in text for word in self.words)

    def part(self, target: str) -> dict[str, str]:
        """Return labels, annotations or data."""
        parts = {"labels": self.labels, "annotations": self.annotations}
        return parts.get(target, self.data)


def make_secret(
    manifest: Manifest, within: FieldPath, store: Store, evaluate: Evaluate
) -> MadeSecret:
    """Return the Secret that the spec at `within` of a manifest makes."""
    spec = mapping(get(manifest.body, within))
    fetched = Fetcher(store, evaluate).fetch(spec, within)
    made = MadeSecret(doubts=fetched.doubts, words=fetched.words)
    template = get(spec, ("target", "template"))
    if isinstance(template, Mapping):
        at = (*within, "target", "template")
        _Maker(made, fetched, evaluate, at).apply(template)
        return made
    made.data.update(fetched.values)
    # Without a template the metadata are the ExternalSecret's own.
    for part in ("labels", "annotations"):
        for key, value in manifest.mapping("metadata", part).items():
            made.part(part)[key] = str(value)
            made.origins[(part, key)] = ("metadata", part, key)
    return made


@dataclass(slots=True)
class _Maker:
    """Renders the template at `at` into a Secret."""

    made: MadeSecret
    fetched: Fetched
    evaluate: Evaluate
    at: FieldPath

    def apply(self, template: Mapping[str, Any]) -> None:
        """Lay the parts over each other, the strongest last."""
        bare = not template.get("data") and not template.get("templateFrom")
        if template.get("mergePolicy") == "Merge" or bare:
            self.made.data.update(self.fetched.values)
        for index, entry in enumerate(sequence(template.get("templateFrom"))):
            self._take(mapping(entry), (*self.at, "templateFrom", index))
        metadata = mapping(template.get("metadata"))
        self._render("data", mapping(template.get("data")), ())
        for part in ("labels", "annotations"):
            self._render(part, mapping(metadata.get(part)), ("metadata",))

    def _render(
        self, target: str, written: Mapping[str, Any], above: FieldPath
    ) -> None:
        rendered = self._rendered([str(text) for text in written.values()])
        for key, text in zip(written, rendered, strict=True):
            at = (*self.at, *above, target, key)
            self.made.origins[(target, key)] = at
            value = text
            if value is None:
                value = unknown(key)
                self.made.words.add(value)
                if not self.fetched.lost:
                    reason = f"the template of {key} does not render"
                    self.made.doubts.append(Doubt(at, reason))
            self.made.part(target)[key] = value

    def _take(self, entry: Mapping[str, Any], at: FieldPath) -> None:
        """Take a template that prints a map of keys and values."""
        literal = entry.get("literal")
        target = str(entry.get("target") or "Data").lower()
        if not isinstance(literal, str) or target not in _TARGETS:
            reason = "templateFrom reads an object of the cluster"
            self.made.doubts.append(Doubt(at, reason))
            return
        (text,) = self._rendered([literal])
        pairs = _pairs(text)
        if pairs is None:
            reason = "templateFrom does not render to a map"
            self.made.doubts.append(Doubt(at, reason))
            return
        for key, value in pairs.items():
            self.made.part(target)[key] = value
            self.made.origins[(target, key)] = at

    def _rendered(self, texts: Sequence[str]) -> Sequence[str | None]:
        templated = [text for text in texts if "{{" in text]
        if not templated:
            return texts
        answers = iter(self.evaluate(templated, self.fetched.values))
        return [next(answers) if "{{" in text else text for text in texts]


def _pairs(text: str | None) -> dict[str, str] | None:
    try:
        documents = yamltext.read(text) if text is not None else ()
    except yamltext.YamlError:
        return None
    value = documents[0].value if documents else None
    if not isinstance(value, dict):
        return None
    return {key: text_of(inner) for key, inner in value.items()}
