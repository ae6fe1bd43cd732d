"""What applications say of themselves: their base URLs and logins, in ConfigMaps.

Backstage's `app-config.yaml` and Argo CD's `argocd-cm`, and Keycloak's realms.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from msgspec import Struct

from baro.model import weburl, yamltext
from baro.model.blocktext import place_within
from baro.model.fieldpath import FieldPath, dotted, get
from baro.model.finding import Evidence, shown
from baro.model.manifest import Manifest
from baro.model.snapshot import Snapshot

_REALM = re.compile(r"/realms/([^/]+)")


class Document(Struct, frozen=True, eq=False):
    """A YAML or JSON text in a ConfigMap: its owner, its key, what it says."""

    config: Manifest
    key: str
    body: Mapping[str, Any]

    def evidence(self, *path: str | int) -> Evidence:
        """Take a field of the text, with its line where the text stands in a file."""
        at: FieldPath = ("data", self.key)
        place, written = self.config.origin.locate(at), self.config.origin.written_in()
        if place is not None and written is not None:
            place = place_within(written, place, self.config.text(*at), path)
        return Evidence(
            place,
            f"{dotted(at)} > {dotted(path)}",
            shown(get(self.body, path)),
            self.config.ref,
        )

    def text(self, *path: str | int) -> str:
        """Return the string at `path`; nothing where there is none."""
        value = get(self.body, path)
        return value if isinstance(value, str) else ""


class Login(Struct, frozen=True, eq=False):
    """A login that an application asks an identity provider for.

    `callback` is the URL that it sends along, `client` the client's id (empty where
    it is not literal), `realm` Keycloak's realm. `path` is the field that makes the
    callback.
    """

    application: Document
    callback: str
    client: str
    realm: str
    path: FieldPath


class Client(Struct, frozen=True, eq=False):
    """A client that the identity provider's configuration in Git registers."""

    document: Document
    realm: str
    name: str
    redirects: tuple[str, ...]
    path: FieldPath

    def allows(self, callback: str) -> bool:
        """Tell whether a callback is registered.

        Keycloak: a `*` at the end stands for anything, elsewhere for itself.
        """
        # Keycloak: services, RedirectUtils.matchesRedirects
        return any(
            callback.startswith(allowed[:-1])
            if allowed.endswith("*")
            else callback == allowed
            for allowed in self.redirects
        )


def documents(snapshot: Snapshot) -> Iterator[Document]:
    """Yield every map that a ConfigMap's entries hold as YAML or JSON."""
    for config in snapshot.of_kind("ConfigMap", group=""):
        for key, text in config.mapping("data").items():
            if isinstance(text, str) and ":" in text:
                body = _parsed(text)
                if body is not None:
                    yield Document(config, str(key), body)


@lru_cache(maxsize=512)
def _parsed(text: str) -> Mapping[str, Any] | None:
    try:
        read = yamltext.read(text)
    except yamltext.YamlError:
        return None
    value = read[0].value if len(read) == 1 else None
    return value if isinstance(value, Mapping) else None


def backstages(snapshot: Snapshot) -> Iterator[Document]:
    """Yield the configurations of Backstage instances that state a base URL."""
    for document in documents(snapshot):
        if is_url(document.text("app", "baseUrl")) and get(document.body, ("backend",)):
            yield document


def is_url(text: str) -> bool:
    """Tell whether a text is a whole URL without anything to be filled in."""
    return "${" not in text and bool(weburl.parts(text).hostname)


def logins(snapshot: Snapshot) -> Iterator[Login]:
    """Yield the logins of every application whose configuration is understood."""
    for document in backstages(snapshot):
        yield from _backstage_logins(document)
    for config in snapshot.of_kind("ConfigMap", group=""):
        if config.ref.name == "argocd-cm":
            yield from _argocd_login(config)


def _backstage_logins(document: Document) -> Iterator[Login]:
    # Backstage: plugin-auth-backend, providers/router.ts: the callback is below the
    # backend's base URL.
    base = document.text("backend", "baseUrl") or document.text("app", "baseUrl")
    providers = get(document.body, ("auth", "providers"))
    if not is_url(base) or not isinstance(providers, Mapping):
        return
    for name, environments in providers.items():
        for environment, provider in _maps(environments):
            metadata = provider.get("metadataUrl")
            realm = _realm(metadata)
            if not realm:
                continue
            client = _literal(provider, "clientId")
            written = provider.get("callbackUrl")
            if isinstance(written, str):
                path = ("auth", "providers", name, environment, "callbackUrl")
                yield Login(document, written, client, realm, path)
                continue
            stated = "backend" if document.text("backend", "baseUrl") else "app"
            callback = f"{base.rstrip('/')}/api/auth/{name}/handler/frame"
            yield Login(document, callback, client, realm, (stated, "baseUrl"))


def _argocd_login(config: Manifest) -> Iterator[Login]:
    # Argo CD: util/settings, RedirectURL
    url = config.text("data", "url")
    oidc = _parsed(config.text("data", "oidc.config") or "{}")
    if oidc is None or not is_url(url):
        return
    realm = _realm(oidc.get("issuer"))
    if realm:
        document = Document(config, "oidc.config", oidc)
        callback = f"{url.rstrip('/')}/auth/callback"
        yield Login(document, callback, _literal(oidc, "clientID"), realm, ("issuer",))


def clients(snapshot: Snapshot) -> Iterator[Client]:
    """Yield the clients of every Keycloak realm that a ConfigMap holds."""
    for document in documents(snapshot):
        realm = document.text("realm")
        listed = get(document.body, ("clients",))
        for index, client in enumerate(listed if isinstance(listed, list) else ()):
            redirects = get(client, ("redirectUris",))
            if realm and isinstance(redirects, list):
                yield Client(
                    document,
                    realm,
                    str(get(client, ("clientId",), "")),
                    tuple(str(uri) for uri in redirects),
                    ("clients", index, "redirectUris"),
                )


def _realm(url: object) -> str:
    found = _REALM.search(url) if isinstance(url, str) else None
    return found[1] if found is not None else ""


def _literal(provider: Mapping[str, Any], key: str) -> str:
    value = provider.get(key)
    return value if isinstance(value, str) and "$" not in value else ""


def _maps(value: object) -> Iterator[tuple[str, Mapping[str, Any]]]:
    if isinstance(value, Mapping):
        yield from ((str(k), v) for k, v in value.items() if isinstance(v, Mapping))
