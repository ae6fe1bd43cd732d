"""A CORS origin has a path, so no browser ever sends it.

Reports `backend.cors.origin` of a Backstage, and `cors-allow-origin` of an Ingress with
`enable-cors`, where it is more than scheme, host and port: with a path, or with a slash
at the end.
In a Backstage it is an error where the page and the backend have different origins,
else a warning.

## Why it matters

A browser sends `Origin: https://platform.example`, never with a path.
The origin is compared as a whole, so nothing matches, and the backend's answer is
withheld from the page.
ingress-nginx does worse: since 1.12 it drops the whole annotation for such a value and
answers `Access-Control-Allow-Origin: *`, so that every site may read the answers.
Older releases pass over the one origin, and send no header if none is left.

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
from baro.routing.ingress_nginx.gotext import parse_bool
from baro.routing.ingress_nginx.selection import Kept
from baro.rules.appconfig import Document, backstages
from baro.rules.routed import Nginx, annotated, ingress_nginx
from baro.rules.rule import Context, rule

_FIELD = ("backend", "cors", "origin")


@rule("cors-origin-with-path", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    yield from _of_backstages(ctx)
    for nginx in ingress_nginx(ctx.declared):
        for kept in nginx.routes.selection.kept:
            yield from _of_ingress(ctx, nginx, kept)


def _of_backstages(ctx: Context) -> Iterator[Finding]:
    for document in backstages(ctx.declared):
        for path, origin in _origins(document):
            right = _origin_alone(origin)
            if not right:
                continue
            yield ctx.finding(
                document.config,
                f"backend.cors.origin is {origin}, and an origin has no path",
                (document.evidence(*path),),
                fix=f"Write {right}.",
                severity=Severity.ERROR if _is_split(document) else Severity.WARNING,
            )


def _of_ingress(ctx: Context, nginx: Nginx, kept: Kept) -> Iterator[Finding]:
    # ingress-nginx: internal/ingress/annotations/cors/main.go, Parse
    ingress, annotations = nginx.ingress(kept.key), kept.ingress.annotations
    key = nginx.annotation("cors-allow-origin")
    is_on = parse_bool(annotations.get(nginx.annotation("enable-cors"), ""))
    if ingress is None or kept.is_canary or not is_on:
        return
    origins = [one.strip() for one in annotations.get(key, "").split(",")]
    wrong = {one: _origin_alone(one) for one in origins if _origin_alone(one)}
    for origin, right in wrong.items():
        if nginx.does.validates:
            follows = "the whole value is dropped, and every origin is let in"
        elif set(origins) - {"", *wrong}:
            follows = "this one is passed over"
        else:
            follows = "it is passed over, and no origin is let in"
        yield ctx.finding(
            ingress,
            f"cors-allow-origin lists {origin}, and an origin has no path: {follows}",
            (annotated(ingress, key),),
            fix=f"Write {right}.",
        )


def _origin_alone(origin: str) -> str:
    """Return an origin without its path; empty where it has none."""
    url = _split(origin)
    if url is None or not url.netloc or not url.path:
        return ""
    return f"{url.scheme}://{url.netloc}"


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
