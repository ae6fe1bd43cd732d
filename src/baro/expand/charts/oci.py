"""Charts in OCI registries: tags, manifest, layer."""

import base64
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urljoin

from baro.expand.charts.http import Answer, HttpError, get, local
from baro.model.tolerant import maps

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
_LARGEST_ANSWER = 8 * 1024 * 1024
_MOST_PAGES = 50
_UNAUTHORIZED = 401
_CHALLENGE = re.compile(r'([a-z]+)="([^"]*)"')
_NEXT = re.compile(r'<([^>]+)>;\s*rel="?next"?')


@dataclass(eq=False)
class Registry:
    """A registry and a path in it, such as `ghcr.io/acme/charts`; asked anonymously."""

    address: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def tags(self, name: str) -> list[str]:
        """Return the versions of a chart.

        Raises:
            HttpError: the registry refuses or is silent.
        """
        repository = self._repository(name)
        url = self._url(repository, "tags/list")
        found: list[str] = []
        for _ in range(_MOST_PAGES):
            answer = self._get(repository, url, _LARGEST_ANSWER)
            listed = _object(answer, url).get("tags")
            found.extend(str(tag) for tag in listed or () if isinstance(tag, str))
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            url = urljoin(url, following[1])
        # Helm: a tag cannot hold the `+` of a version
        return [tag.replace("_", "+") for tag in found]

    def chart(self, name: str, version: str, most: int) -> bytes:
        """Return the archive of a chart's version.

        Raises:
            HttpError: the registry does not have it, refuses, or is silent.
        """
        repository = self._repository(name)
        tag = version.replace("+", "_")
        url = self._url(repository, f"manifests/{tag}")
        manifest = _object(
            self._get(repository, url, _LARGEST_ANSWER, {"Accept": _MANIFEST}), url
        )
        for layer in maps(manifest.get("layers")):
            if layer.get("mediaType") == _LAYER:
                return self._blob(repository, str(layer.get("digest")), most)
        raise HttpError(f"{url} is no chart: it has no layer of {_LAYER}")

    def _blob(self, repository: str, digest: str, most: int) -> bytes:
        url = self._url(repository, f"blobs/{digest}")
        content = self._get(repository, url, most).body
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise HttpError(
                f"{url} is not what the manifest says: its checksum differs"
            )
        return content

    def _repository(self, name: str) -> str:
        return f"{self.address.partition('/')[2]}/{name}".strip("/")

    def _url(self, repository: str, rest: str) -> str:
        host = self.address.partition("/")[0]
        scheme = "http" if local(host) else "https"
        return f"{scheme}://{host}/v2/{repository}/{rest}"

    def _get(
        self,
        repository: str,
        url: str,
        most: int,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        headers = dict(headers or {})
        if repository in self._tokens:
            headers["Authorization"] = self._tokens[repository]
        try:
            return get(url, most, headers)
        except HttpError as error:
            if error.status != _UNAUTHORIZED or repository in self._tokens:
                raise
            challenge = error.headers.get("www-authenticate", "")
            self._tokens[repository] = _token(challenge, error)
        headers["Authorization"] = self._tokens[repository]
        return get(url, most, headers)


def _token(challenge: str, refusal: HttpError) -> str:
    """Return the header that an anonymous client may use."""
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic":
        return "Basic " + base64.b64encode(b":").decode()
    fields = dict(_CHALLENGE.findall(rest))
    realm = fields.pop("realm", "")
    if scheme.lower() != "bearer" or not realm:
        raise refusal
    wanted = {k: v for k, v in fields.items() if k in ("service", "scope")}
    url = f"{realm}?{urlencode(wanted)}"
    answer = _object(get(url, _LARGEST_ANSWER), url)
    token = answer.get("token") or answer.get("access_token")
    if not isinstance(token, str):
        raise refusal
    return f"Bearer {token}"


def _object(answer: Answer, url: str) -> dict[str, Any]:
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise HttpError(f"{url} is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise HttpError(f"{url} is no JSON object")
    return body
