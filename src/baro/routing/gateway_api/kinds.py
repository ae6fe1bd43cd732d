"""The kinds of Gateway API that ask for a route, read here or not."""

LISTENERS = ("ListenerSet", "XListenerSet")
# A UDPRoute is not among them: a URL is asked for over TCP first.
UNREAD = (*LISTENERS, "TLSRoute", "TCPRoute")
"""Kinds that bring listeners or routes and are not read."""
ROUTES = frozenset(("HTTPRoute", "GRPCRoute", *UNREAD))
