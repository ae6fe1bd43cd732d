"""Finds the rules: every module of every layer's folder."""

import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType

import baro.rules
from baro.rules.rule import Rule


@cache
def catalog() -> dict[str, Rule]:
    """Return every rule by its id, in the order of the ids."""
    found: dict[str, Rule] = {}
    for folder in pkgutil.iter_modules(baro.rules.__path__):
        if not folder.ispkg:
            continue
        package = import_module(f"baro.rules.{folder.name}")
        for module in pkgutil.iter_modules(package.__path__):
            found.update(
                (rule.id, rule)
                for rule in rules_of(import_module(f"{package.__name__}.{module.name}"))
            )
    return dict(sorted(found.items()))


def rules_of(module: ModuleType) -> list[Rule]:
    """Return the rules that a module defines."""
    return [value for value in vars(module).values() if isinstance(value, Rule)]
