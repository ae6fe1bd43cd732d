"""Gateway API: Gateways, their listeners, and the routes that attach to them.

Answers as the specification (v1.6) says, for any implementation of it. Where it
leaves something to the implementation, both answers are given and none is certain.
"""
