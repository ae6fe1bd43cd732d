"""Who answers a URL: for people, and as `baro/v1` JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from baro.model.finding import Gap
from baro.model.manifest import Manifest
from baro.report.json_v1 import SCHEMA, encode, gap_v1
from baro.report.messages.route_words import words
from baro.report.messages.routing import sentence
from baro.report.plaintext import harmless
from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.expectation import Held, Verified, application_of
from baro.routing.platform import ClusterRoutes
from baro.routing.reasons import Reason

_ERRORS = 400
_NOT_FOUND = 404
Hops = Sequence[Answer]
"""What a client meets, redirects followed."""


def config_error(clusters: Sequence[ClusterRoutes]) -> Reason | None:
    """Return why some controller would not load its configuration."""
    for cluster in clusters:
        for table in cluster.tables:
            if table.config_error is not None:
                return table.config_error
    return None


def to_json(
    asked: Sequence[Hops], clusters: Sequence[ClusterRoutes], gaps: Iterable[Gap]
) -> str:
    """Return the answers as JSON; `hops` are those after the first."""
    error = config_error(clusters)
    return encode(
        {
            "schema": SCHEMA,
            "command": "route",
            "answers": [
                {**answer_v1(hops[0]), "hops": [answer_v1(hop) for hop in hops[1:]]}
                for hops in asked
            ],
            "configError": sentence(error) if error is not None else None,
            "gaps": [gap_v1(gap) for gap in gaps],
        }
    )


def answer_v1(answer: Answer) -> dict[str, Any]:
    """Return the frozen copy of one answer."""
    return {
        "url": answer.request.url,
        "method": answer.request.method,
        "status": answer.status,
        "outcome": str(answer.outcome),
        "ingress": answer.ingress,
        "service": answer.service,
        "port": answer.port,
        "upstreamPath": answer.upstream_path,
        "location": answer.location,
        "controller": {
            "name": answer.controller.name,
            "version": answer.controller.version,
        },
        "application": application_of(answer.subject) or None,
        "why": [sentence(reason) for reason in answer.why],
        "losers": [
            {"ingress": loser.ingress, "why": sentence(loser.why)}
            for loser in answer.losers
        ],
        "certainty": str(answer.certainty),
        "alternatives": [
            {"when": sentence(other.when), **_short(other.answer)}
            for other in answer.alternatives
        ],
    }


def _short(answer: Answer) -> dict[str, Any]:
    return {
        "status": answer.status,
        "outcome": str(answer.outcome),
        "ingress": answer.ingress,
        "service": answer.service,
        "upstreamPath": answer.upstream_path,
        "location": answer.location,
    }


def to_text(
    asked: Sequence[Hops], clusters: Sequence[ClusterRoutes], language: str
) -> str:
    """Return the answers as text, one block a URL."""
    lines = list(_setting(clusters, language))
    for hops in asked:
        if lines:
            lines.append("")
        lines.extend(_hops(hops, language))
    return harmless("\n".join(lines)) + "\n"


def _setting(clusters: Sequence[ClusterRoutes], language: str) -> Iterator[str]:
    said = words(language)
    error = config_error(clusters)
    if error is not None:
        yield said["config-error"].format(reason=sentence(error, language))
    for cluster in clusters:
        if cluster.assumed:
            name = _controller(cluster.tables[0].controller)
            yield said["assumed"].format(controller=name)
        if cluster.foreign:
            yield said["foreign"].format(controllers=", ".join(cluster.foreign))


def _hops(hops: Hops, language: str) -> Iterator[str]:
    for number, answer in enumerate(hops):
        indent = "  " * number
        for line in _answer(answer, language):
            yield f"{indent}{line}"


def _answer(answer: Answer, language: str) -> Iterator[str]:
    said = words(language)
    yield answer.request.url
    status = answer.status if answer.status is not None else "???"
    yield f"  {status}  {outcome_text(answer, language)}"
    whose = []
    if answer.ingress:
        whose.append(said["by"].format(kind=_kind(answer), name=answer.ingress))
    if application := application_of(answer.subject):
        whose.append(said["of"].format(application=application))
    whose.append(_controller(answer.controller))
    yield f"       {', '.join(whose)}"
    yield from _listed(said["why"], [sentence(why, language) for why in answer.why])
    yield from _listed(
        said["losers"],
        [f"{each.ingress}: {sentence(each.why, language)}" for each in answer.losers],
    )
    if answer.certainty is not Certainty.CERTAIN:
        certainty = said[f"certainty-{answer.certainty}"]
        yield "  " + said["certainty"].format(certainty=certainty)
    for other in answer.alternatives:
        status = other.answer.status or "???"
        what = outcome_text(other.answer, language)
        lines = [f"{status}  {what}", sentence(other.when, language)]
        yield from _listed(said["otherwise"], lines)


def _kind(answer: Answer) -> str:
    subject = answer.subject
    return subject.kind if isinstance(subject, Manifest) else "Ingress"


def outcome_text(answer: Answer, language: str) -> str:
    """Say what the client is met with, in one sentence."""
    said = words(language)
    return said[_outcome(answer)].format(
        service=answer.service or "?",
        port=said["port"].format(port=answer.port) if answer.port else "",
        path=answer.upstream_path or said["path-unknown"],
        location=answer.location or "?",
    )


def _outcome(answer: Answer) -> str:
    """Return which sentence says an outcome; some take more than one."""
    match answer.outcome:
        case Outcome.DEFAULT_BACKEND if answer.service:
            return "default-service"
        case Outcome.DEFAULT_BACKEND if (answer.status or _ERRORS) < _ERRORS:
            return "controller-itself"
        case Outcome.REFUSED if answer.status is None:
            return "nobody-listens"
        case Outcome.REFUSED if answer.status == _NOT_FOUND:
            return "nobody-here"
        case _:
            return str(answer.outcome)


def _listed(title: str, lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"  {title if number == 0 else '':<5}{line}"


def _controller(controller: object) -> str:
    name = getattr(controller, "name", "")
    version = getattr(controller, "version", "")
    return f"{name} {version}".strip()


def verified_text(found: Sequence[Verified], language: str) -> str:
    """Return how each expected route fared, the broken ones with their chain."""
    said = words(language)
    if not found:
        return said["none-expected"] + "\n"
    names = {
        Held.HOLDS: said["holds"],
        Held.BROKEN: said["broken"],
        Held.UNKNOWN: said["doubtful"],
    }
    wide = max(len(name) for name in names.values())
    lines: list[str] = []
    for each in found:
        head = f"{names[each.held]:<{wide}}  {each.route.url}"
        if each.held is Held.HOLDS:
            lines.append(f"{head}  ->  {_reached(each.hops[-1])}")
            continue
        lines.append(head)
        where = each.route.location
        if where is not None:
            lines.append(f"  --> {where}")
        if each.route.unknown:
            lines.append(f"  {each.route.unknown}")
            continue
        if each.held is Held.BROKEN:
            lines += [f"  {line}" for line in _differences(each, said)]
        lines += [f"  {line}" for line in _hops(each.hops, language)]
    counted = Counter(each.held for each in found)
    verdict = said["verdict"].format(holds=counted[Held.HOLDS], total=len(found))
    unknown = counted[Held.UNKNOWN]
    if unknown:
        verdict += said["verdict-unknown"].format(unknown=unknown)
    lines += ["", verdict]
    return harmless("\n".join(lines)) + "\n"


def _differences(each: Verified, said: Mapping[str, str]) -> Iterator[str]:
    """Yield what differs; that nobody answers goes without saying beside the rest."""
    shown = [d for d in each.differences if d.field != "outcome"] or each.differences
    for one in shown:
        yield said["differs"].format(
            field=one.field,
            expected=one.expected,
            actual=said.get(one.actual, one.actual)
            if one.actual in ("nobody", "none")
            else one.actual,
        )


def _reached(answer: Answer) -> str:
    if answer.outcome is Outcome.BACKEND:
        who = application_of(answer.subject).rpartition("/")[2] or answer.service
        return f"{who} {answer.upstream_path}"
    return f"{answer.status} {answer.location or answer.outcome}"


def verified_json(found: Sequence[Verified], gaps: Iterable[Gap]) -> str:
    """Return how each expected route fared, as JSON."""
    return encode(
        {
            "schema": SCHEMA,
            "command": "verify",
            "routes": [
                {
                    "url": each.route.url,
                    "cluster": each.cluster,
                    "held": str(each.held),
                    "unknown": each.route.unknown or None,
                    "differences": [
                        {
                            "field": d.field,
                            "expected": d.expected,
                            "actual": d.actual,
                        }
                        for d in each.differences
                    ],
                    "answers": [answer_v1(hop) for hop in each.hops],
                }
                for each in found
            ],
            "gaps": [gap_v1(gap) for gap in gaps],
        }
    )
