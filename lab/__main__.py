"""`python -m lab`."""

import argparse
import sys

from lab.build import build
from lab.errors import LabError


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m lab")
    commands = parser.add_subparsers(dest="command", required=True)
    building = commands.add_parser("build")
    building.add_argument("programs", nargs="*")
    chosen = parser.parse_args(arguments)
    try:
        build(chosen.programs)
    except LabError as error:
        sys.stderr.write(f"error: {error}\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
