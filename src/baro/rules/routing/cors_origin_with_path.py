"""A CORS origin has a path, so no browser ever sends it.

Reports `backend.cors.origin` of a Backstage where it is more than scheme, host and
port: with a path, or with a slash at the end.
An error where the page and the backend have different origins, else a warning.

## Why it matters

A browser sends `Origin: https://platform.example`, never with a path.
The origin is compared as a whole, so nothing matches, and the backend's answer is
withheld from the page.

## Flagged

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend:
      baseUrl: https://platform.example/kr
      cors: {origin: 'https://platform.example/kr'}
```

## Accepted

```yaml
apiVersion: v1
kind: ConfigMap
metadata: {name: app-config, namespace: kr}
data:
  app-config.yaml: |
    app: {baseUrl: 'https://platform.example/kr'}
    backend:
      baseUrl: https://platform.example/kr
      cors: {origin: 'https://platform.example'}
```

## How to fix

Write the origin alone: `https://platform.example`.

## Seen as

In the browser's console:

```text
Access to fetch at 'https://api.platform.example/kr/api/catalog' from origin \
'https://platform.example' has been blocked by CORS policy: No \
'Access-Control-Allow-Origin' header is present on the requested resource.
```
"""

from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from baro.model.fieldpath import get
from baro.model.finding import Finding, Layer, Severity
from baro.rules.appconfig import Document, backstages
from baro.rules.rule import Context, rule

_FIELD = ("backend", "cors", "origin")


@rule("cors-origin-with-path", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for document in backstages(ctx.declared):
        for path, origin in _origins(document):
            url = _split(origin)
            if url is None or not url.netloc or not url.path:
                continue
            right = f"{url.scheme}://{url.netloc}"
            yield ctx.finding(
                document.config,
                f"backend.cors.origin is {origin}, and an origin has no path",
                (document.evidence(*path),),
                fix=f"Write {right}.",
                severity=Severity.ERROR if _is_split(document) else Severity.WARNING,
            )


def _origins(document: Document) -> Iterator[tuple[tuple[str | int, ...], str]]:
    value = get(document.body, _FIELD)
    if isinstance(value, str):
        yield _FIELD, value
    for index, each in enumerate(value if isinstance(value, list) else ()):
        if isinstance(each, str):
            yield (*_FIELD, index), each


def _is_split(document: Document) -> bool:
    """Tell whether page and backend have different origins: then CORS decides."""
    page = _split(document.text("app", "baseUrl"))
    backend = _split(document.text("backend", "baseUrl"))
    if page is None or backend is None or not backend.netloc:
        return False
    return (page.scheme, page.netloc) != (backend.scheme, backend.netloc)


def _split(url: str) -> SplitResult | None:
    try:
        return urlsplit(url)
    except ValueError:
        return None
