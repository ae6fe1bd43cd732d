"""What is no URL has no parts; nothing that is written stops us."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baro.model import weburl


def test_a_url_is_taken_apart() -> None:
    """Host, port and path."""
    found = weburl.parts("https://Shop.example:8443/kr?a=b")

    assert (found.hostname, found.port, found.path) == ("shop.example", 8443, "/kr")


@pytest.mark.parametrize(
    "text",
    ["http://[::1", "http://a]b/", "http://a:banana/", "http://a:99999/", "//[x]/"],
)
def test_what_is_no_url_has_no_parts(text: str) -> None:
    """Neither host nor path, and no error."""
    assert not any(weburl.parts(text))


@given(st.text("htp:/[]@%.\x00\t\n -a1", max_size=30))
def test_no_text_stops_us(text: str) -> None:
    """Host and port can be read of whatever comes back."""
    found = weburl.parts(text)

    assert found.port is None or found.port >= 0
    assert found.hostname is None or isinstance(found.hostname, str)
