"""What depends on what.

Everything here is computed from a `Snapshot`; nothing here does I/O.
Impact and causes are one walk, reversed.
"""
