"""One answer out of several that are possible."""

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from baro.routing.answer import Alternative, Answer, Certainty
from baro.routing.reasons import Reason


class Possible(Struct, frozen=True):
    """An answer and when it would be the one."""

    when: Reason
    answer: Answer


def settle(
    answer: Answer,
    others: Iterable[Possible],
    certainty: Certainty,
    why: Sequence[Reason] = (),
) -> Answer:
    """Add the answers that differ to what `answer` offers besides itself.

    Nothing changes where all of them come to the same for client and app.
    """
    others = list(others)
    if not others:
        return answer
    told = {answer.key, *(other.answer.key for other in answer.alternatives)}
    added: dict[tuple[object, ...], Possible] = {}
    for possible in others:
        if possible.answer.key not in told:
            added.setdefault(possible.answer.key, possible)
    if not added:
        return answer
    return replace(
        answer,
        why=(*answer.why, *why),
        certainty=_worse(answer.certainty, certainty),
        alternatives=(
            *answer.alternatives,
            *(Alternative(one.when, one.answer) for one in added.values()),
        ),
    )


def by_chance(shares: Sequence[Possible]) -> Answer:
    """Return the first of several answers between which the dice decide."""
    first, *rest = shares
    return settle(first.answer, rest, Certainty.DEPENDS_ON_CHANCE, (first.when,))


def _worse(one: Certainty, other: Certainty) -> Certainty:
    ranks = list(Certainty)
    return max(one, other, key=ranks.index)
