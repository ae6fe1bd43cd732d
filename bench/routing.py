"""Measure the routing table: 10,000 Ingresses, 10,000 requests.

Half of the hosts are plain, half in regex mode; ten Ingresses share a host.
Prints the time to build the table and the requests per second, both in time of one
CPU, so that whatever else the machine does is not counted.
"""

import random
import time
from collections.abc import Iterator
from typing import Any

from baro.routing.answer import Controller
from baro.routing.declared import Declared
from baro.routing.request import Request
from baro.routing.table import RouteTable

INGRESSES = 10_000
REQUESTS = 10_000
PER_HOST = 10
SEED = 20_260_301


def main() -> None:
    """Build, ask, print."""
    objects = [Declared(body) for body in ingresses()]
    asked = list(requests(random.Random(SEED)))  # noqa: S311 - reproducible, no secret
    started = time.process_time()
    table = RouteTable.build(objects, Controller("ingress-nginx"))
    built = time.process_time() - started
    if table.config_error is not None:
        raise SystemExit(f"the set does not load: {table.config_error}")
    started = time.process_time()
    reached = sum(table.answer(request).service is not None for request in asked)
    elapsed = time.process_time() - started
    print(f"table     {INGRESSES:>8,} Ingresses   {built:6.2f} s   (at most 2)")
    print(
        f"requests  {REQUESTS:>8,}             {REQUESTS / elapsed:8,.0f}/s"
        f"   (at least 20,000), {reached:,} reach a Service"
    )


def ingresses() -> Iterator[dict[str, Any]]:
    """Make the Ingresses of a large platform."""
    for number in range(INGRESSES):
        host, index = divmod(number, PER_HOST)
        regex = host % 2 == 1
        path = f"/team-{index}/app" if index else "/"
        annotations = {}
        if regex and index:
            path += "(/|$)(.*)"
            annotations = {"nginx.ingress.kubernetes.io/rewrite-target": "/$2"}
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "Ingress",
            "metadata": {
                "name": f"app-{number}",
                "namespace": f"team-{index}",
                "annotations": annotations,
            },
            "spec": {
                "ingressClassName": "nginx",
                "tls": [{"hosts": [f"h{host}.example"], "secretName": "tls"}],
                "rules": [
                    {
                        "host": f"h{host}.example",
                        "http": {
                            "paths": [
                                {
                                    "path": path,
                                    "pathType": "ImplementationSpecific"
                                    if regex
                                    else "Prefix",
                                    "backend": {
                                        "service": {
                                            "name": f"app-{number}",
                                            "port": {"number": 80},
                                        }
                                    },
                                }
                            ]
                        },
                    }
                ],
            },
        }


def requests(chance: random.Random) -> Iterator[Request]:
    """Make requests all over the platform, some of them astray."""
    hosts = INGRESSES // PER_HOST
    for _ in range(REQUESTS):
        host = f"h{chance.randrange(hosts)}.example"
        index = chance.randrange(PER_HOST + 2)
        scheme = "http" if chance.random() < 0.1 else "https"
        yield Request(scheme, host, f"/team-{index}/app/api/catalog?limit={index}")


if __name__ == "__main__":
    main()
