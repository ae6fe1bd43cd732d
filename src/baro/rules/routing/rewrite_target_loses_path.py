"""A rewrite-target drops the part of the path that the backend needs.

Reports a `rewrite-target` that asks for a capture group which the path does not have,
that leaves out the group which holds the rest of the path, or that has no group at all.
It counts for every path of its Ingress, so one Ingress with `/` and `/kr(/|$)(.*)` is
reported for `/`.

## Why it matters

nginx replaces the whole path by the target.
A group that is not there is empty: every script, every API call arrives as `/`, and a
web application answers each of them with its start page and status 200.

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
```

## How to fix

Write the path as `/kr(/|$)(.*)` and the target as `/$2`.
Put paths that need no rewriting into an Ingress of their own.
A target that is meant for one URL alone goes with a path that ends in `$`.

## Seen as

In the browser's console, and where a program wanted JSON:

```text
Refused to execute script from 'https://platform.example/kr/static/main.js' \
because its MIME type ('text/html') is not executable
Unexpected token '<', "<!doctype "... is not valid JSON
```
"""

import re
from collections.abc import Iterator

from baro.model.finding import Finding, Layer, Severity
from baro.rules.patterns import captures, holds_rest
from baro.rules.routed import Path, ingress_nginx
from baro.rules.rule import Context, rule

_GROUP = re.compile(r"\$([1-9])")


@rule("rewrite-target-loses-path", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    for nginx in ingress_nginx(ctx.declared):
        for path in nginx.paths():
            location = path.location
            if location.settings.redirect or location.broken or not location.rewrites:
                continue
            target = location.settings.target
            loss, severity = _loss(path, target)
            if loss:
                yield ctx.finding(
                    path.ingress,
                    f"rewrite-target {target} {loss}",
                    (path.annotated("rewrite-target"), path.evidence),
                    fix="Let the path capture what follows it, as in "
                    "/kr(/|$)(.*), and name that group in the target.",
                    severity=severity,
                )


def _loss(path: Path, target: str) -> tuple[str, Severity]:
    """Say what a target loses, and how bad that is; nothing where all is well."""
    groups = captures(path.text)
    asked = sorted({int(number) for number in _GROUP.findall(target)})
    absent = [number for number in asked if number > len(groups)]
    if absent:
        has = f"has {len(groups) or 'no'} group{'s' * (len(groups) != 1)}"
        return f"asks for group {absent[0]}, and path {path.text} {has}", Severity.ERROR
    if not asked and "$" not in target:
        return _constant(path, target)
    rest = [n for n, group in enumerate(groups, 1) if holds_rest(group)]
    if asked and rest and not set(asked) & set(rest):
        left_out = f"leaves out group {rest[-1]}, ({groups[rest[-1] - 1]})"
        return (
            f"{left_out}, which holds the rest of path {path.text}",
            Severity.ERROR,
        )
    return "", Severity.ERROR


def _constant(path: Path, target: str) -> tuple[str, Severity]:
    one_url = path.location.path_type == "Exact" or path.text.endswith("$")
    if one_url or target.startswith(("http://", "https://")):
        return "", Severity.ERROR
    # An application's start page for everything is never meant.
    severity = Severity.ERROR if target == "/" else Severity.WARNING
    return f"is what every URL below path {path.text} becomes", severity
