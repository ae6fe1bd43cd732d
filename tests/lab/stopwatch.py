"""Time as it would have been on a machine that nobody else uses."""

import os
import time
from dataclasses import dataclass, field
from pathlib import Path

from lab.supervisor import descendants

TICKS = os.sysconf("SC_CLK_TCK")
# Fields of the kernel's first line in /proc/stat that are not spent working.
IDLE, WAITING_FOR_DISKS = 3, 4


def _busy() -> float:
    """Return the seconds that all processors have worked since the machine started."""
    first = Path("/proc/stat").read_text().partition("\n")[0]
    ticks = [int(word) for word in first.split()[1:9]]
    return (sum(ticks) - ticks[IDLE] - ticks[WAITING_FOR_DISKS]) / TICKS


def _own(*pids: int) -> float:
    """Return the seconds that this process, its children and others have worked."""
    spent = sum(os.times()[:4])
    for pid in pids:
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        spent += sum(int(word) for word in words[11:15]) / TICKS
    return spent


@dataclass(slots=True)
class Stopwatch:
    """Measures from when it is made.

    What other programs take of the processors meanwhile is not counted: on a machine
    that is half busy, ten seconds count as five.
    """

    begun: float = field(default_factory=time.monotonic)
    busy: float = field(default_factory=_busy)
    own: float = field(default_factory=_own)

    def seconds(self, supervisor: int) -> float:
        """Return the time since; what is below the supervisor is no other program."""
        elapsed = time.monotonic() - self.begun
        own = _own(supervisor, *descendants(supervisor)) - self.own
        others = max(_busy() - self.busy - own, 0) / (os.cpu_count() or 1)
        return elapsed - min(others, elapsed)
