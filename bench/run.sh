#!/bin/bash
# Times the service on 100,000 contacts that it makes itself. The load comes from the same machine, so the figures are
# for comparing with each other in one run: every line is also given as a share of /health, which has no token and no
# database. Settings: ROWS, SECONDS_EACH, CONNECTIONS.
set -euo pipefail
cd "$(dirname "$0")/.."

rows=${ROWS:-100000}
seconds=${SECONDS_EACH:-5}
connections=${CONNECTIONS:-32}
program=$PWD/target/release/contacts
folder=$(mktemp -d)
service=
trap '[ -z "$service" ] || kill "$service"; wait; rm -rf "$folder"' EXIT
cd "$folder"

awk -v rows="$rows" 'BEGIN {
    split("José María Ana Luis Carmen Íñigo Begoña Peter John Mary Lucía Iván Sofía Pablo Marta Jorge Elena Raúl Núria", first, " ")
    split("García Núñez Peña López Smith Doe Fernández Muñoz Martínez Sánchez Ibáñez Gómez Ruiz Díaz Ordóñez Castro Vidal", last, " ")
    print "first_name,last_name,email,phone"
    for (row = 0; row < rows; row++)
        printf "%s,%s %s,user%d@example.com,+34 6%08d\n",
            first[row % 19 + 1], last[int(row / 19) % 17 + 1], last[int(row / 323) % 17 + 1], row, row
    print "Zenobia,Quintanilla,zenobia@example.com,"
}' > people.csv

"$program" import people.csv --user ana --workspace bench
"$program" serve --listen 127.0.0.1:0 --rate-limit 0 > welcome 2> log &
service=$!
until grep -q "^try it" welcome; do sleep 0.05; done
base=$(sed -n 's/.* listens on //p' welcome)
printf 'memory at rest: %d KiB; program: %d KiB; database: %d KiB\n' \
    "$(awk '/VmRSS/ { print $2 }' "/proc/$service/status")" \
    $(($(stat -c %s "$program") / 1024)) $(($(stat -c %s contacts.db) / 1024))
token=$("$program" token --user ana --workspace bench)
contacts=$base/api/sales/contacts/
uuid=$(curl -s "$contacts" -H "Authorization: Bearer $token" -d '{"filters":{"search":"zenobia"}}' |
    sed 's/.*"uuid":"\([^"]*\)".*/\1/')

# The loopback has no faster call than this one.
health=
measure() { # name, address, body
    printf 'wrk.method = "%s"\nwrk.body = %s\nwrk.headers["Authorization"] = "Bearer %s"\n' \
        "$([ -z "$3" ] && echo GET || echo POST)" "$([ -z "$3" ] && echo nil || echo "[[$3]]")" "$token" > call.lua
    wrk -t2 -c"$connections" -d"$seconds" --latency -s call.lua "$2" > said
    if grep -q "Non-2xx" said; then cat said; exit 1; fi
    awk -v name="$1" -v health="$health" '
        /50%/ { half = $2 } /99%/ { most = $2 } /Requests\/sec/ { each = $2 }
        END { printf "%-34s %9d a second  p50 %8s  p99 %8s  %5.2f\n", name, each, half, most, health ? each / health : 1 }
    ' said
    [ -n "$health" ] || health=$(awk '/Requests\/sec/ { print $2 }' said)
}

echo "$connections connections, $seconds s each, $(nproc) cores shared with the load; last column: share of /health"
measure "/health" "$base/health" ""
measure "get" "${contacts}contact?uuid=$uuid" ""
measure "page of 10" "$contacts" '{}'
measure "page of 10, last" "$contacts" "{\"filters\":{\"page\":\"$(printf %d $((rows - 20)) | base64)\"}}"
measure "search, common (jose)" "$contacts" '{"filters":{"search":"jose"}}'
measure "search, rare (zenobia)" "$contacts" '{"filters":{"search":"zenobia"}}'
measure "search, absent (xyz)" "$contacts" '{"filters":{"search":"xyz"}}'
measure "create" "${contacts}contact" '{"action":"create","first_name":"Ana","last_name":"Paz"}'
