"""Label selectors: on clusters, and after any generator."""

# Argo CD: applicationset/utils/selector.go; k8s.io/apimachinery: pkg/labels

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from baro.expand.applicationsets.gotext import quoted
from baro.model.selector import Requirement

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_LONGEST_NAME = 63
_LONGEST_DOMAIN = 253
_OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


class SelectorError(ValueError):
    """A selector that Kubernetes refuses; the text is its own."""


class Selector(Struct, frozen=True):
    """All of these conditions; none of them selects everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Tell whether the labels meet every condition."""
        return all(requirement.accepts(labels) for requirement in self.requirements)


def parse(spec: Mapping[str, Any], *, of_labels: bool = False) -> Selector:
    """Read `matchLabels` and `matchExpressions`.

    `of_labels` for the selector of clusters, whose values must be label values;
    the selector after a generator takes any value, URLs among them.

    Raises:
        SelectorError: an operator, a key or a value is not allowed.
    """
    pairs = spec.get("matchLabels") or {}
    found = [
        _requirement(key, "In", [pairs[key] or ""], of_labels=of_labels, single=True)
        for key in sorted(pairs)
    ]
    # What is null in YAML is empty in Go.
    for written in spec.get("matchExpressions") or ():
        expression = written or {}
        operator = expression.get("operator") or ""
        if operator not in _OPERATORS:
            kind = "label" if of_labels else "pod"
            raise SelectorError(
                f"{quoted(operator)} is not a valid {kind} selector operator"
            )
        values = [value or "" for value in expression.get("values") or ()]
        key = expression.get("key") or ""
        found.append(_requirement(key, operator, values, of_labels=of_labels))
    return Selector(tuple(sorted(found, key=lambda each: each.key)))


def _requirement(
    key: str, operator: str, values: list[str], *, of_labels: bool, single: bool = False
) -> Requirement:
    errors = [f"key: Invalid value: {quoted(key)}: {'; '.join(_key_faults(key))}"]
    if not _key_faults(key):
        errors.clear()
    listed = f"[{','.join(map(quoted, values))}]"
    if operator in ("In", "NotIn") and not values:
        errors.append(
            "values: Invalid value: null: for 'in', 'notin' operators, "
            "values set can't be empty"
        )
    if operator in ("Exists", "DoesNotExist") and values:
        errors.append(
            f"values: Invalid value: {listed}: "
            "values set must be empty for exists and does not exist"
        )
    if of_labels:
        errors.extend(_value_errors(key, values, single=single))
    if errors:
        raise SelectorError(_aggregate(errors))
    return Requirement(key, operator, tuple(values))


def _aggregate(errors: list[str]) -> str:
    distinct = list(dict.fromkeys(errors))
    return distinct[0] if len(distinct) == 1 else f"[{', '.join(distinct)}]"


def _value_errors(key: str, values: list[str], *, single: bool) -> list[str]:
    errors = []
    for index, value in enumerate(values):
        faults = []
        if len(value.encode()) > _LONGEST_NAME:
            faults.append(f"must be no more than {_LONGEST_NAME} bytes")
        if not _VALUE.fullmatch(value):
            faults.append(
                "a valid label must be an empty string or consist of alphanumeric "
                "characters, '-', '_' or '.', and must start and end with an "
                "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', "
                f"regex used for validation is '{_VALUE.pattern}')"
            )
        if faults:
            at = 0 if single else index
            place = f"values[{at}][{key}]"
            errors.append(
                f"{place}: Invalid value: {quoted(value)}: {'; '.join(faults)}"
            )
    return errors


def _key_faults(key: str) -> list[str]:
    # k8s.io/apimachinery: pkg/util/validation, IsQualifiedName
    name_rule = (
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must "
        "start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  "
        f"or '123-abc', regex used for validation is '{_NAME.pattern}')"
    )
    parts = key.split("/")
    if len(parts) > 2:  # noqa: PLR2004 - prefix and name
        rule = name_rule.removeprefix("name part ")
        optional = "with an optional DNS subdomain prefix and '/'"
        return [f"a valid label key {rule} {optional} (e.g. 'example.com/MyName')"]
    faults: list[str] = []
    name = parts[-1]
    if len(parts) > 1:
        faults.extend(f"prefix part {fault}" for fault in _domain_faults(parts[0]))
    if not name:
        faults.append("name part must be non-empty")
    elif len(name.encode()) > _LONGEST_NAME:
        faults.append(f"name part must be no more than {_LONGEST_NAME} bytes")
    if not _NAME.fullmatch(name):
        faults.append(name_rule)
    return faults


def _domain_faults(prefix: str) -> list[str]:
    if not prefix:
        return ["must be non-empty"]
    faults = []
    if len(prefix) > _LONGEST_DOMAIN:
        faults.append(f"must be no more than {_LONGEST_DOMAIN} bytes")
    if not _DOMAIN.fullmatch(prefix):
        faults.append(
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric "
            "characters, '-' or '.', and must start and end with an alphanumeric "
            "character (e.g. 'example.com', regex used for validation is "
            r"'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
        )
    return faults
