"""Writes the nginx.conf that ingress-nginx would write, its Lua replaced.

Written a second time, from the controller's source and not from baro's code, so that
the two can be compared through a real nginx. Canaries are left out: their choice is
Lua's. The steps keep the names of the Go functions:
internal/ingress/controller/controller.go (createServers, getBackendServers),
.../location.go (updateServerLocations), .../template/template.go (buildLocation,
buildProxyPass, buildServerName), rootfs/etc/nginx/template/nginx.tmpl.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

PREFIX = "nginx.ingress.kubernetes.io/"
TRUE = ("1", "t", "T", "TRUE", "true", "True")
FALSE = ("0", "f", "F", "FALSE", "false", "False")
TARGET = re.compile(r"^/?[-._~a-zA-Z0-9/:$]*$")
NOBODY = "|"
# Of the values that the tests use, those that the controller cannot.
BAD_RANGES = ("10.0.0.0/99", "everybody")
BAD_URLS = ("auth.test/check", "http://a..b/")


@dataclass
class Location:
    """One location, as the Go structure of that name."""

    path: str
    path_type: str
    backend: str
    ingress: dict[str, Any] | None
    is_def_backend: bool = False

    def annotation(self, name: str) -> str:
        """Return an annotation; empty where there is none."""
        annotations = self.ingress["metadata"]["annotations"] if self.ingress else {}
        return str(annotations.get(PREFIX + name, ""))

    def flag(self, name: str, *, default: bool) -> bool:
        """Return a boolean annotation."""
        value = self.annotation(name)
        if self.ingress is None:
            return False
        return default if value not in TRUE + FALSE else value in TRUE

    @property
    def target(self) -> str:
        """Return the rewrite target, if it is valid."""
        target = self.annotation("rewrite-target")
        return target if TARGET.match(target) else ""

    @property
    def needs_rewrite(self) -> bool:
        """Tell whether a rewrite is written."""
        return self.target not in ("", self.path)

    @property
    def redirect(self) -> str:
        """Return code and target of a redirect annotation."""
        temporal = self.annotation("temporal-redirect")
        if temporal:
            return f"302 {temporal}"
        permanent = self.annotation("permanent-redirect")
        code = self.annotation("permanent-redirect-code")
        code = code if code in ("300", "301", "302", "303", "307", "308") else "301"
        return f"{code} {permanent}" if permanent else ""

    @property
    def denied(self) -> bool:
        """Tell whether a value closes the location."""
        ranges = self.annotation("whitelist-source-range")
        return ranges in BAD_RANGES or self.annotation("auth-url") in BAD_URLS

    @property
    def origins(self) -> list[str]:
        """Return the origins to which CORS is open."""
        if not self.flag("enable-cors", default=False):
            return []
        return (self.annotation("cors-allow-origin") or "*").split(",")

    @property
    def fallback(self) -> str:
        """Return the Service that takes requests where nobody is ready."""
        name = self.annotation("default-backend")
        namespace = self.ingress["metadata"]["namespace"] if self.ingress else ""
        return f"{namespace}/{name}" if name else ""

    @property
    def app_root(self) -> str:
        """Return the app root, if it is valid."""
        root = self.annotation("app-root")
        return root if root.startswith("/") and TARGET.match(root) else ""

    @property
    def who(self) -> str:
        """Name the Ingress and the backend for the echo server."""
        if self.backend == "upstream-default-backend" or self.ingress is None:
            return NOBODY
        name = self.ingress["metadata"]
        return f"{name['namespace']}/{name['name']}|{self.backend}"


@dataclass
class Server:
    """One server, as the Go structure of that name."""

    hostname: str
    locations: list[Location]
    aliases: list[str] = field(default_factory=list)
    has_certificate: bool = False
    redirects_www: bool = False


def backend_name(ingress: dict[str, Any], backend: dict[str, Any]) -> str:
    """Name a Service of an Ingress' namespace."""
    port = backend["service"]["port"]
    number = port.get("number", port.get("name"))
    namespace = ingress["metadata"]["namespace"]
    return f"{namespace}/{backend['service']['name']}/{number}"


def create_servers(ingresses: Sequence[dict[str, Any]]) -> dict[str, Server]:
    """Make a server for every host; the first Ingress rules its "/"."""
    default = Location("/", "Prefix", "upstream-default-backend", None)
    default.is_def_backend = True
    servers = {"_": Server("_", [default], has_certificate=True)}
    for ingress in ingresses:
        spec = ingress["spec"]
        backend = "upstream-default-backend"
        if "defaultBackend" in spec:
            backend = backend_name(ingress, spec["defaultBackend"])
            if default.is_def_backend and not spec["rules"]:
                stripped = {**ingress["metadata"], "annotations": _NO_REDIRECTS}
                default.is_def_backend = False
                default.backend = backend
                default.ingress = {**ingress, "metadata": stripped}
        for rule in spec["rules"]:
            host = rule.get("host") or "_"
            if host not in servers:
                root = Location("/", "Prefix", backend, ingress)
                root.is_def_backend = True
                servers[host] = Server(host, [root])
    for ingress in ingresses:
        configure_names(servers, ingress)
    for server in servers.values():
        server.aliases = sorted({a for a in server.aliases if a not in servers})
    return servers


def configure_names(servers: dict[str, Server], ingress: dict[str, Any]) -> None:
    """Give aliases and a certificate to the servers of an Ingress."""
    for rule in ingress["spec"]["rules"]:
        server = servers[rule.get("host") or "_"]
        given = ingress["metadata"]["annotations"].get(PREFIX + "server-alias", "")
        if not server.aliases:
            server.aliases = [a.strip() for a in given.split(",") if a.strip()]
        if ingress["spec"].get("tls"):
            server.has_certificate = True


# The catch-all keeps the defaults of Go's zero values: no redirects at all.
_NO_REDIRECTS = {PREFIX + "ssl-redirect": "false"}


def get_backend_servers(ingresses: Sequence[dict[str, Any]]) -> list[Server]:
    """Fill the servers with the paths of all Ingresses, and sort."""
    servers = create_servers(ingresses)
    for ingress in ingresses:
        for rule in ingress["spec"]["rules"]:
            server = servers[rule.get("host") or "_"]
            for path in rule.get("http", {}).get("paths", ()):
                if "service" in path["backend"]:
                    add_path(server, ingress, path)
    for server in servers.values():
        server.locations.sort(key=lambda one: one.path.encode(), reverse=True)
        server.locations.sort(key=lambda one: len(one.path.encode()), reverse=True)
        server.locations = update_server_locations(server.locations)
    return [servers[host] for host in sorted(servers)]


def add_path(server: Server, ingress: dict[str, Any], path: dict[str, Any]) -> None:
    """Add a path unless an older Ingress has it; replace the default "/"."""
    kind = "Exact" if path["pathType"] == "Exact" else "Prefix"
    made = Location(
        path["path"] or "/", kind, backend_name(ingress, path["backend"]), ingress
    )
    for present in server.locations:
        if present.path != made.path:
            continue
        if present.path_type != kind:
            break
        if present.is_def_backend:
            server.redirects_www |= made.flag("from-to-www-redirect", default=False)
        if present.is_def_backend:
            present.backend, present.ingress = made.backend, made.ingress
            present.is_def_backend = False
        return
    server.redirects_www |= made.flag("from-to-www-redirect", default=False)
    server.locations.append(made)


def update_server_locations(locations: list[Location]) -> list[Location]:
    """Give a plain Prefix its slash and its exact twin."""
    exact = {one.path for one in locations if one.path_type == "Exact"}
    updated = []
    for one in locations:
        regex = one.needs_rewrite or one.flag("use-regex", default=False)
        if one.path == "/" or one.path_type != "Prefix" or regex:
            updated.append(one)
            continue
        slashed = one.path if one.path.endswith("/") else one.path + "/"
        updated.append(replace(one, path=slashed))
        if one.path not in exact:
            updated.append(replace(one, path_type="Exact"))
    return updated


def build_location(location: Location, *, regex: bool, quotes: bool) -> str:
    """Write the head of a location."""
    path = location.path
    if quotes:
        path = re.sub(r'([\\"])', r"\\\1", path)
    if regex:
        return f'~* "^{path}"'
    path = f'"{path}"' if quotes else path
    return f"= {path}" if location.path_type == "Exact" else path


def build_server_name(hostname: str) -> str:
    """Write a wildcard as the pattern of one label."""
    if not hostname.startswith("*"):
        return f'"{hostname}"'
    rest = hostname.replace("*.", "", 1).replace(".", "\\\\.")
    return f'"~^(?<subdomain>[\\\\w-]+)\\\\.{rest}$"'


@dataclass(frozen=True)
class World:
    """A set of Ingresses that gets a socket of its own."""

    number: int
    ingresses: Sequence[dict[str, Any]]
    unready: frozenset[str] = frozenset()
    quotes: bool = True


def sort_ingresses(ingresses: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the oldest first; of one second, the greatest name (sortIngressSlice)."""

    def name(one: dict[str, Any]) -> str:
        return f"{one['metadata']['namespace']}/{one['metadata']['name']}"

    return sorted(
        sorted(ingresses, key=name, reverse=True),
        key=lambda one: str(one["metadata"].get("creationTimestamp", "")),
    )


def server_blocks(world: World) -> Iterator[str]:
    """Write the server blocks of a world, and the map of its certificates."""
    servers = get_backend_servers(sort_ingresses(world.ingresses))
    certificate = f"$certificate_{world.number}"
    yield f"map $host {certificate} {{"
    yield "default 0;"
    for server in servers:
        if server.has_certificate and server.hostname != "_":
            name = server.hostname
            if name.startswith("*"):
                name = "~^[^.]+" + name[1:].replace(".", r"\.") + "$"
            yield f'"{name}" 1;'
    yield "}"
    yield from www_servers(world, servers)
    for server in servers:
        yield "server {"
        default = " default_server" if server.hostname == "_" else ""
        yield f"listen unix:world-{world.number}.sock{default};"
        aliases = " ".join(f'"{alias}"' for alias in server.aliases)
        yield f"server_name {build_server_name(server.hostname)} {aliases};"
        regex = any(
            one.needs_rewrite or one.flag("use-regex", default=False)
            for one in server.locations
        )
        for location in server.locations:
            if location.app_root:
                yield "if ($uri = /) {"
                yield f"return 302 $client_scheme://$http_host{location.app_root};"
                yield "}"
            head = build_location(location, regex=regex, quotes=world.quotes)
            yield f"location {head} {{"
            yield from location_body(world, location, certificate)
            yield "}"
        yield "location @page { internal; rewrite (.*) / break;"
        yield f'proxy_set_header X-Who "{NOBODY}"; proxy_pass http://echo; }}'
        if server.hostname == "_":
            yield "location /healthz { return 200; }"
            yield "location /nginx_status { deny all; }"
        yield "}"


def www_servers(world: World, servers: Sequence[Server]) -> Iterator[str]:
    """Write the servers that send the one of `www.HOST` and `HOST` to the other."""
    hosts = {server.hostname for server in servers}
    for server in servers:
        host = server.hostname
        other = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
        if other in hosts or not server.redirects_www:
            continue
        yield f'server {{ listen unix:world-{world.number}.sock; server_name "{other}";'
        to = f"$client_scheme://{host}:$client_port$request_uri_without_slash"
        yield f"return 308 {to}; }}"


def cors(location: Location) -> Iterator[str]:
    """Write what answers preflights (the template CORS)."""
    if location.origins == ["*"]:
        yield "set $cors true;"
    elif location.origins:
        quoted = (
            re.escape(one).replace(r"\*", "[A-Za-z0-9-]+", 1)
            for one in location.origins
        )
        yield f'set $cors ""; if ($http_origin ~* "({"|".join(quoted)})$")'
        yield "{ set $cors true; }"
    else:
        return
    yield "if ($request_method = OPTIONS) { set $cors ${cors}options; }"
    yield "if ($cors = trueoptions) { return 204; }"


def location_body(world: World, location: Location, certificate: str) -> Iterator[str]:
    """Write what is in a location: redirects, https, rewrite, 503, proxy."""
    name = location.ingress["metadata"] if location.ingress else {}
    yield f'set $namespace "{name.get("namespace", "")}";'
    yield f'set $ingress_name "{name.get("name", "")}";'
    if location.denied:
        yield "return 503;"
        return
    yield from cors(location)
    if location.flag("relative-redirects", default=False):
        yield "absolute_redirect off;"
    if location.redirect:
        yield f"return {location.redirect};"
    rewrite = ""
    if location.needs_rewrite:
        path = location.path
        if world.quotes:
            path = re.sub(r'([\\"])', r"\\\1", path)
        rewrite = f'rewrite "(?i){path}" {location.target} break;'
    if location.target.startswith(("http://", "https://")):
        yield rewrite
    if location.target == "$1":
        # An empty result ends the request before any Lua runs.
        yield rewrite.replace("rewrite", "if ($uri ~*").replace(
            f"{location.target} break;", ') { set $rewritten "x$1"; }'
        )
        yield "if ($rewritten = x) { return 500; }"
    yield from https_redirect(location, certificate)
    yield from unavailable(world, location)
    who = location.who
    if location.backend.rpartition("/")[0] in world.unready:
        who = f"{who.partition('|')[0]}|{location.fallback}/"
    yield rewrite
    yield f'proxy_set_header X-Who "{who}";'
    prefix = location.annotation("x-forwarded-prefix")
    if location.needs_rewrite and prefix:
        yield f'proxy_set_header X-Forwarded-Prefix "{prefix}";'
    yield "proxy_set_header Host $http_host;"
    yield "proxy_pass http://echo;"
    yield "proxy_redirect off;"


def unavailable(world: World, location: Location) -> Iterator[str]:
    """Write what is answered where neither the Service nor another is ready."""
    instead = location.fallback and location.fallback not in world.unready
    if instead or location.backend.rpartition("/")[0] not in world.unready:
        return
    if "503" in location.annotation("custom-http-errors"):
        yield "error_page 503 = @page;"
    yield "return 503;"


def https_redirect(location: Location, certificate: str) -> Iterator[str]:
    """Write lua_ingress.lua's redirect_to_https as nginx can say it."""
    if location.path.startswith("/.well-known/acme-challenge"):
        return
    if location.flag("force-ssl-redirect", default=False):
        condition, wanted = "$client_scheme", "http"
    elif location.flag("ssl-redirect", default=True):
        condition, wanted = f'"$client_scheme{certificate}"', "http1"
    else:
        return
    preserve = location.flag("preserve-trailing-slash", default=False)
    target = "$request_uri" if preserve else "$request_uri_without_slash"
    yield f"set $secure {condition};"
    yield f"if ($secure = {wanted}) {{ return 308 https://$host_of_header{target}; }}"


HEAD = """\
daemon off;
master_process off;

pid nginx.pid;
error_log error.log;
events { worker_connections 512; }
http {
access_log off;
client_body_temp_path tmp; proxy_temp_path tmp; fastcgi_temp_path tmp;
uwsgi_temp_path tmp; scgi_temp_path tmp;
server_name_in_redirect off;
port_in_redirect off;
server_names_hash_bucket_size 256;
server_names_hash_max_size 65536;
map_hash_bucket_size 256;
variables_hash_max_size 65536;
map $http_x_client_scheme $client_scheme { default http; https https; }
map $http_x_client_scheme $client_port { default 80; https 443; }
map $request_uri $request_uri_without_slash {
~^(?<cut>.*)/$ $cut;
default $request_uri;
}
map $http_host $host_of_header { ~^(?<name>[^:]*) $name; }
upstream echo { server unix:echo.sock; }
server {
listen unix:echo.sock;
merge_slashes off;
location / {
if ($http_x_who = "|") { return 404; }
return 200 "$http_x_who\\n$request_uri\\n$http_x_forwarded_prefix";
}
}
"""


def configuration(worlds: Sequence[World]) -> str:
    """Write a whole configuration; paths are relative to nginx' prefix."""
    blocks = (line for world in worlds for line in server_blocks(world))
    return HEAD + "\n".join(blocks) + "\n}\n"
