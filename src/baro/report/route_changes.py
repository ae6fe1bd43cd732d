"""What a move of the Ingresses to Gateway API would change, place by place."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from baro.report.json_v1 import SCHEMA, encode
from baro.report.messages.route_words import words
from baro.report.messages.routing import sentence, shown_host
from baro.report.plaintext import harmless
from baro.report.route_answers import answer_v1, outcome_text
from baro.routing.migration import Change, Difference

Changes = Mapping[str, Sequence[Change]]
"""The changes of each cluster."""


def to_text(changes: Changes, language: str) -> str:
    """Return what changes, the places that stay the same only counted."""
    said = words(language)
    lines: list[str] = []
    for cluster, found in changes.items():
        if cluster:
            lines += [cluster, ""]
        for change in found:
            if change.difference is not Difference.SAME:
                lines += [*_change(change, language), ""]
        counts = Counter(change.difference for change in found)
        lines.append(
            ", ".join(
                f"{counts[d]} {said[f'move-{d}']}" for d in Difference if counts[d]
            )
        )
    return harmless("\n".join(lines)) + "\n"


def _change(change: Change, language: str) -> Iterator[str]:
    said = words(language)
    place = change.place
    yield (
        f"{shown_host(place.host)}{place.path}  {place.ingress}: "
        f"{said[f'move-{change.difference}']}"
    )
    for shown in change.shown:
        yield f"  {shown.before.request.url}"
        yield f"    {said['before']}: {outcome_text(shown.before, language)}"
        yield f"    {said['after']}: {outcome_text(shown.after, language)}"
    for reason in change.why:
        yield f"  {sentence(reason, language)}"


def to_json(changes: Changes) -> str:
    """Return every place with its difference, as JSON."""
    return encode(
        {
            "schema": SCHEMA,
            "command": "routes",
            "compare": "gateway-api",
            "changes": [
                {
                    "cluster": cluster,
                    "host": change.place.host,
                    "path": change.place.path,
                    "ingress": change.place.ingress,
                    "difference": str(change.difference),
                    "why": [sentence(reason) for reason in change.why],
                    "shown": [
                        {
                            "difference": str(shown.difference),
                            "before": answer_v1(shown.before),
                            "after": answer_v1(shown.after),
                        }
                        for shown in change.shown
                    ],
                }
                for cluster, found in changes.items()
                for change in found
            ],
        }
    )
