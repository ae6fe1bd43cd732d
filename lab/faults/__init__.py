"""What can go wrong, on purpose, and be put right again.

Every fault is a context manager: `with lab.fault(faults.git_unreachable, repository):`.
Inside the block the platform is broken in the way that the name says, by the means
by which it really breaks; at its end the cause is taken away. What the platform
makes of it, inside and after, is what a test looks at.
"""

from lab.faults.databases import database_password_differs
from lab.faults.git import (
    charts_gone,
    git_asks_for_credentials,
    git_failing,
    git_slow,
    git_unreachable,
    revision_gone,
)
from lab.faults.objects import (
    admission_refuses,
    finalizer_stays,
    operation_pinned,
    secret_regenerated,
    service_selects_nothing,
)
from lab.faults.servers import (
    api_server_gone,
    api_server_slow,
    part_gone,
    repo_server_gone,
)
from lab.faults.workloads import (
    nodes_gone,
    pod_crashes,
    pod_evicted,
    pod_stays_unready,
    volumes_pending,
)

__all__ = [
    "admission_refuses",
    "api_server_gone",
    "api_server_slow",
    "charts_gone",
    "database_password_differs",
    "finalizer_stays",
    "git_asks_for_credentials",
    "git_failing",
    "git_slow",
    "git_unreachable",
    "nodes_gone",
    "operation_pinned",
    "part_gone",
    "pod_crashes",
    "pod_evicted",
    "pod_stays_unready",
    "repo_server_gone",
    "revision_gone",
    "secret_regenerated",
    "service_selects_nothing",
    "volumes_pending",
]
