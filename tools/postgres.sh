#!/usr/bin/env bash
# A throwaway PostgreSQL for tests: prints the URL of its server (without a database) and runs until its stdin is closed,
# so it ends with whoever started it, however that ends. Nothing of it is left behind.
#
#     tools/postgres.sh            fast: what is written is not forced to the disk
#     tools/postgres.sh --durable  as in earnest, for tests that kill it
#     tools/postgres.sh --tls      on localhost, encrypted; a second line names the file of the CA's certificate
#
# The database's superuser is malipo, without a password, over a socket that only this machine's users reach.
set -euo pipefail

flags=(-c fsync=off -c full_page_writes=off -c synchronous_commit=off)
case ${1:-} in
'') ;;
--durable) flags=() ;;
--tls) ;;
*)
    echo "tools/postgres.sh knows --durable and --tls, not '$1'" >&2
    exit 2
    ;;
esac

# PostgreSQL refuses to run as root.
if [[ $(id -u) -eq 0 ]]; then
    user=nobody
    id postgres >/dev/null 2>&1 && user=postgres
    exec setpriv --reuid="$user" --regid="$(id -g "$user")" --clear-groups -- "$BASH" "$0" "$@"
fi

# Debian's stands in no PATH. A folder that is not there is no reason to stop: the other one may have it.
bin=$(command -v initdb || find /usr/lib/postgresql /usr/pgsql-* -path '*/bin/initdb' 2>/dev/null | sort -V | tail -1) || true
bin=${bin%/initdb}
if [[ -z $bin ]]; then
    echo "PostgreSQL is missing: tools/setup.sh unit installs Debian's package postgresql" >&2
    exit 1
fi

# Short, since a socket's path has 107 bytes at most.
folder=$(mktemp -d /tmp/malipo-pg-XXXXXX)
clean() {
    "$bin/pg_ctl" stop -D "$folder/data" -m immediate -s 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
# A key that stops the tests must not stop the tidying up.
trap '' INT TERM HUP

cd "$folder"
"$bin/initdb" -D data -U malipo -A trust -E UTF8 --locale=C --no-sync >log 2>&1 || { cat log >&2; exit 1; }
start() { "$bin/pg_ctl" start -D data -s -w -t 120 -l log -o "-k $folder -c max_connections=400 ${flags[*]} $*"; }
if [[ ${1:-} == --tls ]]; then
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tests -keyout ca.key -out ca.pem 2>>log
    openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout data/server.key -out server.csr 2>>log
    openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out data/server.crt \
        -extfile <(echo subjectAltName=DNS:localhost) 2>>log
    chmod 600 data/server.key
    echo 'ssl = on' >>data/postgresql.conf
    # PostgreSQL takes no free port by itself: some are tried.
    for _ in {1..20}; do
        port=$((20000 + RANDOM % 10000))
        if start -c listen_addresses=127.0.0.1 -p "$port" 2>/dev/null; then
            echo "postgres://malipo@localhost:$port"
            echo "$folder/ca.pem"
            cat >/dev/null
            exit
        fi
    done
    cat log >&2
    exit 1
fi
start -c "listen_addresses=''" || { cat log >&2; exit 1; }
echo "postgres://malipo@${folder//\//%2F}"
cat >/dev/null
