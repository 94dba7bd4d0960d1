#!/bin/sh
# Fuzzes the targets that are named, or all: FUZZ_SECONDS each (60), a line with figures for each. First it must find a
# mistake that was planted. What it learns stays in target/fuzz/found for the next run.
set -eu
cd "$(dirname "$0")/.."

seconds=${FUZZ_SECONDS:-60}
host=$(rustc -vV | sed -n 's/^host: //p')
# The stable compiler can count which code an input reaches, as libFuzzer needs it. That a target is named keeps it from
# counting in what runs at build time only.
counters='-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table
    -Cllvm-args=-sanitizer-coverage-trace-compares'
RUSTFLAGS="$counters -Ccodegen-units=1 --cfg fuzzing" CARGO_TARGET_DIR=target/fuzz \
    cargo build --quiet --manifest-path fuzz/Cargo.toml --target "$host"

# run TARGET SECONDS PREFIX CORPUS...: whether it found nothing.
run() {
    name=$1 limit=$2 prefix=$3
    shift 3
    program=target/fuzz/$host/debug/$name log=target/fuzz/$name.log
    # Slow is an input that takes a minute: others use the machine too.
    "$program" -max_total_time="$limit" -timeout=60 -rss_limit_mb=4096 -dict=fuzz/words.dict -print_final_stats=1 \
        -artifact_prefix="$prefix" "$@" > "$log" 2>&1
}

# The last figure of this name in the log.
figure() {
    sed -n "s/.*$1: *\([0-9]*\).*/\1/p" "$log" | tail -n 1
}

planted=target/fuzz/planted
rm -rf $planted
mkdir -p $planted fuzz/artifacts
if run self_check 300 $planted/ || ! grep -qs '^planted' $planted/crash-*; then
    tail -n 20 "$log"
    echo "fuzz: the planted mistake was not found"
    exit 1
fi
echo "fuzz self_check: the planted mistake was found after $(figure number_of_executed_units) inputs (seed $(figure Seed))"

[ $# -gt 0 ] || set -- bodies cursor import json search token
for target in "$@"; do
    mkdir -p "target/fuzz/found/$target" "fuzz/corpus/$target"
    if ! run "$target" "$seconds" "fuzz/artifacts/$target-" "target/fuzz/found/$target" "fuzz/corpus/$target"; then
        grep -v '^#' "$log" | tail -n 60
        if ! ls "fuzz/artifacts/$target-"* > /dev/null 2>&1; then
            echo "fuzz $target: it did not run; $log says why"
            exit 1
        fi
        echo "fuzz $target: a mistake was found; again: $program FILE, with the FILE in fuzz/artifacts"
        exit 1
    fi
    echo "fuzz $target: $(figure number_of_executed_units) inputs in $seconds s, $(figure cov) places in the code reached," \
        "no mistake (seed $(figure Seed))"
done
