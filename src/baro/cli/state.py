"""Composes the expansion: flags -> platform -> target state."""
