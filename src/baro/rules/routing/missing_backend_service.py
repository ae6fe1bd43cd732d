"""An Ingress or HTTPRoute sends to a Service, or a port of it, that is not there.

Reports backends whose Service nothing in the target state makes, and backends with a
port that their Service does not have.
Where Git knows nothing else of the namespace, this is only a note.

## Why it matters

The path exists, and everybody who asks for it gets 503.
The Ingress itself looks healthy.

## Flagged

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: kr}
spec: {ports: [{name: http-backend, port: 7007}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {name: http}}}
```

## Accepted

```yaml
apiVersion: v1
kind: Service
metadata: {name: backstage, namespace: kr}
spec: {ports: [{name: http-backend, port: 7007}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: backstage, namespace: kr}
spec:
  ingressClassName: nginx
  rules:
    - host: platform.example
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: backstage, port: {name: http-backend}}}
```

## How to fix

Name a Service of the Ingress's own namespace, and one of its ports by its number or
name (not a port of the Pod).
If somebody makes the Service outside Git, accept the finding and say who.

## Seen as

```text
503 Service Temporarily Unavailable
Error obtaining Endpoints for Service "kr/backstage": no object matching key \
"kr/backstage" in local store
Service "kr/backstage" does not have any active Endpoint.
```
"""

from collections import defaultdict
from collections.abc import Iterator

from msgspec import Struct

from baro.graph.relations.routes import route_services
from baro.model.fieldpath import FieldPath, get
from baro.model.finding import Confidence, Evidence, Finding, Layer, Severity
from baro.model.manifest import Manifest
from baro.model.ref import ObjectRef
from baro.model.snapshot import Snapshot
from baro.model.workload import POD_TEMPLATES
from baro.routing.declared import Declared
from baro.routing.world import INGRESS_GROUP, Service, read_service
from baro.rules.made import makers
from baro.rules.nearest import nearest
from baro.rules.routed import path_fields
from baro.rules.rule import Context, rule

_QUIET = ("argoproj.io", "cert-manager.io", "external-secrets.io")
"""Groups of custom kinds whose operators make no Services."""


class _Backend(Struct, frozen=True):
    ref: ObjectRef
    port: str
    name_field: FieldPath
    port_field: FieldPath


@rule("missing-backend-service", Severity.ERROR, layer=Layer.ROUTING)
def check(ctx: Context) -> Iterator[Finding]:
    state = ctx.declared
    services = _services(state)
    made = makers(state)
    known = {(m.cluster, m.ref.namespace) for m in state.of_kind(*POD_TEMPLATES)}
    known |= {(ref.cluster, ref.namespace) for ref in services}
    operated = _operated(state)
    for manifest in state.of_kind("Ingress", "HTTPRoute", "GRPCRoute"):
        for backend in dict.fromkeys(_backends(manifest)):
            ref = backend.ref
            service = services.get(ref)
            place = (ref.cluster, ref.namespace)
            if service is not None:
                has = service.type == "ExternalName" or service.port(backend.port)
                if backend.port and not has:
                    yield _wrong_port(ctx, manifest, backend, service)
            elif not made.makes(ref) and not ref.name.startswith(
                tuple(operated.get(place, ()))
            ):
                sure = Confidence.LIKELY if made.elsewhere else Confidence.CERTAIN
                if place not in known:
                    sure = Confidence.POSSIBLE
                beside = [r.name for r in services if (r.cluster, r.namespace) == place]
                yield _missing(ctx, manifest, backend, nearest(ref.name, beside), sure)


def _missing(
    ctx: Context, manifest: Manifest, backend: _Backend, near: str, sure: Confidence
) -> Finding:
    hint = f"; there is Service {near}" if near else ""
    return ctx.finding(
        manifest,
        f"sends to {backend.ref}, which nobody makes{hint}",
        (Evidence.of(manifest, backend.name_field),),
        fix=f"Name {near or 'a Service'} of namespace {backend.ref.namespace}.",
        confidence=sure,
        severity=Severity.NOTE if sure is Confidence.POSSIBLE else Severity.ERROR,
    )


def _wrong_port(
    ctx: Context, manifest: Manifest, backend: _Backend, service: Service
) -> Finding:
    listed = ", ".join(
        f"{port.number} ({port.name})" if port.name else port.number
        for port in service.ports
    )
    return ctx.finding(
        manifest,
        f"sends to port {backend.port} of {backend.ref}, which has "
        f"{listed or 'no port'}",
        (Evidence.of(manifest, backend.port_field),),
        fix="Write a port of the Service.",
    )


def _services(state: Snapshot) -> dict[ObjectRef, Service]:
    """Return the Services of every cluster."""
    return {
        manifest.ref: read_service(Declared(manifest.body))
        for manifest in state.of_kind("Service", group="")
    }


def _operated(state: Snapshot) -> dict[tuple[str, str], set[str]]:
    """Return, by namespace, the names of objects whose operators may make Services."""
    found: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for manifest in state.manifests:
        group = manifest.ref.group
        custom = "." in group and not group.endswith((".k8s.io", *_QUIET))
        if custom and manifest.ref.name:
            found[manifest.cluster, manifest.ref.namespace].add(manifest.ref.name)
    return found


def _backends(manifest: Manifest) -> Iterator[_Backend]:
    """Yield the Services that a manifest sends to, each with its port."""
    if manifest.kind != "Ingress":
        for name, namespace, field in route_services(manifest):
            port = (*field[:-1], "port")
            yield _backend(manifest, name, namespace, field, port)
        return
    if manifest.ref.group != INGRESS_GROUP:
        return
    fields: list[FieldPath] = [("spec", "defaultBackend", "service")]
    fields += [(*field, "backend", "service") for field, _ in path_fields(manifest)]
    for field in fields:
        name = get(manifest.body, (*field, "name"))
        if isinstance(name, str):
            by = "name" if get(manifest.body, (*field, "port", "name")) else "number"
            port = (*field, "port", by)
            namespace = manifest.ref.namespace
            yield _backend(manifest, name, namespace, (*field, "name"), port)


def _backend(
    manifest: Manifest, name: str, namespace: str, field: FieldPath, port: FieldPath
) -> _Backend:
    ref = ObjectRef("Service", name, namespace, "", manifest.cluster)
    value = get(manifest.body, port)
    text = str(value) if isinstance(value, int | str) else ""
    return _Backend(ref, text, field, port)
