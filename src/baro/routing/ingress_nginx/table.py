"""What all requests share, and a request as nginx has read it."""

from collections.abc import Collection, Mapping

from msgspec import Struct

from baro.routing.answer import Controller
from baro.routing.ingress_nginx.behaviour import Behaviour
from baro.routing.ingress_nginx.names import Chosen
from baro.routing.ingress_nginx.upstreams import Upstream
from baro.routing.reasons import Reason
from baro.routing.request import Request
from baro.routing.world import World


class Table(Struct, frozen=True):
    """What all requests share.

    `certificates` are the hosts under which the controller has a certificate;
    `notes` are caveats by the `namespace/name` of an Ingress.
    """

    controller: Controller
    behaviour: Behaviour
    world: World
    upstreams: Mapping[str, Upstream]
    certificates: Collection[str]
    notes: Mapping[str, tuple[Reason, ...]]

    def has_certificate(self, name: str) -> bool:
        """Tell whether there is a certificate under a host or its wildcard."""
        # ingress-nginx: rootfs/etc/nginx/lua/certificate.lua, get_pem_cert_uid
        if name in self.certificates:
            return True
        return f"*.{name.partition('.')[2]}" in self.certificates

    def scheme(self, request: Request) -> str:
        """Return the scheme that the https redirect goes by."""
        if self.behaviour.forwarded_headers:
            return request.header("x-forwarded-proto") or request.scheme
        return request.scheme

    def best_host(self, request: Request) -> str:
        """Return the host that the https redirect goes to."""
        host = request.host
        if self.behaviour.forwarded_headers:
            forwarded = request.header("x-forwarded-host")
            host = forwarded.partition(",")[0] if forwarded else host
        return host.partition(":")[0]


class Asked(Struct, frozen=True):
    """A request as nginx has read it: host name, decoded path, query."""

    request: Request
    name: str
    path: bytes
    query: bytes
    chosen: Chosen
