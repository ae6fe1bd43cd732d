"""Which ports a lab takes: none that something else may have in the next moment."""

import socket
from pathlib import Path

import pytest

from lab.ports import Ports, is_free, listening_range

RANGES = {
    "32768\t60999\n": range(20000, 32000),
    "16000\t65535\n": range(1024, 16000),
    "1024\t60000\n": range(60001, 65536),
    "24000\t60999\n": range(20000, 24000),
    "1024\t65535\n": range(20000, 32000),
    "": range(20000, 32000),
}


@pytest.mark.parametrize("outgoing", RANGES)
def test_ports_of_outgoing_connections_are_left_out(
    tmp_path: Path, outgoing: str
) -> None:
    """Where the kernel gives nearly all of them away, the usual ones have to do."""
    path = tmp_path / "range"
    path.write_text(outgoing)
    assert listening_range(path) == RANGES[outgoing]


def test_a_machine_that_does_not_say(tmp_path: Path) -> None:
    """The usual ports will do."""
    assert listening_range(tmp_path / "absent") == range(20000, 32000)


def test_a_port_is_claimed_once() -> None:
    """Two labs never get the same one, and get it back when the other is done."""
    one, other = Ports(), Ports()
    claimed = {one.claim() for _ in range(50)} | {other.claim() for _ in range(50)}
    assert len(claimed) == 100
    one.release()
    other.release()


def test_a_port_that_is_taken_is_not_free() -> None:
    """On loopback, and on all addresses."""
    for address in ("127.0.0.1", "0.0.0.0"):  # noqa: S104 - taken, not served
        with socket.socket() as taken:
            taken.bind((address, 0))
            taken.listen()
            assert not is_free(taken.getsockname()[1])
