#!/bin/sh
# Runs the main job on both examples: a platform that is well, and one that is not.
set -u
cd "$(dirname "$0")/.." || exit 2
baro=.venv/bin/baro

say() { printf '\n$ %s\n' "$*"; }

say baro check examples/platform
$baro check examples/platform || exit $?

say baro check examples/incidents/schema
$baro check examples/incidents/schema
code=$?
if [ "$code" != 1 ]; then
  echo "expected exit code 1 (findings), got $code" >&2
  exit 1
fi
printf '\nThe first platform is well (exit 0); the second is not (exit 1).\n'
