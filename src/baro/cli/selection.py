"""`--select` and `--ignore`: rules by their names, or by their layers."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from baro.cli.named import unknown
from baro.errors import InputError
from baro.rules.catalog import catalog
from baro.rules.judge import chosen
from baro.rules.rule import Rule


def selected(select: Sequence[str], ignore: Sequence[str]) -> Sequence[Rule]:
    """Return the rules to run: those of `select` (all if none) less those of `ignore`.

    Both name rules and layers, several in a word with commas between.

    Raises:
        InputError: a name is of no rule or layer, or no rule is left.
    """
    rules = catalog().values()
    left = chosen(rules, _ids(rules, select), _ids(rules, ignore))
    if not left:
        hint = "--ignore leaves out all that --select names" if select else ""
        raise InputError("no rule is left to run", hint=hint)
    return left


def _ids(rules: Collection[Rule], given: Sequence[str]) -> frozenset[str]:
    """Return the ids of the rules that flags name: each by its id, or by its layer."""
    words = [word.strip() for text in given for word in text.split(",")]
    if given and not any(words):
        raise InputError("no rule is named", hint="`baro rules` lists them")
    named: defaultdict[str, list[str]] = defaultdict(list)
    for rule in rules:
        named[rule.id].append(rule.id)
        named[rule.layer].append(rule.id)
    for word in filter(None, words):
        if word not in named:
            raise unknown("rule or layer", word, named, "`baro rules` lists them")
    return frozenset(rule for word in words if word for rule in named[word])
