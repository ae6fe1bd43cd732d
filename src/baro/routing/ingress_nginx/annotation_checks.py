"""Annotations that nobody reads, and those for which a whole Ingress is left out."""

# ingress-nginx: internal/ingress/annotations/annotations.go, Extract

from collections.abc import Mapping
from difflib import get_close_matches

from baro.routing.ingress_nginx.annotation_table import KNOWN
from baro.routing.ingress_nginx.behaviour import ANNOTATIONS_PREFIX, Behaviour
from baro.routing.reasons import Code, Reason, because

_FOREIGN = (
    "ingress.kubernetes.io",
    "nginx.org",
    "nginx.com",
    "haproxy.org",
    "haproxy-ingress.github.io",
    "traefik.ingress.kubernetes.io",
    "alb.ingress.kubernetes.io",
    "konghq.com",
)
_SNIPPET = "-snippet"


class RefusedError(Exception):
    """The controller leaves the whole Ingress out; carries the reason."""

    def __init__(self, reason: Reason) -> None:
        """Keep the reason."""
        super().__init__(str(reason))
        self.reason = reason


def refuse_words(annotations: Mapping[str, str], behaviour: Behaviour) -> None:
    """Refuse an Ingress for a word that the administrator has blocked.

    Raises:
        RefusedError: it has one.
    """
    for key, value in sorted(annotations.items()):
        for word in behaviour.blocked_words:
            if key.startswith(f"{behaviour.prefix}/") and word in value:
                raise RefusedError(because(Code.ANNOTATION_BLOCKED, key, word))


def refuse_risk(annotations: Mapping[str, str], behaviour: Behaviour) -> None:
    """Refuse an Ingress for an annotation of more risk than is allowed.

    Raises:
        RefusedError: it has one.
    """
    if behaviour.risk is None:
        return
    for key in sorted(annotations):
        prefix, _, name = key.partition("/")
        known = KNOWN.get(name) if prefix == behaviour.prefix else None
        if known is not None and known[1] > behaviour.risk:
            raise RefusedError(
                because(
                    Code.ANNOTATION_RISKY,
                    key,
                    known[1].name.title(),
                    behaviour.risk.name.title(),
                )
            )


def without_effect(
    annotations: Mapping[str, str], behaviour: Behaviour
) -> list[Reason]:
    """Return the annotations that nobody reads, or that are switched off."""
    remarks = []
    for key in sorted(annotations):
        prefix, _, name = key.partition("/")
        if prefix == behaviour.prefix:
            if name.endswith(_SNIPPET) and not behaviour.snippets:
                remarks.append(because(Code.SNIPPET_IGNORED, key))
            elif name not in KNOWN:
                close = get_close_matches(name, KNOWN, 1, 0.8)
                meant = f"{behaviour.prefix}/{close[0]}" if close else ""
                remarks.append(because(Code.ANNOTATION_UNKNOWN, key, meant))
        elif prefix in _FOREIGN or prefix == ANNOTATIONS_PREFIX:
            remarks.append(because(Code.ANNOTATION_FOREIGN, key, behaviour.prefix))
    return remarks
