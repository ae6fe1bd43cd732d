"""Says a reason of the routing table in words."""

from collections.abc import Mapping

from baro.report.messages import routing_en, routing_ko
from baro.routing.reasons import Code, Reason

ANY_HOST = "*"
"""How all hosts that no Ingress names are shown."""
_VOICES: Mapping[str, tuple[Mapping[Code, str], str, str]] = {
    "en": (routing_en.REASONS, routing_en.MEANT, routing_en.DEFAULT_BACKEND),
    "ko": (routing_ko.REASONS, routing_ko.MEANT, routing_ko.DEFAULT_BACKEND),
}


def shown_host(host: str) -> str:
    """Return a host as people write it; `_` is nginx's own for all that are left."""
    return ANY_HOST if host in ("", "_") else host


def sentence(reason: Reason, language: str = "en") -> str:
    """Say a reason; in English for a language that we do not speak."""
    sentences, meant, default = _VOICES.get(language, _VOICES["en"])
    fields = reason.fields
    if "host" in fields:
        fields["host"] = shown_host(fields["host"])
    if fields.get("service") == "":
        fields["service"] = default
    if fields.get("meant"):
        fields["meant"] = meant.format(meant=fields["meant"])
    return sentences[reason.code].format(**fields)
