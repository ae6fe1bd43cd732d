"""A real Argo CD, its Kubernetes and its neighbours, as plain processes on loopback.

The lab exists to hold what is imitated against the real thing, and to make
failures happen the way they happen on a platform. It needs no container, no
cluster and no Go: `python -m lab build` builds everything once.

Every part is a child of one supervisor process that ends it when the lab ends,
however the lab ends. Nothing listens on anything but 127.0.0.1.
"""

from lab.laboratory import Lab

__all__ = ["Lab"]
