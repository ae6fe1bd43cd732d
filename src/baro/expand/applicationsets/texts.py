"""One ApplicationSet's way to render a text: Go templates, or `{{name}}`."""

# Argo CD: applicationset/utils/utils.go, Replace

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol

from baro.expand.applicationsets import fasttemplate, innertexts
from baro.expand.ports import UNDECIDED, HelmEngine, TemplateFailure

NO_VALUE = "<no value>"
_OPTIONS = frozenset(f"missingkey={x}" for x in ("default", "invalid", "zero", "error"))
_EXECUTED = ': executing "'

Rendered = str | TemplateFailure
"""A text, or Argo CD's words for why there is none."""


class Texts(Protocol):
    """Renders templates with parameter sets."""

    @property
    def go_template(self) -> bool:
        """Whether the ApplicationSet says `goTemplate: true`."""
        ...

    def render(
        self, templates: Sequence[str], params: Sequence[Mapping[str, Any]]
    ) -> list[list[Rendered]]:
        """Return, for each parameter set, each template's text."""
        ...

    def unresolved(self, template: str, text: str) -> bool:
        """Tell whether a text shows that a parameter was missing."""
        ...

    def strict(self) -> "Texts":
        """Return the same way, except that a missing key is a failure."""
        ...


@dataclass(frozen=True, slots=True)
class GoTexts:
    """`goTemplate: true`: Go's own templates, evaluated by the engine.

    `name` is what Argo CD calls a template: `base`, before 3.3 nothing. `tpl` tells
    whether it has that function.
    """

    engine: HelmEngine
    options: tuple[str, ...] = ()
    name: str = "base"
    tpl: bool = True
    go_template: bool = field(default=True, init=False)

    def render(
        self, templates: Sequence[str], params: Sequence[Mapping[str, Any]]
    ) -> list[list[Rendered]]:
        """Return, for each parameter set, each template's text."""
        sent = [text for text in templates if fasttemplate.OPEN in text]
        if not sent or not params:
            return [list(templates) for _ in params]
        if not self.tpl:
            known = {text: innertexts.undefined(text) for text in sent}
            refused = {text: one for text, one in known.items() if one is not None}
            if refused:
                return self._without(refused, templates, params)
        answers = self.engine.evaluate(sent, params, self.options)
        where = {text: index for index, text in enumerate(sent)}
        places = [where.get(text) for text in templates]
        return [
            [
                template if at is None else self._said(template, row[at], one)
                for template, at in zip(templates, places, strict=True)
            ]
            for row, one in zip(answers, params, strict=True)
        ]

    def _without(
        self,
        refused: Mapping[str, TemplateFailure],
        templates: Sequence[str],
        params: Sequence[Mapping[str, Any]],
    ) -> list[list[Rendered]]:
        """Return the texts of the templates that are not refused, and the refusals."""
        others = self.render(["" if t in refused else t for t in templates], params)
        return [
            [
                self._worded(template, refused[template])
                if template in refused
                else text
                for template, text in zip(templates, row, strict=True)
            ]
            for row in others
        ]

    def _said(
        self, template: str, answer: Rendered, params: Mapping[str, Any]
    ) -> Rendered:
        if innertexts.too_deep(template, params):
            return TemplateFailure(f"{UNDECIDED}tpl inside of tpl, too deep")
        return self._worded(template, answer)

    def _worded(self, template: str, answer: Rendered) -> Rendered:
        if isinstance(answer, str):
            return answer
        said = answer.message
        if said.startswith((UNDECIDED, "failed to ")):
            return answer
        doubt = innertexts.doubt(template, said, self.options)
        if doubt:
            return TemplateFailure(f"{UNDECIDED}{doubt}")
        if self.name != "base":
            said = said.replace("template: base:", f"template: {self.name}:", 1)
            said = said.replace('executing "base"', f'executing "{self.name}"')
        act = "execute go template" if _EXECUTED in said else "parse template"
        return TemplateFailure(f"failed to {act} {template}: {said}")

    def unresolved(self, template: str, text: str) -> bool:
        """Tell whether a text has `<no value>` that its template has not."""
        return NO_VALUE in text and NO_VALUE not in template

    def strict(self) -> "GoTexts":
        """Return the same with `missingkey=error`."""
        kept = [o for o in self.options if not o.startswith("missingkey=")]
        options = (*kept, "missingkey=error")
        return GoTexts(self.engine, options, self.name, self.tpl)


@dataclass(frozen=True, slots=True)
class FastTexts:
    """`goTemplate: false`: names between braces, and nothing else."""

    go_template: bool = field(default=False, init=False)

    def render(
        self, templates: Sequence[str], params: Sequence[Mapping[str, Any]]
    ) -> list[list[Rendered]]:
        """Return, for each parameter set, each template's text."""
        parsed = [_parsed(template) for template in templates]
        return [
            [
                template
                if isinstance(template, TemplateFailure)
                else template.replace(each).text
                for template in parsed
            ]
            for each in params
        ]

    def unresolved(self, template: str, text: str) -> bool:
        """Tell whether a tag of the template stands in the text verbatim."""
        if fasttemplate.OPEN not in text:
            return False
        parsed = _parsed(template)
        if isinstance(parsed, TemplateFailure):
            return False
        tags = (fasttemplate.OPEN + t + fasttemplate.CLOSE for t in parsed.tags)
        return any(tag in text for tag in tags)

    def strict(self) -> "FastTexts":
        """Return itself: a tag without a value stays, whatever the options."""
        return self


@lru_cache(maxsize=4096)
def _parsed(template: str) -> fasttemplate.FastTemplate | TemplateFailure:
    try:
        return fasttemplate.parse(template)
    except fasttemplate.InvalidTemplateError as error:
        return TemplateFailure(str(error))


def refused_option(options: Sequence[str]) -> tuple[int, str] | None:
    """Return the first of `goTemplateOptions` on which Go panics, and its words."""
    for index, option in enumerate(options):
        if not option:
            return index, "empty option string"
        if option not in _OPTIONS:
            return index, f"unrecognized option: {option}"
    return None
