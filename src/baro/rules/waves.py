"""The order in which Argo CD applies the objects of one Application."""

from contextlib import suppress

from msgspec import Struct

from baro.model.manifest import Manifest

HOOK = "argocd.argoproj.io/hook"
HELM_HOOK = "helm.sh/hook"
WAVE = "argocd.argoproj.io/sync-wave"
WEIGHT = "helm.sh/hook-weight"

PHASES = ("PreSync", "Sync", "PostSync")
"""The phases of a sync that succeeds."""
# Argo CD: gitops-engine/pkg/sync/hook/helm/type.go
_HELM = {
    "pre-install": "PreSync",
    "pre-upgrade": "PreSync",
    "post-install": "PostSync",
    "post-upgrade": "PostSync",
}
_TYPES = frozenset((*PHASES, "Skip", "SyncFail", "PreDelete", "PostDelete"))


class Step(Struct, frozen=True, order=True):
    """A phase of a sync and a wave in it; a lower one must be healthy first."""

    phase: int
    wave: int

    def __str__(self) -> str:
        """Return it as people speak of it."""
        return f"{PHASES[self.phase]} wave {self.wave}"


_SYNC = PHASES.index("Sync")
_ORDINARY = Step(_SYNC, 0)
"""The step of nearly all objects."""


def hook_types(manifest: Manifest) -> tuple[str, ...]:
    """Return when an object runs as a hook; nothing for an ordinary object."""
    # Argo CD: gitops-engine/pkg/sync/hook/hook.go
    found = [word for word in _words(manifest, HOOK) if word in _TYPES]
    if not found:
        found = [_HELM[word] for word in _words(manifest, HELM_HOOK) if word in _HELM]
    return tuple(dict.fromkeys(found))


def is_hook(manifest: Manifest) -> bool:
    """Tell whether an object carries a hook annotation of either kind."""
    annotations = manifest.mapping("metadata", "annotations")
    return HOOK in annotations or HELM_HOOK in annotations


def first_step(manifest: Manifest) -> Step | None:
    """Return the step in which an object is applied; None for what no sync applies."""
    annotations = manifest.mapping("metadata", "annotations")
    if not annotations:
        return _ORDINARY
    if not is_hook(manifest):
        return Step(_SYNC, wave(manifest))
    phases = [PHASES.index(t) for t in hook_types(manifest) if t in PHASES]
    return Step(min(phases), wave(manifest)) if phases else None


def wave(manifest: Manifest) -> int:
    """Return the wave; Helm's weight counts where there is none."""
    # Argo CD: gitops-engine/pkg/sync/syncwaves/waves.go
    annotations = manifest.mapping("metadata", "annotations")
    for key in (WAVE, WEIGHT):
        if key in annotations:
            with suppress(ValueError):
                return int(str(annotations[key]))
    return 0


def _words(manifest: Manifest, annotation: str) -> list[str]:
    text = manifest.text("metadata", "annotations", annotation)
    return [word.strip() for word in text.split(",") if word.strip()]
