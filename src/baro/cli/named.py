"""Things that a person calls by name."""

from collections.abc import Iterable
from difflib import get_close_matches

from baro.errors import InputError
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot

_LONGEST_NAME = 253
"""Characters of a name in Kubernetes."""


def unknown(
    what: str, name: str, known: Iterable[str], otherwise: str = "", *, where: str = ""
) -> InputError:
    """Return the error for a name that nothing has; the hint names the nearest.

    Where none is near, the hint is `otherwise`, or the names that there are.
    """
    names = sorted(set(known))
    # Comparing takes the square of the length.
    near = get_close_matches(name[:_LONGEST_NAME], names, n=1)
    if near:
        hint = f"did you mean {near[0]}?"
    else:
        hint = otherwise or f"known: {', '.join(names[:12]) or 'none'}"
    message = f"no {what} is called {name[:_LONGEST_NAME]!r}"
    return InputError(message, where=where, hint=hint)


def application_named(snapshot: Snapshot, name: str) -> ObjectRef:
    """Return the Application called `name` or `namespace/name`.

    Raises:
        InputError: there is none.
    """
    applications = snapshot.applications()
    for manifest in applications:
        if name in (manifest.ref.name, manifest.ref.path):
            return manifest.ref
    raise unknown("Application", name, (m.ref.name for m in applications))
