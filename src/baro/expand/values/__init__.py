"""Helm values: read, layered in Helm's order, each with its line."""
