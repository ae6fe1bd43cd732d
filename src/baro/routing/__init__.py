"""From a request to the Ingress, the Service and the path that the Service sees.

Everything here is an immutable value once built, and nothing here reads a file,
opens a socket, or asks for the time. What an ingress controller does is imitated
from its source and held against the real program; what cannot be known is said.
Every controller is one module with a `STRATEGY`, found by its name, or a package
whose `strategy` module has it. Who is not asked for is not imported.
"""
