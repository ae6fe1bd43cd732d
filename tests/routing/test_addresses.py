"""A host that several controllers of one cluster have: DNS decides."""

import pytest
import yaml

from baro.model.route import ExpectedRoute
from baro.routing.answer import Certainty
from baro.routing.expectation import Held, verify
from baro.routing.platform import ClusterRoutes, cluster_routes
from tests.routing import short
from tests.snapshots import manifests

INGRESS = short.ingress({"name": "old", "host": "h.test", "paths": ["/ -> web"]})
GATEWAY = """
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: default}
spec:
  gatewayClassName: any
  listeners: [{name: web, port: 80, protocol: HTTP}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: new, namespace: default}
spec:
  parentRefs: [{name: edge}]
  hostnames: [%s]
  rules: [{backendRefs: [{name: %s, port: 80}]}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: %s, namespace: default}
spec: {ports: [{port: 80}]}
"""


def _cluster(host: str, service: str) -> ClusterRoutes:
    services = [SERVICE % name for name in sorted({"web", service})]
    objects = [yaml.safe_dump(INGRESS), GATEWAY % (host, service), *services]
    [cluster] = cluster_routes(manifests("---\n".join(objects)))
    return cluster


@pytest.mark.parametrize(
    ("host", "service", "lines"),
    [
        (
            "h.test",
            "other",
            [
                "200 default/old web / (depends-on-address)",
                "or if-controller: gateway-api: 200 default/new other /",
            ],
        ),
        ("h.test", "web", ["200 default/old web /"]),
        ("other.test", "other", ["200 default/old web /"]),
    ],
    ids=[
        "two controllers send a host to two Services",
        "two controllers send a host to one Service",
        "the other controller has another host",
    ],
)
def test_who_has_the_host(host: str, service: str, lines: list[str]) -> None:
    """Answers that come to the same for client and app leave nothing open."""
    answer = _cluster(host, service).answer(short.request("http://h.test/"))
    assert short.line(answer) == lines[0]
    others = [
        f"or {short.reason(other.when)}: {short.line(other.answer)}"
        for other in answer.alternatives
    ]
    assert others == lines[1:]
    assert (answer.certainty is Certainty.CERTAIN) is (len(lines) == 1)


@pytest.mark.parametrize(
    ("service", "upstream", "held"),
    [
        ("web", "", Held.UNKNOWN),
        ("", "/", Held.HOLDS),
        ("nobody", "", Held.BROKEN),
    ],
    ids=["by one of the answers", "by all", "by none"],
)
def test_a_route_holds_by_every_possible_answer(
    service: str, upstream: str, held: Held
) -> None:
    """What only the first answer fulfils is not known."""
    route = ExpectedRoute(
        "http://h.test/", "http://h.test/", service=service, upstream_path=upstream
    )
    [verified] = verify([route], [_cluster("h.test", "other")])
    assert verified.held is held
