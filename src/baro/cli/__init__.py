"""The command line: parse flags, compose, choose the exit code."""


def main() -> None:
    """Run `baro`."""
