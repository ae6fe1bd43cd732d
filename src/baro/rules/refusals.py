"""Failures of an expansion, as the rules that report them see them.

Each kind of failure belongs to one rule; a test holds them to it.
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from baro.model.expansion import Failure, FailureKind, Generation, Rendering
from baro.model.fieldpath import dotted, get
from baro.model.finding import Evidence, shown
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.rules.rule import Context

RELEASE_NAME = "invalid release name"
"""Helm's words for a name that is too long; a rule of its own reports them."""

_STEP = ": error calling include: "
_CUT = re.compile(r"\[…\d+ characters…\]")

_FOLLOWS = frozenset(
    (
        FailureKind.SPEC,
        FailureKind.REVISION,
        FailureKind.PATH,
        FailureKind.CHART,
        FailureKind.REFERENCE,
        FailureKind.VALUE_FILE,
    )
)
"""What a field that a template left unprinted leads to."""


class Refusal(Struct, frozen=True, eq=False):
    """A failure, and whose it is: an Application's source or an ApplicationSet."""

    owner: Manifest
    failure: Failure
    rendering: Rendering | None = None
    generation: Generation | None = None

    @property
    def first_line(self) -> str:
        """Return the first line of the message, without a colon at its end.

        Templates that call each other without end tell each call; each is told once,
        and no half of one where the engine has cut the message.
        """
        line = next(iter(self.failure.message.strip().splitlines()), "")
        steps = line.strip().rstrip(":").split(_STEP)
        whole = [step for step in steps if not _CUT.search(step)]
        return _STEP.join(dict.fromkeys(whole if len(steps) > 1 else steps))

    @property
    def place(self) -> str:
        """Return which of its sources an Application cannot render."""
        if self.rendering is None:
            return "the template"
        step = self.rendering.within[-1]
        if not isinstance(step, int):
            return "the source"
        count = len(self.owner.sequence(*self.rendering.within[:-1]))
        return f"source {step + 1} of {count}"

    @property
    def evidence(self) -> Evidence:
        """Return the line to edit: the failure's own, else the source's."""
        failure = self.failure
        path = failure.path
        if failure.location is not None:
            value = shown(get(self.owner.body, path)) if path else self.first_line
            return Evidence(failure.location, dotted(path), value, self.owner.ref)
        if path and self.owner.has(path):
            return Evidence.of(self.owner, path)
        return Evidence.of(self.owner, self._field)

    @property
    def _field(self) -> tuple[str | int, ...]:
        if self.rendering is None:
            return ("spec", "template")
        return self.rendering.within


def refusals(context: Context, *kinds: FailureKind) -> Iterator[Refusal]:
    """Yield the failures of these kinds, each said once for each owner."""
    seen: set[tuple[ObjectRef, FailureKind, str]] = set()
    for refusal in _all(context):
        failure = refusal.failure
        key = (refusal.owner.ref, failure.kind, failure.message)
        if failure.kind in kinds and key not in seen:
            seen.add(key)
            yield refusal


def _unprinted(context: Context) -> set[tuple[int, str]]:
    """Return the Applications with a field that a template left unprinted.

    What fails because of that field is the template's fault, and told there.
    """
    return {
        (id(generation.applicationset), name)
        for generation in context.declared.generations
        for name, _, _ in generation.unresolved
    }


def _all(context: Context) -> Iterator[Refusal]:
    unprinted = _unprinted(context)
    for rendering in context.declared.renderings:
        failure, application = rendering.failure, rendering.application
        if failure is None:
            continue
        owner = application.origin.owner
        made = (id(owner), application.ref.name)
        if failure.kind in _FOLLOWS and made in unprinted:
            continue
        yield Refusal(application, failure, rendering)
    for generation in context.declared.generations:
        for failure in generation.failures:
            yield Refusal(generation.applicationset, failure, None, generation)
