#!/bin/sh
# Install the lab's neighbours from Debian: redis, nginx, PostgreSQL.
#
# Only the programs are wanted. Nothing is started as a service, and no database
# cluster is created: every lab starts its own, on ports and in folders of its own.
# BARO_LAB_ROOT is another root of the file system, for this script's own tests.
set -eu

root="${BARO_LAB_ROOT:-}"
missing=
has() { PATH="$PATH:$root/usr/sbin" command -v "$1" >/dev/null 2>&1; }
has git || missing="$missing git"
has openssl || missing="$missing openssl"
has redis-server || missing="$missing redis-server"
has nginx || missing="$missing nginx-light"
ls "$root"/usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
if [ -z "$missing" ]; then
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "the lab needs programs that are not here. Debian's packages of them are:$missing" >&2
    echo "install them the way this machine does" >&2
    exit 2
fi
if [ "$(id -u)" -ne 0 ]; then
    echo "the lab needs these Debian packages:$missing" >&2
    echo "run lab/setup.sh as root, or install them yourself" >&2
    exit 2
fi
echo "lab: installing Debian packages, without starting services:$missing" >&2

policy="$root/usr/sbin/policy-rc.d"
cluster="$root/etc/postgresql-common/createcluster.d/no-main-cluster.conf"
made=
leave() { rm -f $made; }
trap leave EXIT
trap 'exit 130' INT TERM
if [ ! -e "$policy" ]; then
    made="$policy"
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
install() {
    apt-get install -y -qq --no-install-recommends "$@" >/dev/null || {
        echo "lab: apt-get could not install $*" >&2
        exit 2
    }
}
apt-get update -qq || echo "lab: going on with the lists of packages that are here" >&2
case "$missing" in
*postgresql*)
    # Installed before the server, so that its setting is read in time.
    install postgresql-common
    if [ ! -e "$cluster" ]; then
        made="$made $cluster"
        mkdir -p "${cluster%/*}"
        echo 'create_main_cluster = false' >"$cluster"
    fi
    ;;
esac
# shellcheck disable=SC2086 # a list of words
install $missing
