"""What opens URLs over HTTP; imported where something is really fetched."""

import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPException, HTTPMessage, HTTPResponse
from typing import IO
from urllib.parse import urlsplit

from baro.expand.charts.http import HttpError


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects to HTTP only, and leaves credentials behind."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the signature of the base class
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> urllib.request.Request | None:
        """Return the request to go on with."""
        if urlsplit(newurl).scheme not in ("http", "https"):
            raise HttpError(f"{req.full_url} redirects to {newurl}")
        following = super().redirect_request(req, fp, code, msg, headers, newurl)
        if following is not None and following.host != req.host:
            following.remove_header("Authorization")
        return following


_OPENER = urllib.request.build_opener(_Redirects)


@contextmanager
def opened(
    url: str, headers: Mapping[str, str], timeout: float
) -> Iterator[HTTPResponse]:
    """Hold the answer to a GET open; `timeout` is how long a server may be silent.

    Raises:
        HttpError: the server refuses or is silent, now or while it is read.
    """
    request = urllib.request.Request(url, headers=dict(headers))  # noqa: S310 - HTTP only
    try:
        with _OPENER.open(request, timeout=timeout) as response:
            yield response
    except urllib.error.HTTPError as error:
        said = {k.lower(): v for k, v in error.headers.items()}
        error.close()
        message = f"GET {url}: {error.code} {error.reason}"
        raise HttpError(message, error.code, said) from error
    except urllib.error.URLError as error:
        why = error.reason
        reason = why.strerror if isinstance(why, OSError) and why.strerror else why
        raise HttpError(f"GET {url}: {reason}") from error
    except (OSError, HTTPException, ValueError) as error:
        raise HttpError(f"GET {url}: {error}") from error
