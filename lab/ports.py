"""Free ports on loopback, never the same for two labs."""

import random
import socket

from lab.errors import LabError

# Below the range that the kernel hands to outgoing connections.
FIRST, LAST = 20000, 32000
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
        for _ in range(TRIES):
            port = chance.randrange(FIRST, LAST)
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
        raise LabError(f"no free port between {FIRST} and {LAST} on 127.0.0.1")

    def release(self) -> None:
        """Give every port back."""
        for claim in self._claims:
            claim.close()
        self._claims.clear()


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
