"""How nginx reads the target of a request line, and writes a URI back.

Works on bytes: nginx knows no character sets.
"""

import re

# nginx: src/core/ngx_string.c, ngx_escape_uri, NGX_ESCAPE_URI (since 1.21.1).
_ESCAPED = frozenset(b'"#%<>?\\^`{|}') | frozenset(range(0x21)) | set(range(0x7F, 256))
_ESCAPES = [
    f"%{code:02X}".encode() if code in _ESCAPED else bytes((code,))
    for code in range(256)
]
_UNSAFE = re.compile(b"[%s]" % re.escape(bytes(_ESCAPED)))
_CONTROL = re.compile(rb"[\x00-\x20\x7f]")
_HEX = frozenset(b"0123456789abcdefABCDEF")
_SLASH, _DOT, _QUESTION, _HASH, _PERCENT = b"/.?#%"


class BadTargetError(ValueError):
    """nginx answers 400; the text says what it stumbles over."""


def split_target(target: bytes) -> tuple[bytes, bytes]:
    """Return the decoded path that locations are matched against, and the query.

    Percent-escapes are decoded, slashes merged, `.` and `..` resolved.

    Raises:
        BadTargetError: nginx would answer 400.
    """
    path, _, query = target.partition(b"?")
    if b"#" in query:
        query = query.partition(b"#")[0]
    if not target.startswith(b"/"):
        raise BadTargetError("the path does not begin with /")
    if b"%" in path or b"//" in path or b"/." in path or b"#" in path:
        return _Walk().run(target), query if b"#" not in path else b""
    _refuse_controls(target)
    return path, query


def escape(path: bytes) -> bytes:
    """Return a decoded path as nginx writes it into a request line or a header."""
    if _UNSAFE.search(path) is None:
        return path
    return b"".join([_ESCAPES[code] for code in path])


def server_name(host: str) -> str:
    """Return the name that servers are chosen by: no port, no last dot, lower case.

    Raises:
        BadTargetError: nginx would answer 400.
    """
    # nginx: src/http/ngx_http_request.c, ngx_http_validate_host
    name = host
    if name.startswith("["):
        end = name.find("]")
        name = name[: end + 1] if end > 0 else name
    else:
        name = name.partition(":")[0]
    name = name.removesuffix(".")
    if not name or ".." in name or "/" in name or any(c <= " " for c in name):
        raise BadTargetError(f"the Host header {host!r} is not a host")
    return name.lower()


def _refuse_controls(target: bytes) -> None:
    if _CONTROL.search(target):
        raise BadTargetError("a blank or a control character in the path")


class _Walk:
    """The state machine of nginx, with its states."""

    # nginx: src/http/ngx_http_parse.c, ngx_http_parse_complex_uri
    def __init__(self) -> None:
        self.out = bytearray()
        self.state = "usual"

    def run(self, target: bytes) -> bytes:
        _refuse_controls(target)
        position = 0
        while position < len(target):
            code = target[position]
            position += 1
            if code in (_QUESTION, _HASH):
                break
            if code != _PERCENT:
                self.take(code)
                continue
            digits = target[position : position + 2]
            if len(digits) < len("FF") or not _HEX.issuperset(digits):
                raise BadTargetError("a % without two hexadecimal digits")
            position += 2
            self.take_decoded(int(digits, 16))
        self.finish()
        return bytes(self.out)

    def take_decoded(self, code: int) -> None:
        if code == 0:
            raise BadTargetError("%00 in the path")
        if code in (_PERCENT, _HASH, _QUESTION):
            self.out.append(code)
            self.state = "usual"
        else:
            self.take(code)

    def take(self, code: int) -> None:
        if code == _SLASH:
            self.finish()
            if self.state != "slash":
                self.out.append(code)
            self.state = "slash"
            return
        self.out.append(code)
        if code == _DOT and self.state in ("slash", "dot"):
            self.state = "dot" if self.state == "slash" else "dot-dot"
        else:
            self.state = "usual"

    def finish(self) -> None:
        """Resolve a `.` or `..` that is complete; leaves the slash before it."""
        if self.state == "dot":
            del self.out[-1:]
            self.state = "slash"
        elif self.state == "dot-dot":
            # From "/a/.." back to "/": past the dots, their slash and one name.
            parent = self.out.rfind(b"/", 0, len(self.out) - 3)
            if parent < 0:
                raise BadTargetError(".. above the root")
            del self.out[parent + 1 :]
            self.state = "slash"
