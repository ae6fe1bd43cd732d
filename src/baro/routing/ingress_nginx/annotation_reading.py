"""One pass over the annotations of one Ingress, as the controller's parsers do it."""

# ingress-nginx: internal/ingress/annotations/parser/main.go

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from baro.routing.ingress_nginx.annotation_checks import RefusedError
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.gotext import parse_bool, parse_int, trim_lines
from baro.routing.reasons import Code, Reason, because


@dataclass(slots=True)
class Reading:
    """One pass over one Ingress' annotations."""

    annotations: Mapping[str, str]
    behaviour: Behaviour
    remarks: list[Reason] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        """Return the value of an annotation as it stands."""
        return self.annotations.get(f"{self.behaviour.prefix}/{name}")

    def text(self, name: str, allowed: re.Pattern[str], *, strict: bool) -> str:
        """Read a text; `strict` refuses the Ingress where the value is not allowed."""
        raw = self.value(name)
        if raw is None:
            return ""
        if raw and self.behaviour.validates and not allowed.fullmatch(raw):
            self.bad(name, raw, strict=strict)
            return ""
        return trim_lines(raw)

    def flag(self, name: str, *, default: bool, strict: bool = False) -> bool:
        """Read a boolean; `strict` refuses the Ingress where it is none."""
        raw = self.value(name)
        if raw is None:
            return default
        read = parse_bool(raw)
        if read is not None:
            return read
        if raw and self.behaviour.validates and strict:
            self.bad(name, raw, strict=True)
        self.remarks.append(
            because(
                Code.VALUE_NOT_BOOLEAN,
                self.full(name),
                raw,
                "true" if default else "false",
            )
        )
        return default

    def number(self, name: str, default: int) -> int:
        """Read an integer."""
        raw = self.value(name)
        if raw is None:
            return default
        read = parse_int(raw)
        if read is None:
            self.bad(name, raw, strict=False)
            return default
        return read

    def bad(self, name: str, raw: str, *, strict: bool) -> None:
        """Say that a value is not allowed: of no effect, or the end of the Ingress."""
        if strict:
            raise RefusedError(because(Code.ANNOTATION_REFUSED, self.full(name), raw))
        self.remarks.append(because(Code.VALUE_DROPPED, self.full(name), raw))

    def full(self, name: str) -> str:
        """Return an annotation's whole key."""
        return f"{self.behaviour.prefix}/{name}"
