"""Parameter sets from `baro.yaml`, for generators that ask the outside."""

from collections.abc import Mapping, Sequence
from typing import Any

from baro.expand.generators.generator import Surroundings
from baro.model.fieldpath import FieldPath
from baro.model.finding import Gap

SHORT, SHORTER = 8, 7
"""Characters of the two short forms of a commit's SHA."""


def fixture(
    key: str, path: FieldPath, around: Surroundings, asks: str
) -> Sequence[Mapping[str, Any]]:
    """Return what `generators: {NAME: {KEY: [...]}}` states; without it, a gap.

    `asks` says who knows: "the provider's API".
    """
    stated = around.fixtures.get(key)
    if stated is not None:
        return stated
    ref = around.applicationset.ref
    around.account.gap(
        path,
        Gap(
            subject=str(ref),
            reason=f"what its {key} generator finds is known only to {asks}",
            closes_with=f"generators: {{{ref.name}: {{{key}: [...]}}}}",
            location=around.locate(path),
            ref=ref,
        ),
    )
    return ()


def text(value: Any) -> str:
    """Return a fixture's value as the string that Argo CD has there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
