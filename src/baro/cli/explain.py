"""`baro explain RULE`."""

import click

from baro.cli import options
from baro.cli.named import unknown
from baro.cli.output import coloured
from baro.errors import InputError
from baro.model.text import Location
from baro.report import pages
from baro.report.messages import sentences, word_of
from baro.rules.catalog import catalog
from baro.rules.rule import Rule


@click.command("explain", short_help="Print the page of a rule.")
@click.argument("rule", required=False)
@options.language
@options.colour
def command(rule: str | None, language: str, colour: str) -> None:
    """Print the page of RULE: what it means, why it matters, how to fix it."""
    if rule is None:
        raise InputError("which rule?", hint="`baro rules` lists them")
    text = page(find(rule), language)
    if not coloured(colour, None):
        click.echo(text, nl=False)
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.markdown import Markdown  # noqa: PLC0415 - likewise

    Console(width=min(Console().width, 100)).print(Markdown(text))


def find(rule_id: str, where: Location | None = None) -> Rule:
    """Return a rule by its id; `where` is the line that names it.

    Raises:
        InputError: there is no such rule; the hint names the nearest.
    """
    rules = catalog()
    if rule_id in rules:
        return rules[rule_id]
    place = str(where) if where is not None else ""
    raise unknown("rule", rule_id, rules, "`baro rules` lists them", where=place)


def page(rule: Rule, language: str = "en") -> str:
    """Return a rule's page as Markdown, with its id and severity on top."""
    title, _, rest = pages.page(rule.id, rule.page, language).partition("\n")
    words = sentences(language)
    line = words.RULE.format(
        severity=word_of(rule.severity, words), layer=rule.layer, needs=rule.needs
    )
    return f"# {rule.id}\n\n{title}\n\n*{line}*\n{rest}"
