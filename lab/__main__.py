"""Run the lab from the command line."""

import sys

from lab.cli import main

sys.exit(main())
