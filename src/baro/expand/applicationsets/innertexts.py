"""Templates inside of templates: what `tpl` evaluates, and what cannot be told."""

# Argo CD: applicationset/utils/template_functions.go, tplFun

import re
from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.applicationsets.fasttemplate import OPEN
from baro.expand.engine.functions import REWRITINGS, TPL
from baro.expand.engine.golexer import Kind, NotATemplateError, actions
from baro.expand.ports import TemplateFailure
from baro.model.fieldpath import leaves

DEEPEST = 3
"""How deep Argo CD evaluates."""

_OWN = re.compile(rf'function "({"|".join(REWRITINGS)})" not defined')
_NO_FIELDS = "nil pointer evaluating interface {}"


def place(template: str) -> int | None:
    """Return the line, from 1, in which a template calls `tpl`; None if in none."""
    if TPL not in template:
        return None
    try:
        for words in actions(template):
            for word in words:
                if word.kind is Kind.NAME and word.text == TPL:
                    return 1 + template.count("\n", 0, word.at)
    except NotATemplateError:
        return None
    return None


def undefined(template: str) -> TemplateFailure | None:
    """Return what an Argo CD without `tpl` says of a template that calls it."""
    line = place(template)
    if line is None:
        return None
    return TemplateFailure(f'template: base:{line}: function "{TPL}" not defined')


def too_deep(template: str, params: Mapping[str, Any]) -> bool:
    """Tell whether a template may evaluate deeper than Argo CD does, and Helm goes on.

    That takes one text with `tpl` in the parameters for each further level.
    """
    if place(template) is None:
        return False
    texts = (text for _, text in leaves(params) if isinstance(text, str))
    return sum(OPEN in text and TPL in text for text in texts) >= DEEPEST


def doubt(template: str, said: str, options: Sequence[str]) -> str:
    """Return why a failure of `tpl` may be none in Argo CD; empty if it is one.

    Helm's `tpl` has Helm's functions and Helm's way with missing keys.
    """
    if place(template) is None:
        return ""
    own = _OWN.search(said)
    if own is not None:
        return f"{own[1]} inside of tpl"
    if _NO_FIELDS in said and not {"missingkey=error", "missingkey=zero"} & {*options}:
        return "a field of a missing key inside of tpl"
    if not said.startswith("template: base:"):
        return "the end of what tpl evaluates"
    return ""
