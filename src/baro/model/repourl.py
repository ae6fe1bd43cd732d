"""Repository URLs: when two of them mean the same repository."""

import re
from urllib.parse import urlsplit

from baro.model.secret import without_credentials

__all__ = ["normal", "place", "without_credentials"]

_SSH = re.compile(r"(?:ssh://)?[^/:]*?@[^@]+")
_DEFAULT_PORTS = {"ssh": 22, "https": 443, "http": 80, "git": 9418}
_SCP = re.compile(r"(?:[^/@]+@)?(?P<host>[^/:@]+):(?P<path>(?!//).*)")


def normal(url: str) -> str:
    """Return the form in which Argo CD compares Git URLs.

    `https` and `ssh` stay different, and so does a slash at the end.
    """
    # Argo CD: util/git/git.go, NormalizeGitURL
    url = url.strip().lower()
    if _SSH.fullmatch(url) and not url.startswith("ssh://"):
        url = "ssh://" + url.replace(":", "/", 1)
    return url.removesuffix(".git").removeprefix("ssh://")


def place(url: str) -> str:
    """Return `host/path`: what the spellings of one hosted repository share.

    Scheme, user, default port, `.git` and slashes at the end do not count. A local
    path or `file://` URL stays as it is.
    """
    url = url.strip()
    scp = _SCP.fullmatch(url)
    if scp is not None:
        host, path = scp["host"], scp["path"]
    else:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            return normal(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            return url.rstrip("/")
        host, path = parts.hostname, parts.path
        if port is not None and port != _DEFAULT_PORTS[parts.scheme]:
            host = f"{host}:{port}"
    path = path.strip("/").lower().removesuffix(".git").rstrip("/")
    return f"{host.lower()}/{path}"
