"""Kubernetes' label selectors, as Argo CD's generators apply them."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from baro.model.tolerant import mapping, maps, sequence


class Requirement(Struct, frozen=True):
    """One condition on one label; `values` is empty for Exists and DoesNotExist."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def accepts(self, labels: Mapping[str, str]) -> bool:
        """Tell whether the labels fulfil it; an unknown operator never does.

        NotIn holds without the key.
        """
        # Kubernetes: apimachinery/pkg/labels/selector.go, Requirement.Matches
        value = labels.get(self.key)
        match self.operator:
            case "In":
                return value is not None and value in self.values
            case "NotIn":
                return value is None or value not in self.values
            case "Exists":
                return value is not None
            case "DoesNotExist":
                return value is None
            case "Gt" | "Lt":
                return value is not None and self._compares(value)
            case _:
                return False

    def _compares(self, value: str) -> bool:
        try:
            left, right = int(value), int(self.values[0])
        except (ValueError, IndexError):
            return False
        return left > right if self.operator == "Gt" else left < right

    def __str__(self) -> str:
        """Return it as kubectl writes selectors."""
        if self.operator == "In" and len(self.values) == 1:
            return f"{self.key}={self.values[0]}"
        if self.values:
            return f"{self.key} {self.operator.lower()} ({', '.join(self.values)})"
        return self.key if self.operator == "Exists" else f"!{self.key}"


def requirements(selector: Mapping[str, Any]) -> Iterator[Requirement]:
    """Yield the conditions of a selector; all must hold."""
    for key, value in mapping(selector.get("matchLabels")).items():
        yield Requirement(key, "In", (str(value),))
    for expression in maps(selector.get("matchExpressions")):
        yield Requirement(
            str(expression.get("key", "")),
            str(expression.get("operator", "")),
            tuple(str(value) for value in sequence(expression.get("values"))),
        )


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether labels fulfil a selector; an empty one accepts everything."""
    return all(requirement.accepts(labels) for requirement in requirements(selector))
