"""A regular expression takes more, or less, than the path that it begins with.

Reports a path such as `/kr(.*)`, which takes `/kraken` as well, and one such as
`/kr/(.*)`, which takes `/kr/` and not `/kr`.

## Why it matters

nginx adds no boundary to a regular expression.
Too much: another application's page is answered by this one.
Too little: on a host with regular expressions nginx does not add the missing slash, and
the redirect from http to https takes one away, so that `http://platform.example/kr/`
ends at `https://platform.example/kr`, which nobody has.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$1
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr/(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations:
    nginx.ingress.kubernetes.io/use-regex: "true"
    nginx.ingress.kubernetes.io/rewrite-target: /$2
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## How to fix

Write `/kr(/|$)(.*)`: a slash, or the end; and `rewrite-target: /$2`.

## Seen as

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.routing.answer import Outcome
from baro.rules.patterns import literal_beginning, looks_like_pattern
from baro.rules.routed import Path, ingress_nginx
from baro.rules.rule import Context, rule


@rule("regex-path-without-boundary", Severity.WARNING, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for path in nginx.paths():
            if path.location.regex is None:
                continue
            begins = literal_beginning(path.text)
            plain = begins.rstrip("/")
            said = _too_much(path, plain) or _too_little(path, plain) if plain else ""
            if said:
                yield ctx.finding(
                    path.ingress,
                    f"path {path.text} {said}",
                    (path.evidence,),
                    fix=f"Write {plain}(/|$)(.*), and $2 in the rewrite-target.",
                )


def _too_much(path: Path, plain: str) -> str:
    if looks_like_pattern(path.text) and path.takes(f"{plain}x"):
        return f"takes {plain}x, too: nothing ends it"
    return ""


def _too_little(path: Path, plain: str) -> str:
    settings = path.location.settings
    # A plain path that a neighbour has turned into a pattern is that rule's affair.
    meant = looks_like_pattern(path.text) or settings.use_regex or settings.target
    if not meant or not path.takes(f"{plain}/") or path.takes(plain):
        return ""
    host = path.server.host
    answer = path.nginx.answer(host, plain)
    if answer is None or answer.outcome is Outcome.NOT_LOADED:
        return f"takes {plain}/ and not {plain}"
    if answer.subject is path.ingress and not (
        answer.place and answer.place.is_default
    ):
        return ""
    taker = f"Ingress {answer.ingress}" if answer.ingress else "nobody"
    said = f"takes {plain}/ and not {plain}, which {taker} answers"
    hop = path.nginx.answer(host, f"{plain}/", "http")
    if hop is not None and (hop.location or "").endswith(plain):
        said += f"; the redirect to https sends {hop.request.url} there"
    return said
