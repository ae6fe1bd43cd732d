"""Texts of an ApplicationSet with `goTemplate: false`: `{{name}}` and no more."""

# Argo CD: applicationset/utils/utils.go, Replace; github.com/valyala/fasttemplate

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets.gotext import quoted

OPEN, CLOSE = "{{", "}}"
_TEMPLATED = re.compile(r"\{\{.*\}\}")


class InvalidTemplateError(ValueError):
    """A tag that does not end; the text is Argo CD's."""


class Replaced(Struct, frozen=True):
    """A rendered text; `unknown` names the tags that stayed as they were."""

    text: str
    unknown: tuple[str, ...] = ()


class FastTemplate(Struct, frozen=True):
    """A text cut at its tags: always one more text than tags."""

    texts: tuple[str, ...]
    tags: tuple[str, ...] = ()

    def replace(self, params: Mapping[str, Any]) -> Replaced:
        """Put the parameters in; what is unknown or no string stays verbatim."""
        if not self.tags:
            return Replaced(self.texts[0])
        parts = [self.texts[0]]
        unknown: list[str] = []
        for tag, text in zip(self.tags, self.texts[1:], strict=True):
            name = tag.strip()
            value = params.get(name)
            if name and isinstance(value, str):
                parts.append(value)
            else:
                parts.append(f"{OPEN}{tag}{CLOSE}")
                unknown.append(name)
            parts.append(text)
        return Replaced("".join(parts), tuple(unknown))


def parse(text: str) -> FastTemplate:
    """Cut a text at its tags.

    Without a `{{...}}` inside one line it is no template, whatever else it holds.

    Raises:
        InvalidTemplateError: a tag does not end.
    """
    if not _TEMPLATED.search(text):
        return FastTemplate((text,))
    texts: list[str] = []
    tags: list[str] = []
    rest = text
    while True:
        before, opened, rest = rest.partition(OPEN)
        texts.append(before)
        if not opened:
            return FastTemplate(tuple(texts), tuple(tags))
        tag, closed, after = rest.partition(CLOSE)
        if not closed:
            raise InvalidTemplateError(
                f"invalid template: Cannot find end tag={quoted(CLOSE)} in the "
                f"template={quoted(text)} starting from {quoted(rest)}"
            )
        tags.append(tag)
        rest = after
