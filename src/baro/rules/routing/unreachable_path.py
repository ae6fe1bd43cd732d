"""A path never gets a request, because another regular expression comes first.

Reports paths of a host with regular expressions whose every request is taken by a
location that nginx tries before.

## Why it matters

With regular expressions the longest path *text* is tried first, not the most specific
one: `/kr(/|$)(.*)` has twelve characters and comes before `/kr/api`, which has seven;
`/(.*)` comes before `/kr`.
The Service behind the later one is never asked.

## Flagged

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr/api
            pathType: Prefix
            backend: {service: {name: api, port: {number: 80}}}
```

## Accepted

```yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
  namespace: kr
  annotations: {nginx.ingress.kubernetes.io/rewrite-target: /$2}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: backstage, port: {number: 7007}}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: api, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr/api(/|$)(.*)
            pathType: ImplementationSpecific
            backend: {service: {name: api, port: {number: 80}}}
```

## How to fix

Make the more specific path the longer text: `/kr/api(/|$)(.*)`.
Or give it a host of its own.

## Seen as

The other Service's answer, often its start page:

```text
Unexpected token '<', "<!doctype "... is not valid JSON
```
"""

from collections.abc import Iterator, Sequence

from baro.model.finding import Confidence, Finding, Layer, Severity
from baro.routing.ingress_nginx.locations import Location
from baro.rules.patterns import literal_beginning, looks_like_pattern, takes
from baro.rules.routed import Path, ingress_nginx, paths_of
from baro.rules.rule import Context, rule


@rule("unreachable-path", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for server in nginx.servers:
            if not server.regex_mode:
                continue
            paths = {
                id(location): path
                for path in paths_of(nginx, server)
                for location in path.locations
            }
            for index, location in enumerate(server.locations):
                path = paths.get(id(location))
                before = server.locations[:index]
                taker = paths.get(id(_taker(path, before))) if path else None
                if path is None or taker is None or location is not path.location:
                    continue
                yield ctx.finding(
                    path.ingress,
                    f"path {path.text} never gets a request: {taker.ingress.ref} has "
                    f"{taker.text}, which nginx tries first",
                    (path.evidence, taker.evidence),
                    fix=f"Make the path a longer text than {taker.text}, as in "
                    f"{path.text.rstrip('/')}(/|$)(.*), or give it a host of its own.",
                    confidence=_confidence(path, taker),
                )


def _confidence(path: Path, taker: Path) -> Confidence:
    """Equal texts are tried in the order of their age, which Git does not have."""
    same = path.text == taker.text and path.ingress is not taker.ingress
    return Confidence.POSSIBLE if same else Confidence.CERTAIN


def _taker(path: Path, before: Sequence[Location]) -> Location | None:
    """Return the one location that takes all of a path's requests, if one does."""
    samples = _samples(path)
    takers = {id(one): one for one in (_first(s, before) for s in samples) if one}
    if len(takers) != 1 or not all(_first(sample, before) for sample in samples):
        return None
    (taker,) = takers.values()
    same = (taker.upstream, taker.settings) == (
        path.location.upstream,
        path.location.settings,
    )
    return None if same else taker


def _first(text: str, locations: Sequence[Location]) -> Location | None:
    for location in locations:
        if location.regex is None:
            return None
        if takes(location.regex, text):
            return location
    return None


def _samples(path: Path) -> list[str]:
    """Return requests that a path was written for, and takes."""
    text = literal_beginning(path.text) if looks_like_pattern(path.text) else path.text
    plain = text.rstrip("/")
    wanted = [text, f"{plain}/", f"{plain}/zzz", f"{plain}/zzz/zzz"]
    if path.location.path_type == "Exact":
        wanted = [text]
    return [one for one in wanted if one and path.takes(one)]
