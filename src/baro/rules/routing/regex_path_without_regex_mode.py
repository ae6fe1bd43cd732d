"""A path is written as a regular expression, and nginx takes it to the letter.

Reports paths with signs of a regular expression on a host where no Ingress turns
regular expressions on, neither by `use-regex` nor by a `rewrite-target` that counts.

## Why it matters

No URL ever equals such a text, so the path answers nothing.
Its requests go to whoever has a shorter path on the host: another application answers,
with status 200.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
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

Set `nginx.ingress.kubernetes.io/use-regex: "true"` on the Ingress, and
`rewrite-target: /$2` where the backend does not know the path.
Or write a plain path.

## Seen as

The other application's page, or, where nobody has a shorter path:

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.routing.answer import Outcome
from baro.rules.patterns import literal_beginning, looks_like_pattern
from baro.rules.routed import Path, ingress_nginx, path_field, spoken
from baro.rules.rule import Context, rule


@rule("regex-path-without-regex-mode", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for path in nginx.paths():
            if path.server.regex_mode or not looks_like_pattern(path.text):
                continue
            instead, evidence = _instead(path)
            key = nginx.annotation("use-regex")
            yield ctx.finding(
                path.ingress,
                f"path {path.text} is taken to the letter: nothing turns regular "
                f"expressions on for {spoken(path.server.host)}{instead}",
                (path.evidence, *evidence),
                fix=f'Set {key}: "true", or write a path without such signs.',
            )


def _instead(path: Path) -> tuple[str, tuple[Evidence, ...]]:
    """Say who gets the requests that the path was meant for."""
    meant = literal_beginning(path.text).rstrip("/") + "/"
    answer = path.nginx.answer(path.server.host, meant)
    if answer is None or answer.outcome is Outcome.NOT_LOADED:
        return "", ()
    if not isinstance(answer.subject, Manifest) or answer.place is None:
        return f", and nobody answers {meant}", ()
    taker, place = answer.subject, answer.place
    if place.is_default or taker is path.ingress:
        return "", ()
    field = path_field(taker, place.host, place.path)
    return f", so {taker.ref} answers {meant}", (Evidence.of(taker, field),)
