"""How a URL becomes a request, and how nginx reads it."""

import pytest

from baro.errors import InputError
from baro.routing.nginx.uri import BadTargetError, escape, server_name, split_target
from baro.routing.request import Request


@pytest.mark.parametrize(
    ("url", "scheme", "host", "target"),
    [
        ("https://h.test", "https", "h.test", "/"),
        ("https://h.test/kr/?a=1#top", "https", "h.test", "/kr/?a=1"),
        ("http://h.test:8080/x", "http", "h.test:8080", "/x"),
        ("https://h.test:443/x", "https", "h.test", "/x"),
        ("https://me:secret@h.test/x", "https", "h.test", "/x"),
        ("https://h.test/한 글", "https", "h.test", "/%ED%95%9C%20%EA%B8%80"),
        ("https://h.test/a%2Fb//c/../d", "https", "h.test", "/a%2Fb//c/../d"),
        (" https://[::1]:8443/x ", "https", "[::1]:8443", "/x"),
    ],
)
def test_a_url_is_sent_as_a_client_sends_it(
    url: str, scheme: str, host: str, target: str
) -> None:
    """The fragment stays behind, blanks are encoded, nothing is resolved."""
    request = Request.of(url)
    assert (request.scheme, request.host, request.target) == (scheme, host, target)


@pytest.mark.parametrize(
    "url", ["", "h.test/kr", "ftp://h.test/", "https:///kr", "https://h.test:port/"]
)
def test_what_is_no_web_url_is_refused(url: str) -> None:
    """The message shows how a URL is written."""
    with pytest.raises(InputError) as raised:
        Request.of(url)
    assert "https://platform.example/kr/" in raised.value.hint


def test_headers_and_cookies_are_found_by_name() -> None:
    """Header names know no case; cookie names do."""
    request = Request.of(
        "https://h.test/", headers={"X-Beta": "on", "Cookie": "a=1; beta=always"}
    )
    assert request.header("x-beta") == "on"
    assert request.header("absent") is None
    assert request.cookie("beta") == "always"
    assert request.cookie("Beta") is None
    assert request.url == "https://h.test/"


@pytest.mark.parametrize(
    ("target", "path", "query"),
    [
        (b"/kr", b"/kr", b""),
        (b"/kr?", b"/kr", b""),
        (b"/kr?a=1?b", b"/kr", b"a=1?b"),
        (b"/kr#x?a=1", b"/kr", b""),
        (b"/kr?a#x", b"/kr", b"a"),
        (b"////kr", b"/kr", b""),
        (b"/a/./b/.", b"/a/b/", b""),
        (b"/a/../b", b"/b", b""),
        (b"/a/..", b"/", b""),
        (b"/a/%2e%2e/b", b"/b", b""),
        (b"/a%2f..%2fb", b"/b", b""),
        (b"/a%3fb%23c%25d", b"/a?b#c%d", b""),
        (b"/...", b"/...", b""),
        (b"/.a/..b", b"/.a/..b", b""),
        (b"/a+b%2B", b"/a+b+", b""),
    ],
)
def test_a_target_is_decoded_and_resolved(
    target: bytes, path: bytes, query: bytes
) -> None:
    """Locations are matched against the path without its disguises."""
    assert split_target(target) == (path, query)


@pytest.mark.parametrize(
    "target",
    [b"", b"kr", b"/..", b"/a/../..", b"/%00", b"/%2", b"/%zz", b"/a b", b"/\n"],
)
def test_a_target_that_nginx_refuses(target: bytes) -> None:
    """These end in a 400."""
    with pytest.raises(BadTargetError):
        split_target(target)


def test_a_rewritten_path_is_encoded_anew() -> None:
    """Letters and slashes stay, what would change the meaning is encoded."""
    assert escape(b'/a b"c%d?e#f\xc3\xa9') == b"/a%20b%22c%25d%3Fe%23f%C3%A9"
    assert escape(b"/plain/:@!$&'()*+,;=-._~") == b"/plain/:@!$&'()*+,;=-._~"


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("A.Test:80", "a.test"),
        ("a.test.", "a.test"),
        ("[::1]:80", "[::1]"),
        ("[::1", "[::1"),
    ],
)
def test_servers_are_chosen_by_the_bare_name(host: str, name: str) -> None:
    """Port, last dot and case do not count."""
    assert server_name(host) == name


@pytest.mark.parametrize("host", ["", ".", "a..b", "a/b", "a b"])
def test_a_host_that_nginx_refuses(host: str) -> None:
    """These end in a 400."""
    with pytest.raises(BadTargetError):
        server_name(host)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://한국.test:8443/", "xn--3e0b707e.test:8443"),
        ("https://BÜCHER.test/", "xn--bcher-kva.test"),
        ("https://A.test/", "A.test"),
        ("https://[::1]:8443/", "[::1]:8443"),
        ("https://user:word@a.test/", "a.test"),
    ],
)
def test_a_host_is_sent_as_dns_has_it(url: str, host: str) -> None:
    """Names in other scripts have a form in ASCII; all else stays."""
    assert Request.of(url).host == host


def test_the_host_header_is_the_host() -> None:
    """It goes before the URL's, and is no header beside it."""
    request = Request.of("https://192.0.2.1/", headers=[("Host", "a.test"), ("B", "c")])
    assert (request.host, request.headers) == ("a.test", (("b", "c"),))
