"""What is answered without creation times, against all creation times there can be."""

from itertools import permutations
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baro.routing.answer import Answer, Certainty
from baro.routing.request import Request
from tests.routing import short
from tests.routing.test_random_worlds import requests, sets_of_ingresses


def effect(answer: Answer) -> tuple[object, ...]:
    """Return what client and app notice; whose "/" it is does not show."""
    whose = answer.place is not None and not answer.place.is_default
    outcome, status, ingress, *rest = answer.key
    return (outcome, status, ingress if whose else None, *rest)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(
    ingresses=sets_of_ingresses(most=4),
    asked=st.lists(requests(), min_size=4, max_size=4),
)
def test_whoever_is_older_the_answer_was_among_those_given(
    ingresses: list[dict[str, Any]], asked: list[Request]
) -> None:
    """No order of creation leads to an answer that was not announced."""
    undated = short.table(
        {key: value for key, value in one.items() if key != "created"}
        for one in ingresses
    )
    for order in permutations(range(len(ingresses))):
        dated = short.table(
            one | {"created": age} for one, age in zip(ingresses, order, strict=True)
        )
        if dated.config_error is not None:
            assert undated.config_error is not None or undated.doubts
            continue
        if undated.config_error is not None:
            continue
        for request in asked:
            answer = undated.answer(request)
            if answer.certainty is Certainty.UNKNOWN:
                continue
            announced = {effect(other.answer) for other in answer.alternatives}
            assert effect(dated.answer(request)) in announced | {effect(answer)}
