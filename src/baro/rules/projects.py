"""What an AppProject permits, as Argo CD decides it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any

from baro.model.argocd import Application
from baro.model.fieldpath import FieldPath
from baro.model.manifest import Manifest
from baro.model.repourl import normal
from baro.model.snapshot import Snapshot
from baro.rules.destinations import Place

Match = re.Pattern[str]


@dataclass(frozen=True, slots=True, eq=False)
class Project:
    """Reads an AppProject."""

    manifest: Manifest

    def permits_source(self, url: str) -> bool:
        """Tell whether an Application may use a repository."""
        # Argo CD: app_project_types.go, IsSourcePermitted
        wanted = normal(url)
        permitted = False
        for pattern in self.manifest.sequence("spec", "sourceRepos"):
            deny, text = _split(str(pattern))
            hit = matches(normal(text), wanted, separator="/")
            if deny and hit:
                return False
            permitted = permitted or hit is not deny
        return permitted

    def permits_destination(self, place: Place, namespace: str) -> bool:
        """Tell whether an Application may put something into a namespace."""
        # Argo CD: app_project_types.go, isDestinationMatched
        permitted = False
        for item in self.manifest.sequence("spec", "destinations"):
            if not isinstance(item, Mapping):
                continue
            name, server, space = (
                str(item.get(key) or "") for key in ("name", "server", "namespace")
            )
            by_name = bool(place.name) and _accepts(name, place.name)
            by_server = bool(place.server) and _accepts(server, place.server)
            by_space = _accepts(space, namespace)
            if (by_name or by_server) and by_space:
                permitted = True
            elif (
                (not by_name and name.startswith("!"))
                or (not by_server and server.startswith("!") and by_space)
                or (not by_space and space.startswith("!") and by_server)
            ):
                return False
        return permitted

    def decides_by_unknown(self, place: Place) -> bool:
        """Tell whether the answer needs the name or server that is not known."""
        lacking = [k for k in ("name", "server") if not getattr(place, k)]
        return any(
            isinstance(item, Mapping) and item.get(key)
            for item in self.manifest.sequence("spec", "destinations")
            for key in lacking
        )

    def permits_kind(self, group: str, kind: str, name: str, *, spaced: bool) -> bool:
        """Tell whether an Application may deploy a kind (of that name)."""
        # Argo CD: app_project_types.go, IsGroupKindNamePermitted
        if spaced:
            white = self.manifest.get("spec", "namespaceResourceWhitelist")
            listed = white is None or self._lists(white, group, kind)
            black = self.manifest.get("spec", "namespaceResourceBlacklist")
            return listed and not self._lists(black, group, kind)
        white = self.manifest.get("spec", "clusterResourceWhitelist")
        black = self.manifest.get("spec", "clusterResourceBlacklist")
        return self._lists(white, group, kind, name) and not self._lists(
            black, group, kind, name
        )

    @staticmethod
    def _lists(items: Any, group: str, kind: str, name: str = "") -> bool:
        return any(
            isinstance(item, Mapping)
            and _plain(str(item.get("kind") or ""), kind)
            and _plain(str(item.get("group") or ""), group)
            and (not name or not item.get("name") or _plain(str(item["name"]), name))
            for item in (items if isinstance(items, list) else ())
        )


def projects(snapshot: Snapshot) -> dict[str, Project]:
    """Return the AppProjects of a state by their name."""
    found = snapshot.of_kind("AppProject", group="argoproj.io")
    return {m.ref.name: Project(m) for m in reversed(found)}


def governed(snapshot: Snapshot) -> Iterator[tuple[Application, Project]]:
    """Yield the Applications whose AppProject is in the state, with it."""
    known = projects(snapshot)
    for manifest in snapshot.applications():
        application = Application(manifest)
        if application.project in known:
            yield application, known[application.project]


def stated(manifest: Manifest, *paths: FieldPath) -> FieldPath:
    """Return the first of the paths that stands in a manifest, else `spec`."""
    return next((path for path in paths if manifest.has(path)), ("spec",))


def matches(pattern: str, text: str, *, separator: str = "") -> bool:
    """Tell whether a glob of gobwas/glob matches; one that does not compile never."""
    if pattern == "*":
        return True
    compiled = _compiled(pattern, separator)
    return compiled is not None and compiled.fullmatch(text) is not None


def _accepts(pattern: str, text: str) -> bool:
    deny, plain = _split(pattern)
    return matches(plain, text) is not deny


def _split(pattern: str) -> tuple[bool, str]:
    return pattern.startswith("!"), pattern.removeprefix("!")


def _plain(pattern: str, text: str) -> bool:
    """Tell whether a pattern of Go's filepath.Match matches a word without `/`."""
    return re.fullmatch(translate(pattern), text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str, separator: str) -> Match | None:
    one = f"[^{re.escape(separator)}]" if separator else "."
    parts: list[str] = []
    at, depth = 0, 0
    while at < len(pattern):
        char = pattern[at]
        if pattern.startswith("**", at):
            parts.append(".*")
            at += 2
            continue
        if char == "[":
            end = pattern.find("]", at + 2)
            if end < 0:
                return None
            inner = re.escape(pattern[at + 1 : end].removeprefix("!"))
            negated = "^" if pattern[at + 1] == "!" else ""
            parts.append(f"[{negated}{inner.replace(chr(92) + '-', '-')}]")
            at = end
        elif char == "\\" and at + 1 < len(pattern):
            at += 1
            parts.append(re.escape(pattern[at]))
        else:
            depth += (char == "{") - (char == "}")
            parts.append(_translated(char, one, inside=depth > 0))
        at += 1
    try:
        return re.compile("".join(parts), re.DOTALL)
    except re.error:
        return None


def _translated(char: str, one: str, *, inside: bool) -> str:
    known = {"*": f"{one}*", "?": one, "{": "(?:", "}": ")"}
    if char == "," and inside:
        return "|"
    return known.get(char) or re.escape(char)
