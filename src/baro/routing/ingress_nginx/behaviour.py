"""What a release of ingress-nginx does, as set up by its flags and its ConfigMap."""

import re
from collections.abc import Iterator

from msgspec import Struct

from baro.routing.answer import Controller
from baro.routing.ingress_nginx.annotation_table import Risk
from baro.routing.ingress_nginx.gotext import is_on, parse_bool, parse_int

NAME = "ingress-nginx"
LAST_VERSION = "1.15.1"
FIRST_VERSION = "1.2.0"
ANNOTATIONS_PREFIX = "nginx.ingress.kubernetes.io"
CONTROLLER_CLASS = "k8s.io/ingress-nginx"

_GUARDS = (
    "block-cidrs",
    "block-referers",
    "block-user-agents",
    "denylist-source-range",
    "enable-modsecurity",
    "global-auth-url",
    "whitelist-source-range",
)
_SERVER = re.compile(r"\bserver\s*\{")
_STATUSES = range(300, 600)
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?")


class Release(Struct, frozen=True):
    """What differs between releases. Each field names what newer ones do.

    `validates`: values of annotations are checked by default (1.12.0).
    `risk`: the default of `annotations-risk-level`, None before there was one.
    `strict_paths`: `strict-validate-path-type` is on by default (1.12.0), or None
    before it existed (1.8.0); `dots_in_paths` lets `.` pass it.
    `snippets`: `allow-snippet-annotations` is on by default (until 1.9.0).
    `tests_config`: the webhook runs `nginx -t` (until CVE-2025-1974).
    `quotes_paths`: locations are written in quotes and escaped.
    `relative_target`: a rewrite target needs no leading slash.
    `comma_in_redirect`: a redirect may contain a comma.
    `overlap_per_path`: the webhook looks for overlaps behind the first one, too.
    """

    validates: bool
    risk: Risk | None
    strict_paths: bool | None
    dots_in_paths: bool
    snippets: bool
    tests_config: bool
    quotes_paths: bool
    relative_target: bool
    comma_in_redirect: bool
    overlap_per_path: bool


def parse_version(text: str) -> tuple[int, int, int] | None:
    """Read `1.8.0`, `v1.8` or `1.12.0-beta.0`; None where it is no version."""
    found = _VERSION.match(text)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None


def release(version: tuple[int, int, int]) -> Release:
    """Return what that release does; read from the tags `controller-v*`."""

    def since(*points: tuple[int, int, int]) -> bool:
        """Tell whether it is in a line at or after its point, or in a later line."""
        for point in points:
            if version[:2] == point[:2]:
                return version >= point
        return version > max(points)

    return Release(
        validates=since((1, 12, 0)),
        risk=(Risk.HIGH if since((1, 12, 0)) else Risk.CRITICAL)
        if since((1, 9, 1))
        else None,
        strict_paths=since((1, 12, 0)) if since((1, 8, 0)) else None,
        dots_in_paths=since((1, 12, 6), (1, 13, 2), (1, 14, 0)),
        snippets=not since((1, 9, 1)),
        tests_config=not since((1, 11, 5), (1, 12, 1)),
        quotes_paths=since((1, 13, 7), (1, 14, 3)),
        relative_target=since((1, 9, 5)),
        comma_in_redirect=since((1, 10, 5), (1, 11, 3), (1, 12, 0)),
        overlap_per_path=since((1, 13, 5), (1, 14, 1)),
    )


class Behaviour(Struct, frozen=True):
    """A release and its configuration, read once.

    `guards` are settings that may turn a client away, `unread` settings that may
    change every answer and are not read.
    """

    version: tuple[int, int, int]
    known_version: bool
    release: Release
    validates: bool
    risk: Risk | None
    strict_paths: bool
    snippets: bool
    prefix: str
    ingress_class: str
    controller_class: str
    by_name: bool
    without_class: bool
    watched_namespace: str
    catch_all: bool
    inspects: bool
    external_names: bool
    default_backend: str
    ssl_redirect: bool
    force_ssl_redirect: bool
    preserve_trailing_slash: bool
    relative_redirects: bool
    redirect_code: int
    no_tls_redirect: tuple[str, ...]
    forwarded_headers: bool
    blocked_words: tuple[str, ...]
    https_port: str
    http_port: str
    passthrough: bool
    errors: tuple[int, ...]
    guards: tuple[str, ...]
    unread: tuple[str, ...]

    @property
    def used_version(self) -> str:
        """Return the release whose behaviour is used."""
        return ".".join(str(part) for part in self.version)


def behaviour(controller: Controller) -> Behaviour:
    """Read a controller's version, flags and settings; unreadable ones count as unset.

    A version that is not known is answered as the nearest that is.
    """
    first = parse_version(FIRST_VERSION) or (0, 0, 0)
    last = parse_version(LAST_VERSION) or (0, 0, 0)
    asked = parse_version(controller.version or LAST_VERSION)
    version = max(first, min(last, asked or last))
    does = release(version)
    flag, setting = _Reader(controller.flags), _Reader(controller.settings)
    risk_level = setting.text("annotations-risk-level", "").upper()
    risk = Risk[risk_level] if risk_level in Risk.__members__ else does.risk
    return Behaviour(
        version=version,
        known_version=asked == version,
        release=does,
        validates=flag.on("enable-annotation-validation", default=does.validates),
        risk=risk if does.risk is not None else None,
        strict_paths=does.strict_paths is not None
        and setting.on("strict-validate-path-type", default=does.strict_paths),
        snippets=setting.on("allow-snippet-annotations", default=does.snippets),
        prefix=flag.text("annotations-prefix", ANNOTATIONS_PREFIX),
        ingress_class=flag.text("ingress-class", "nginx"),
        controller_class=flag.text("controller-class", CONTROLLER_CLASS),
        by_name=flag.on("ingress-class-by-name", default=False),
        without_class=flag.on("watch-ingress-without-class", default=False),
        watched_namespace=flag.text("watch-namespace", ""),
        catch_all=not flag.on("disable-catch-all", default=False),
        inspects=flag.on("deep-inspect", default=True),
        external_names=not flag.on("disable-svc-external-name", default=False),
        default_backend=flag.text("default-backend-service", ""),
        ssl_redirect=setting.on("ssl-redirect", default=True),
        force_ssl_redirect=setting.on("force-ssl-redirect", default=False),
        preserve_trailing_slash=setting.on("preserve-trailing-slash", default=False),
        relative_redirects=setting.on("relative-redirects", default=False),
        redirect_code=setting.number("http-redirect-code", 308),
        no_tls_redirect=setting.words(
            "no-tls-redirect-locations", "/.well-known/acme-challenge"
        ),
        forwarded_headers=setting.on("use-forwarded-headers", default=False),
        blocked_words=setting.words("annotation-value-word-blocklist", ""),
        https_port=flag.text("https-port", "443"),
        http_port=flag.text("http-port", "80"),
        passthrough=flag.on("enable-ssl-passthrough", default=False),
        errors=setting.statuses("custom-http-errors"),
        guards=tuple(name for name in _GUARDS if is_on(setting.text(name, ""))),
        unread=(*_unread_settings(setting), *_unread_flags(flag)),
    )


def _unread_settings(setting: "_Reader") -> Iterator[str]:
    for name in ("server-snippet", "location-snippet"):
        if setting.text(name, "").strip():
            yield f"{name} of the ConfigMap"
    # Most are maps and log formats, which route nothing.
    if _SERVER.search(setting.text("http-snippet", "")):
        yield "http-snippet of the ConfigMap"


def _unread_flags(flag: "_Reader") -> Iterator[str]:
    if flag.text("watch-namespace-selector", ""):
        yield "--watch-namespace-selector"


class _Reader:
    """Reads values that are all text, as flags and ConfigMaps have them."""

    def __init__(self, pairs: tuple[tuple[str, str], ...]) -> None:
        self.values = dict(pairs)

    def text(self, name: str, default: str) -> str:
        return self.values.get(name, default)

    def on(self, name: str, *, default: bool) -> bool:
        value = self.values.get(name)
        read = True if value == "" else parse_bool(value or "")
        return default if value is None or read is None else read

    def number(self, name: str, default: int) -> int:
        value = self.values.get(name, "")
        return int(value) if value.isascii() and value.isdigit() else default

    def statuses(self, name: str) -> tuple[int, ...]:
        codes = [parse_int(word) for word in self.words(name, "")]
        return tuple(code for code in codes if code and code in _STATUSES)

    def words(self, name: str, default: str) -> tuple[str, ...]:
        value = self.values.get(name, default)
        return tuple(word.strip() for word in value.split(",") if word.strip())
