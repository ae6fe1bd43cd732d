#!/bin/sh
# Installs Debian packages whose programs the tests ask, without starting their services.
# Where that is not possible the tests that need them say that they did not run.
set -eu
missing=""
for package in "$@"; do
  case "$package" in
    nginx-light) program=nginx ;;
    redis-server) program=redis-server ;;
    *) program=$package ;;
  esac
  PATH="$PATH:/usr/sbin" command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "not installed:$missing (tests that need them will be reported as not run)" >&2
  exit 0
fi
export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
# shellcheck disable=SC2086
apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 || {
  apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null
} || echo "could not install:$missing (tests that need them will be reported as not run)" >&2
