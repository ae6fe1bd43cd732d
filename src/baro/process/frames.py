"""Messages with their length in front: how a peer of ours is asked, and answers.

A frame is four bytes of length, the most significant first, and the message.
"""

from struct import Struct
from typing import IO

LENGTH = Struct(">I")
"""What stands in front of a message."""


def framed(message: bytes) -> bytes:
    """Return a message as a frame."""
    return LENGTH.pack(len(message)) + message


def read_frame(stream: IO[bytes]) -> bytes | None:
    """Return the next frame that a peer is asked, None at the end; its side of `ask`.

    Raises:
        EOFError: the stream ends inside a frame.
    """
    head = stream.read(LENGTH.size)
    if not head:
        return None
    if len(head) < LENGTH.size:
        raise EOFError("the stream ends inside a frame")
    (size,) = LENGTH.unpack(head)
    message = stream.read(size)
    if len(message) < size:
        raise EOFError("the stream ends inside a frame")
    return message


def write_frame(stream: IO[bytes], message: bytes) -> None:
    """Answer with a frame."""
    stream.write(framed(message))
    stream.flush()
