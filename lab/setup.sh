#!/bin/sh
# Install the lab's neighbours from Debian: redis, nginx, PostgreSQL.
#
# Only the programs are wanted. Nothing is started as a service, and no database
# cluster is created: every lab starts its own, on ports and in folders of its own.
set -eu

if [ "$(id -u)" -ne 0 ]; then
    echo "lab/setup.sh installs Debian packages: run it as root" >&2
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
# Installed before the server, so that its setting is read in time.
apt-get install -y -qq --no-install-recommends postgresql-common openssl git
settings=/etc/postgresql-common/createcluster.d
mkdir -p "$settings"
echo 'create_main_cluster = false' >"$settings/no-main-cluster.conf"
apt-get install -y -qq --no-install-recommends \
    redis-server nginx-light postgresql
