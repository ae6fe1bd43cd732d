"""The text of a configuration that holds variables, and what it comes to."""

import re
from collections.abc import Callable, Collection

from msgspec import Struct

from baro.routing.nginx.uri import split_target
from baro.routing.request import Request

_TOKEN = re.compile(rb"\$(?:([1-9])|\{(\w+)\}|(\w+)|)")
_PREFIXES = ("arg_", "http_", "cookie_", "sent_http_", "upstream_http_")
# nginx: src/http/ngx_http_variables.c, and the modules that the image carries.
_NAMES = """
args binary_remote_addr body_bytes_sent bytes_sent connection
connection_requests connection_time content_length content_type document_root
document_uri host hostname https is_args limit_rate msec nginx_version pid pipe
proxy_add_x_forwarded_for proxy_host proxy_port proxy_protocol_addr
proxy_protocol_port proxy_protocol_server_addr proxy_protocol_server_port
query_string realip_remote_addr realip_remote_port realpath_root remote_addr
remote_port remote_user request request_body request_body_file
request_completion request_filename request_id request_length request_method
request_time request_uri scheme server_addr server_name server_port
server_protocol status tcpinfo_rtt tcpinfo_rttvar tcpinfo_snd_cwnd
tcpinfo_rcv_space time_iso8601 time_local uri
ssl_cipher ssl_ciphers ssl_client_escaped_cert ssl_client_fingerprint
ssl_client_i_dn ssl_client_s_dn ssl_client_serial ssl_client_verify ssl_protocol
ssl_server_name ssl_session_id ssl_session_reused
namespace ingress_name service_name service_port location_path
proxy_upstream_name proxy_alternative_upstream_name pass_access_scheme
pass_server_port pass_port best_http_host req_id the_real_ip
balancer_ewma_score force_ssl_redirect ssl_redirect force_no_ssl_redirect
preserve_trailing_slash use_port_in_redirects connection_upgrade literal_dollar
subdomain
"""
KNOWN = frozenset(_NAMES.split())


class Template(Struct, frozen=True):
    """A text with groups (numbers) and variables (names) in it."""

    parts: tuple[bytes | int | str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the variables it uses; an empty name where nginx would stumble."""
        return tuple(part for part in self.parts if isinstance(part, str))

    def unknown(self, captured: Collection[str] = ()) -> str | None:
        """Return the first variable that nginx does not know, or None."""
        for name in self.names:
            known = name in KNOWN or name in captured or name.startswith(_PREFIXES)
            if not known:
                return name
        return None

    def fill(
        self, group: Callable[[int], bytes], variable: Callable[[str], bytes | None]
    ) -> bytes | str:
        """Return the text; the name of the first variable that has no known value."""
        filled = []
        for part in self.parts:
            if isinstance(part, bytes):
                filled.append(part)
            elif isinstance(part, int):
                filled.append(group(part))
            else:
                value = variable(part)
                if value is None:
                    return part
                filled.append(value)
        return b"".join(filled)


def parse(text: bytes) -> Template:
    """Read a text as nginx reads the target of a `rewrite`."""
    # nginx: src/http/ngx_http_script.c, ngx_http_script_compile
    parts: list[bytes | int | str] = []
    end = 0
    for found in _TOKEN.finditer(text):
        if found.start() > end:
            parts.append(text[end : found.start()])
        if found[1]:
            parts.append(int(found[1]))
        else:
            parts.append((found[2] or found[3] or b"").decode())
        end = found.end()
    if end < len(text):
        parts.append(text[end:])
    return Template(tuple(parts))


def value_of(name: str, request: Request, host: str) -> bytes | None:
    """Return what a variable holds for a request; None where that is not known."""
    read = _VALUES.get(name)
    if read is not None:
        return read(request, host).encode(errors="surrogateescape")
    for prefix in ("http_", "arg_"):
        if name.startswith(prefix):
            found = _lookup(prefix, name.removeprefix(prefix), request)
            return found.encode(errors="surrogateescape")
    return None


def _lookup(prefix: str, name: str, request: Request) -> str:
    if prefix == "http_":
        if name == "host":
            return request.host
        return request.header(name.replace("_", "-")) or ""
    for pair in _query(request).split("&"):
        key, _, value = pair.partition("=")
        if key.lower() == name.lower():
            return value
    return ""


def _query(request: Request) -> str:
    return request.target.partition("?")[2]


def _path(request: Request) -> str:
    target = request.target.encode(errors="surrogateescape")
    return split_target(target)[0].decode(errors="surrogateescape")


_VALUES: dict[str, Callable[[Request, str], str]] = {
    "host": lambda _, host: host,
    "scheme": lambda request, _: request.scheme,
    "request_uri": lambda request, _: request.target,
    "request_method": lambda request, _: request.method,
    "args": lambda request, _: _query(request),
    "query_string": lambda request, _: _query(request),
    "is_args": lambda request, _: "?" if _query(request) else "",
    "uri": lambda request, _: _path(request),
    "document_uri": lambda request, _: _path(request),
    "literal_dollar": lambda _, __: "$",
}
