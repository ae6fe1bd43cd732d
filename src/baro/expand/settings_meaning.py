"""What in `baro.yaml` has the right type and still cannot be."""

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from urllib.parse import urlsplit

from msgspec import Struct

from baro.expand.options import is_release
from baro.expand.settings import OUTSIDE, Settings
from baro.model.fieldpath import FieldPath
from baro.model.repourl import normal

_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_NAMESPACE = re.compile(r"(?=.{1,63}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBJECT = re.compile(r"[/*?\[]")
"""What `Kind/namespace/name` has at least, or a pattern."""
_STATUSES = range(100, 600)


class Mistake(Struct, frozen=True):
    """Something in the file that cannot be: where, what, and the way out."""

    path: FieldPath
    message: str
    hint: str = ""


def known_here(near: Sequence[str], known: Iterable[str]) -> str:
    """Return the way out for a word that nobody knows: the nearest, and all."""
    every = ", ".join(known)
    if near:
        return f"did you mean {near[0]}? Known here: {every}"
    return f"known here: {every}"


def contradictions(settings: Settings) -> Iterator[Mistake]:
    """Yield what cannot be, with the way out."""
    yield from _repositories(settings)
    yield from _clusters(settings)
    yield from _roots(settings)
    yield from _routes(settings)
    yield from _accepted(settings)
    yield from _generators(settings)
    for name, written, like in (
        ("argocdVersion", settings.argocd_version, "3.5.1"),
        ("kubernetesVersion", settings.kubernetes_version, "1.34.0"),
    ):
        if written and not is_release(written):
            yield Mistake((name,), f"not a version: {written!r}", f"write {like}")
    yield from _namespace(settings.argocd_namespace, ("argocdNamespace",))


def _repositories(settings: Settings) -> Iterator[Mistake]:
    first: dict[str, tuple[str, str]] = {}
    for url, folder in settings.repositories.items():
        if not url.strip() or not folder.strip():
            yield Mistake(("repositories", url), "needs a URL and a folder")
        known, there = first.setdefault(normal(url), (url, folder))
        if there != folder:
            message = f"{url} is {known} in another spelling, which is {there}"
            yield Mistake(("repositories", url), message, "keep one of the two")


def _roots(settings: Settings) -> Iterator[Mistake]:
    for index, root in enumerate(settings.roots):
        at: FieldPath = ("roots", index)
        if bool(root.chart) == bool(root.path):
            yield Mistake(at, "a root has either a chart or a path")
        elif root.path and (root.value_files or root.values or root.release_name):
            yield Mistake(at, "a path takes no values; only a chart does")
        yield from _namespace(root.namespace, (*at, "namespace"))


def _namespace(name: str, at: FieldPath) -> Iterator[Mistake]:
    if _NAMESPACE.fullmatch(name) is None:
        hint = "it has at most 63 small letters, digits and dashes"
        yield Mistake(at, f"not a namespace: {name!r}", hint)


def _routes(settings: Settings) -> Iterator[Mistake]:
    for index, route in enumerate(settings.routes):
        at: FieldPath = ("routes", index)
        if not _is_url(route.url):
            message = f"not a URL: {route.url!r}"
            hint = "write it as https://host/path; {domain} is filled in"
            yield Mistake((*at, "url"), message, hint)
        if route.status is not None and route.status not in _STATUSES:
            message = f"not a status of HTTP: {route.status}"
            yield Mistake((*at, "status"), message, "write one from 100 to 599")
        if route.upstream_path and not route.upstream_path.startswith("/"):
            message = f"not a path: {route.upstream_path!r}"
            yield Mistake((*at, "upstreamPath"), message, "it begins with a slash")


def _generators(settings: Settings) -> Iterator[Mistake]:
    for name, stated in settings.generators.items():
        for kind in stated:
            if kind in OUTSIDE:
                continue
            near = difflib.get_close_matches(kind, OUTSIDE, n=1)
            yield Mistake(
                ("generators", name, kind),
                f"no generator that asks the outside: {kind!r}",
                known_here(near, OUTSIDE),
            )


def _clusters(settings: Settings) -> Iterator[Mistake]:
    for index, cluster in enumerate(settings.clusters):
        if not cluster.name:
            yield Mistake(("clusters", index, "name"), "a cluster needs a name")
        if not _is_url(cluster.server):
            message = f"not the address of an API server: {cluster.server!r}"
            hint = "write it as https://host:port"
            yield Mistake(("clusters", index, "server"), message, hint)


def _accepted(settings: Settings) -> Iterator[Mistake]:
    for index, accept in enumerate(settings.accept):
        if not _SUBJECT.search(accept.subject):
            message = f"not an object: {accept.subject!r}"
            hint = "write Kind/namespace/name; * stands for any text"
            yield Mistake(("accept", index, "subject"), message, hint)
        if not accept.reason.strip():
            yield Mistake(("accept", index, "reason"), "say why this is fine")
        if accept.until and not _is_day(accept.until):
            message = f"not a day: {accept.until!r}"
            yield Mistake(("accept", index, "until"), message, "write 2027-01-31")


def _is_url(text: str) -> bool:
    try:
        parts = urlsplit(_PLACEHOLDER.sub("x", text))
        parts.port  # noqa: B018 - reading it is the check
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)


def _is_day(text: str) -> bool:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return False
    return day.isoformat() == text
