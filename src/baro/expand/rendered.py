"""Which files are no roots, because an Application renders what they hold."""

from collections.abc import Iterable, Mapping, Sequence

from baro.model.manifest import Manifest
from baro.model.origin import OriginKind
from baro.model.ref import ObjectRef


def rendered_roots(
    roots: Iterable[Manifest],
    manifests: Sequence[Manifest],
    tops: Mapping[int, ObjectRef],
) -> frozenset[int]:
    """Return the identities of the roots that an Application renders as well.

    The rendered object is the same if its name is, and if it came from the same file
    or was built by Kustomize out of files. `tops` names, for the identity of each
    rendered object, the root that its chain begins at.
    """
    rendered: dict[tuple[str, str, str], list[Manifest]] = {}
    for manifest in manifests:
        if manifest.origin.owner is not None:
            rendered.setdefault(anywhere(manifest.ref), []).append(manifest)

    dropped: set[ObjectRef] = set()

    def is_rendered(root: Manifest) -> bool:
        for manifest in rendered.get(anywhere(root.ref), ()):
            # Of two that render each other, one stays a root.
            top = tops.get(id(manifest), root.ref).within("")
            if top in dropped or top == root.ref:
                continue
            text, mine = manifest.origin.text, root.origin.text
            if manifest.origin.kind is OriginKind.KUSTOMIZE or (
                text is not None and mine is not None and text.file == mine.file
            ):
                dropped.add(root.ref)
                return True
        return False

    return frozenset(id(root) for root in roots if is_rendered(root))


def anywhere(ref: ObjectRef) -> tuple[str, str, str]:
    """Return a name without namespace: a file may leave it to its Application."""
    return ref.kind, ref.name, ref.group
