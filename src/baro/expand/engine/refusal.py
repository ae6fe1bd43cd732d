"""Helm's refusals: their kinds, and their text, bounded."""

SCHEMA_HEADER = "values don't meet the specifications of the schema(s)"
LONGEST = 8_000
"""Characters of a message; a recursive include makes one of 100 KB."""


def shortened(message: str) -> str:
    """Return a message whose middle is left out where it is too long."""
    if len(message) <= LONGEST:
        return message
    half = LONGEST // 2
    dropped = len(message) - 2 * half
    return f"{message[:half]} […{dropped} characters…] {message[-half:]}"
