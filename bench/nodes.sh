#!/bin/bash
# Times the service on a throwaway PostgreSQL and Redis: one node without Redis, one with, then three. The nodes, the
# database, Redis and the load share this machine's cores, so three nodes show what sharing costs, not what three machines
# give. Settings: ROWS, SECONDS_EACH, CONNECTIONS.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

rows=${ROWS:-100000}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-32}
program=$PWD/target/release/contacts
binaries=$(dirname "$(command -v initdb || ls -d /usr/lib/postgresql/*/bin/initdb | sort -V | tail -1)")
[ -x "$binaries/psql" ] || binaries=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)
folder=$(mktemp -d)
started=()
stop() {
    for pid in "${started[@]}"; do kill -INT "$pid" 2> /dev/null || true; done
    wait
    rm -rf "$folder"
}
trap stop EXIT
trap 'echo "bench/nodes.sh: line $LINENO failed" >&2' ERR
cd "$folder"

# PostgreSQL refuses to run as root.
as=()
if [ "$(id -u)" = 0 ]; then
    as=(setpriv --reuid=postgres --regid=postgres --init-groups)
    chown postgres "$folder"
fi
free_port() {
    local port
    while port=$((20000 + RANDOM % 20000)) && (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do :; done
    echo "$port"
}

port=$(free_port)
"${as[@]}" "$binaries/initdb" -D data --auth=trust --username=postgres --encoding=UTF8 --locale=C.UTF-8 > initdb.log
"${as[@]}" "$binaries/postgres" -D data -p "$port" -k "$folder" -c listen_addresses=127.0.0.1 \
    -c shared_buffers=512MB -c max_connections=100 2> postgres.log &
started+=($!)
until grep -qE "ready|standby" data/postmaster.pid 2> /dev/null; do sleep 0.05; done
"$binaries/psql" -qh 127.0.0.1 -p "$port" -U postgres -c "CREATE DATABASE contacts"
redis=$(free_port)
redis-server --port "$redis" --bind 127.0.0.1 --save "" --appendonly no > redis.log &
started+=($!)

export CONTACTS_DATABASE=postgres://postgres@127.0.0.1:$port/contacts
export CONTACTS_JWT_SECRET
CONTACTS_JWT_SECRET=$(head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n')

awk -v rows="$rows" 'BEGIN {
    split("José María Ana Luis Carmen Íñigo Begoña Peter John Mary Lucía Iván Sofía Pablo Marta Jorge Elena Raúl Núria", first, " ")
    split("García Núñez Peña López Smith Doe Fernández Muñoz Martínez Sánchez Ibáñez Gómez Ruiz Díaz Ordóñez Castro Vidal", last, " ")
    print "first_name,last_name,email,phone,account"
    for (row = 0; row < rows; row++)
        printf "%s,%s %s,user%d@example.com,+34 6%08d,%s\n", first[row % 19 + 1], last[int(row / 19) % 17 + 1],
            last[int(row / 323) % 17 + 1], row, row, row % 2 ? "Empresa " row % 1000 : ""
    print "Zenobia,Quintanilla,zenobia@example.com,,"
}' > people.csv
"$program" import people.csv --user ana --workspace bench
sql() { "$binaries/psql" -qAth 127.0.0.1 -p "$port" -U postgres -d contacts -c "$1"; }
sql "VACUUM ANALYZE"
sql "SELECT 'database: ' || pg_size_pretty(pg_database_size('contacts'))"
token=$("$program" token --user ana --workspace bench)

nodes=()
bases=()
node() { # flags
    local name=node${#nodes[@]}
    : > "$name"
    "$program" serve --listen 127.0.0.1:0 --log warn "$@" > "$name" 2> "$name.log" &
    nodes+=($!)
    started+=($!)
    until grep -q "^try it" "$name"; do sleep 0.05; done
    bases+=("$(sed -n 's/.* listens on //p' "$name")")
}
end_nodes() {
    for pid in "${nodes[@]}"; do kill "$pid"; wait "$pid" || true; done
    nodes=()
    bases=()
}

measure() { # name, path, body: the same load on every node at once, as many connections over all
    printf 'wrk.method = "%s"\nwrk.body = %s\nwrk.headers["Authorization"] = "Bearer %s"\n' \
        "$([ -z "$3" ] && echo GET || echo POST)" "$([ -z "$3" ] && echo nil || echo "[[$3]]")" "$token" > call.lua
    local each=$((connections / ${#bases[@]})) loads=() base
    for base in "${bases[@]}"; do
        wrk -t1 -c"$each" -d"$seconds" --latency -s call.lua "$base$2" > "said${#loads[@]}" &
        loads+=($!)
    done
    wait "${loads[@]}"
    if grep -h "Non-2xx" said[0-9]*; then exit 1; fi
    awk -v name="$1" '
        /^ *50%/ { half = half " " $2 } /^ *99%/ { most = most " " $2 } /Requests\/sec/ { all += $2 }
        END { printf "  %-26s %8d a second   p50%s   p99%s\n", name, all, half, most }
    ' said[0-9]*
    rm said[0-9]*
}

all_calls() {
    local contacts=/api/sales/contacts/ uuid
    uuid=$(curl -s "${bases[0]}$contacts" -H "Authorization: Bearer $token" -d '{"filters":{"search":"zenobia"}}' |
        sed 's/.*"uuid":"\([^"]*\)".*/\1/')
    measure "get" "${contacts}contact?uuid=$uuid" ""
    measure "page of 10" "$contacts" '{}'
    measure "search, common (jose)" "$contacts" '{"filters":{"search":"jose"}}'
    measure "search, rare (zenobia)" "$contacts" '{"filters":{"search":"zenobia"}}'
    measure "search, absent (zq)" "$contacts" '{"filters":{"search":"zq"}}'
    measure "create" "${contacts}contact" '{"action":"create","first_name":"Ana","last_name":"Paz"}'
}

echo "$connections connections over all nodes, $seconds s each, $(nproc) cores shared by everything"
echo "one node, no limit"
node --rate-limit 0
before=$(sql "SELECT pg_current_wal_lsn() || ' ' || last_value FROM contactos_id_seq")
all_calls
sql "SELECT '  write-ahead log of a create: ' || round((pg_current_wal_lsn() - '${before% *}'::pg_lsn)
        / (last_value - ${before#* })) || ' bytes' FROM contactos_id_seq"
printf '  memory of the node: %d KiB\n' "$(awk '/VmRSS/ { print $2 }' "/proc/${nodes[0]}/status")"
end_nodes
echo "one node, the limit shared through Redis"
node --rate-limit 1000000 --redis "redis://127.0.0.1:$redis"
all_calls
end_nodes
echo "three nodes, the limit shared through Redis"
for _ in 1 2 3; do node --rate-limit 1000000 --redis "redis://127.0.0.1:$redis"; done
all_calls
