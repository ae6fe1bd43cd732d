"""A URL does not do what `baro.yaml` expects of it.

Works out, for each entry of `routes:`, who would answer the URL in the target state,
redirects followed, and compares that with what the entry expects.
`baro verify` shows the same for all routes, and `baro route URL` why.

## Why it matters

Routing is the sum of all Ingresses of a host.
A change of one of them moves requests of the others, and neither Argo CD nor the
controller says so: everything is `Synced` and `Healthy`.

## Flagged

```yaml
# baro.yaml
repositories: {https://git.example/acme/platform: .}
routes:
  - url: https://platform.example/kr/
    application: backstage-kr
    upstreamPath: /
```

```yaml
# apps/backstage-kr.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: backstage-kr, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: kr}
  source: {repoURL: https://git.example/acme/platform, path: kr, targetRevision: HEAD}
```

```yaml
# kr/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /kr
            pathType: Prefix
            backend: {service: {name: backstage, port: {number: 7007}}}
```

## Accepted

```yaml
# baro.yaml
repositories: {https://git.example/acme/platform: .}
routes:
  - url: https://platform.example/kr/
    application: backstage-kr
    upstreamPath: /
```

```yaml
# apps/backstage-kr.yaml
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: backstage-kr, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: kr}
  source: {repoURL: https://git.example/acme/platform, path: kr, targetRevision: HEAD}
```

```yaml
# kr/ingress.yaml
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: backstage
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

`baro route URL` names the Ingress that answers, the others that could have, and why
they lost.
Where the platform is right, correct the entry in `baro.yaml`.

## Seen as

Another application's page, a page without its scripts, or:

```text
404 Not Found
```
"""

from collections.abc import Iterator

from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.routing.answer import Answer, Certainty, Outcome
from baro.routing.expectation import Difference, Held, Verified, verify
from baro.routing.reasons import Code
from baro.rules.routed import path_field, routed
from baro.rules.rule import Context, rule


@rule("expected-route-broken", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    if not ctx.declared.routes:
        return
    for verified in verify(ctx.declared.routes, routed(ctx.declared)):
        # A route whose URL is not known is a gap, and shown as one.
        if verified.held is Held.HOLDS or not verified.hops:
            continue
        broken = verified.held is Held.BROKEN
        application = _application(ctx, verified)
        answer = verified.hops[-1]
        wanted = ", ".join(filter(None, map(_wanted, verified.differences)))
        yield ctx.finding(
            # The route is the subject, so that its causes, Ingresses, come first.
            ObjectRef("Route", verified.route.url),
            f"{_happens(verified)}; expected is {wanted or 'an answer of a Service'}"
            if broken
            else _doubt(answer),
            list(_evidence(verified, application)),
            fix=f"`baro route {verified.route.url}` says why.",
            confidence=Confidence.CERTAIN if broken else Confidence.POSSIBLE,
            severity=Severity.ERROR if broken else Severity.WARNING,
            application=application.ref if application else _answering(answer),
        )


def _application(ctx: Context, verified: Verified) -> Manifest | None:
    """Return the Application that is expected to answer."""
    wanted = verified.route.application
    for application in ctx.declared.applications():
        if wanted and wanted in (application.ref.name, application.ref.path):
            return application
    return None


def _doubt(answer: Answer) -> str:
    if answer.certainty is Certainty.UNKNOWN:
        return "nobody can foretell who answers it"
    return "holds by one of its possible answers, and not by all"


def _happens(verified: Verified) -> str:
    answer = verified.hops[-1]
    via = f"leads to {answer.request.url}, which " if len(verified.hops) > 1 else ""
    taken = f"is answered by {_who(answer)} with path {answer.upstream_path}"
    what = {
        Outcome.BACKEND: taken,
        Outcome.REDIRECT: f"is sent to {answer.location}{_away(answer)}",
        Outcome.DEFAULT_BACKEND: "is answered by nobody (404)",
        Outcome.NO_ENDPOINTS: f"ends at {answer.service}, which has no endpoints (503)",
        Outcome.REFUSED: f"is refused ({answer.status})",
        Outcome.NOT_LOADED: "is served as it was: nginx refuses the configuration",
    }.get(answer.outcome, "is answered by something that cannot be foretold")
    return f"{via}{what}"


def _away(answer: Answer) -> str:
    outside = any(why.code is Code.HOST_OUTSIDE for why in answer.why)
    return ", out of the platform" if outside else ""


def _answering(answer: Answer) -> ObjectRef | None:
    """Return the Application of the Ingress that answers."""
    subject = answer.subject
    return subject.application if isinstance(subject, Manifest) else None


def _who(answer: Answer) -> str:
    application = _answering(answer)
    if application is not None:
        return f"Application {application.name}"
    return f"Ingress {answer.ingress}"


def _wanted(difference: Difference) -> str:
    return {
        "application": f"Application {difference.expected}",
        "service": f"Service {difference.expected}",
        "upstreamPath": f"path {difference.expected}",
        "status": f"status {difference.expected}",
        "redirectsTo": f"a redirect to {difference.expected}",
    }.get(difference.field, "")


def _evidence(verified: Verified, application: Manifest | None) -> Iterator[Evidence]:
    """Yield the path that should have answered, or did; and the expectation."""
    answer = verified.hops[-1]
    for lost in answer.losers:
        subject = lost.subject
        if isinstance(subject, Manifest) and (
            application is not None and subject.application == application.ref
        ):
            yield _path(subject, answer.request.host, lost.path)
            break
    else:
        if isinstance(answer.subject, Manifest) and answer.place is not None:
            place = answer.place
            field = path_field(answer.subject, place.host, place.path)
            yield Evidence.of(answer.subject, field)
    route = verified.route
    yield Evidence(route.location, "routes", route.written)


def _path(ingress: Manifest, host: str, path: str) -> Evidence:
    """Return the path of an Ingress that covers a host."""
    plain = host.partition(":")[0]
    wildcard = f"*.{plain.partition('.')[2]}"
    for named in (plain, wildcard, "_"):
        field = path_field(ingress, named, path)
        if field[-1] == "path":
            return Evidence.of(ingress, field)
    return Evidence.of(ingress, "spec.rules")
