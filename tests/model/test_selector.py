"""Label selectors accept what Kubernetes accepts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.model.selector import Requirement, matches, requirements

LABELS = {"env": "prod", "size": "3", "zone": ""}
WORDS = st.sampled_from(["prod", "lab", "3", ""])
KEYS = st.sampled_from(["env", "size", "zone", "gone"])


def _expression(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {
        "matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]
    }


@pytest.mark.parametrize(
    ("selector", "accepted"),
    [
        ({}, True),
        ({"matchLabels": {"env": "prod"}}, True),
        ({"matchLabels": {"env": "Prod"}}, False),
        ({"matchLabels": {"env": "prod", "gone": "x"}}, False),
        (_expression("In", "env", "lab", "prod"), True),
        (_expression("In", "gone", "lab"), False),
        (_expression("NotIn", "env", "prod"), False),
        (_expression("NotIn", "gone", "prod"), True),
        (_expression("Exists", "zone"), True),
        (_expression("Exists", "gone"), False),
        (_expression("DoesNotExist", "gone"), True),
        (_expression("DoesNotExist", "zone"), False),
        (_expression("Gt", "size", "2"), True),
        (_expression("Gt", "size", "3"), False),
        (_expression("Lt", "size", "4"), True),
        (_expression("Lt", "env", "4"), False),
        (_expression("Gt", "size"), False),
        (_expression("Gt", "gone", "1"), False),
        (_expression("Like", "env", "prod"), False),
        ({"matchExpressions": ["nonsense"]}, True),
    ],
)
def test_selector_accepts_labels(selector: dict[str, Any], accepted: object) -> None:
    """All conditions of a selector must hold; a missing key passes NotIn only."""
    assert matches(selector, LABELS) is accepted


@given(KEYS, st.lists(WORDS))
def test_opposite_operators_divide_the_labels(key: str, values: list[str]) -> None:
    """In and NotIn, Exists and DoesNotExist never agree."""
    words = tuple(values)
    for one, other in (("In", "NotIn"), ("Exists", "DoesNotExist")):
        accepts = Requirement(key, one, words).accepts(LABELS)
        assert accepts is not Requirement(key, other, words).accepts(LABELS)


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({"matchLabels": {"env": "prod"}}, "env=prod"),
        (_expression("In", "env", "a", "b"), "env in (a, b)"),
        (_expression("NotIn", "env", "a"), "env notin (a)"),
        (_expression("Exists", "env"), "env"),
        (_expression("DoesNotExist", "env"), "!env"),
    ],
)
def test_requirement_is_written_as_kubectl_does(
    selector: dict[str, Any], text: str
) -> None:
    """Messages speak the language of `kubectl get -l`."""
    assert [str(r) for r in requirements(selector)] == [text]
