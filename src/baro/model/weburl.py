"""Takes URLs apart that somebody else wrote, whatever they are."""

from urllib.parse import SplitResult, urlsplit

_NOTHING = SplitResult("", "", "", "", "")


def parts(url: str) -> SplitResult:
    """Return the parts of a URL; all are empty where it is none (`http://[::1`)."""
    try:
        found = urlsplit(url)
        found.port  # noqa: B018 - reading it is the check
    except ValueError:
        return _NOTHING
    return found
