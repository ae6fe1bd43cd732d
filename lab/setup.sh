#!/bin/sh
# Install the lab's neighbours from Debian: redis, nginx, PostgreSQL.
#
# Only the programs are wanted. Nothing is started as a service, and no database
# cluster is created: every lab starts its own, on ports and in folders of its own.
set -eu

missing=
has() { PATH="$PATH:/usr/sbin" command -v "$1" >/dev/null 2>&1; }
has git || missing="$missing git"
has openssl || missing="$missing openssl"
has redis-server || missing="$missing redis-server"
has nginx || missing="$missing nginx-light"
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
if [ -z "$missing" ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "the lab needs these Debian packages:$missing" >&2
    echo "run lab/setup.sh as root, or install them yourself" >&2
    exit 2
fi

policy=/usr/sbin/policy-rc.d
made_policy=no
leave() {
    if [ "$made_policy" = yes ]; then rm -f "$policy"; fi
}
trap leave EXIT INT TERM
if [ ! -e "$policy" ]; then
    made_policy=yes
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
case "$missing" in
*postgresql*)
    # Installed before the server, so that its setting is read in time.
    apt-get install -y -qq --no-install-recommends postgresql-common
    settings=/etc/postgresql-common/createcluster.d
    mkdir -p "$settings"
    echo 'create_main_cluster = false' >"$settings/no-main-cluster.conf"
    ;;
esac
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing
