"""`baro rules`."""

from pathlib import Path

import click

from baro.cli import options
from baro.cli.output import write
from baro.model.finding import Layer, Severity
from baro.report import pages
from baro.report.json_v1 import encode
from baro.report.messages import sentences, word_of
from baro.rules.catalog import catalog
from baro.rules.rule import Rule


@click.command("rules", short_help="List the rules.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["terminal", "json"]),
    default="terminal",
    help="Form of the answer.",
)
@options.language
@options.output_file
def command(form: str, language: str, output_file: Path | None) -> None:
    """List the rules by layer: id, severity, title."""
    order = list(Layer)
    rules = sorted(catalog().values(), key=lambda r: (order.index(r.layer), r.id))
    write(_json(rules) if form == "json" else _text(rules, language), output_file)


def _json(rules: list[Rule]) -> str:
    return encode(
        {
            "schema": "baro/v1",
            "command": "rules",
            "rules": [
                {
                    "id": rule.id,
                    "layer": rule.layer,
                    "severity": rule.severity,
                    "needs": rule.needs,
                    "title": rule.title,
                }
                for rule in rules
            ],
        }
    )


def _text(rules: list[Rule], language: str) -> str:
    words = sentences(language)
    severities = {severity: word_of(severity, words) for severity in Severity}
    broad = max(map(len, severities.values()))
    wide = max((len(rule.id) for rule in rules), default=0)
    lines: list[str] = []
    layer = ""
    for rule in rules:
        if rule.layer != layer:
            layer = rule.layer
            lines += ["", layer] if lines else [layer]
        title = pages.title(rule.id, language) or rule.title
        severity = severities[rule.severity]
        lines.append(f"  {rule.id:<{wide}}  {severity:<{broad}}  {title}")
    lines += ["", words.RULES.format(count=len(rules))]
    return "\n".join(lines) + "\n"
