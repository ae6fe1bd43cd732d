"""Free ports on loopback, never the same for two labs."""

import random
import socket
from pathlib import Path

from lab.errors import LabError

# Where machines hand out no ports to outgoing connections, as a rule.
USUAL = range(20000, 32000)
OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
PRIVILEGED = 1024
ENOUGH = 2000
TRIES = 2000


class Ports:
    """Ports claimed until the lab ends.

    A claim is an abstract Unix socket: the kernel releases it with its process,
    so a lab that crashed leaves no claim behind.
    """

    def __init__(self) -> None:
        """Claim nothing yet."""
        self._claims: list[socket.socket] = []

    def claim(self) -> int:
        """Return a port that is free and that no other lab will take."""
        chance = random.SystemRandom()
        choice = listening_range()
        for _ in range(TRIES):
            port = chance.choice(choice)
            claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            try:
                claim.bind(f"\0baro-lab-port-{port}")
            except OSError:
                claim.close()
                continue
            if is_free(port):
                self._claims.append(claim)
                return port
            claim.close()
        bounds = f"{choice[0]} and {choice[-1]}"
        raise LabError(f"no free port between {bounds} on 127.0.0.1")

    def release(self) -> None:
        """Give every port back."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()


def listening_range(outgoing: Path = OUTGOING) -> range:
    """Return ports that the kernel gives to no outgoing connection.

    One of those could take a port between its claim and the start of its part. Where
    nearly all are given away, the usual ones have to do.
    """
    try:
        low, high = map(int, outgoing.read_text().split())
    except (OSError, ValueError):
        return USUAL
    below = range(USUAL.start, min(low, USUAL.stop))
    others = (range(PRIVILEGED, low), range(high + 1, 1 << 16))
    return next((one for one in (below, *others) if len(one) >= ENOUGH), USUAL)


def is_free(port: int) -> bool:
    """Tell whether a server could listen on the port now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def is_answered(port: int) -> bool:
    """Tell whether something accepts connections on the port."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as attempt:
        attempt.settimeout(1)
        return attempt.connect_ex(("127.0.0.1", port)) == 0
