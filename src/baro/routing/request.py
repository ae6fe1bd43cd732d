"""What a client sends, as far as routing looks at it."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

from msgspec import Struct

from baro.errors import InputError

# What browsers and curl leave alone in a path or a query (RFC 3986, and `%`).
_LEFT_ALONE = "/:@!$&'()*+,;=-._~%?[]|^`{}\\\"<>"
_NOT_IN_HOSTS = re.compile(r"""[\s"%<>\\^`|]""")
_DEFAULT_PORTS = {"http": 80, "https": 443}


HOST = "host"
"""The header that names the host; it is `Request.host`, and not among the headers."""


class Request(Struct, frozen=True):
    """One HTTP request before anybody has interpreted it.

    `host` is the Host header as sent, `target` the path and query of the request
    line, not decoded. Header names are lower case.
    """

    scheme: str
    host: str
    target: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(
        cls,
        url: str,
        *,
        method: str = "GET",
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    ) -> "Request":
        """Read a URL the way a client does: no fragment, spaces encoded.

        A header `Host` goes before the URL's host, whose name DNS knows in ASCII.

        Raises:
            InputError: it is not an http or https URL with a host.
        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError as error:
            raise InputError(
                f"{url!r} is not a URL: {error}",
                hint="write it like https://platform.example/kr/",
            ) from error
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            raise InputError(
                f"{url!r} is not an http or https URL with a host",
                hint="write it like https://platform.example/kr/",
            )
        host = _host(parts.netloc.rpartition("@")[2], url)
        if port == _DEFAULT_PORTS[parts.scheme]:
            host = host.removesuffix(f":{port}")
        target = quote(parts.path or "/", safe=_LEFT_ALONE)
        if parts.query:
            target += "?" + quote(parts.query, safe=_LEFT_ALONE)
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        sent = [(name.lower(), value) for name, value in pairs]
        return cls(
            scheme=parts.scheme,
            host=next((value for name, value in sent if name == HOST), host),
            target=target,
            method=method.upper(),
            headers=tuple(pair for pair in sent if pair[0] != HOST),
        )

    @property
    def url(self) -> str:
        """Return the URL that a person would type for it."""
        return f"{self.scheme}://{self.host}{self.target}"

    def header(self, name: str) -> str | None:
        """Return the first header of that name (lower case), or None."""
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def cookie(self, name: str) -> str | None:
        """Return the cookie of that name, or None."""
        for key, value in self.headers:
            if key != "cookie":
                continue
            for pair in value.split(";"):
                cookie, equals, content = pair.strip().partition("=")
                if equals and cookie == name:
                    return content
        return None


def _host(text: str, url: str) -> str:
    """Return host and port as a client sends them: names in ASCII, as DNS has them."""
    fault = "its host has signs that no host has"
    if not _NOT_IN_HOSTS.search(text):
        if text.isascii():
            return text
        name, colon, port = text.partition(":")
        try:
            return f"{name.encode('idna').decode()}{colon}{port}"
        except UnicodeError:
            fault = "its host cannot be written in ASCII"
    raise InputError(
        f"{url!r} is not a URL: {fault}",
        hint="write it like https://platform.example/kr/",
    )
