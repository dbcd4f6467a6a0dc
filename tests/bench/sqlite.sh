#!/bin/sh
# sqlite.sh HONE [TRIALS]: durable trials a second on one SQLite file, of one process and of 8 processes, `random`, 5
# parameters, an objective that costs nothing.  From the first trial's start to the last one's end, as stored.
set -eu
hone=$1 trials=${2:-1600}
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/hone-bench-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >study.ini <<INI
[study]
name = s
trials = $trials
storage = s.db
[space]
x1 = float -5 5
x2 = float -5 5
x3 = float -5 5
x4 = float -5 5
x5 = float -5 5
[strategy]
plugin = random
[objective]
plugin = testfn
function = sphere
isolation = none
INI
rate() { # processes
    rm -f s.db*
    pids=
    for i in $(seq "$1"); do
        "$hone" run study.ini --quiet >/dev/null 2>>errors & pids="$pids $!"
    done
    for p in $pids; do wait "$p" || echo "a worker failed: $(tail -n 1 errors)" >&2; done
    python3 - "$trials" <<'PY'
import sqlite3, sys
n, numbers, places, t = sqlite3.connect("s.db").execute(
    "SELECT count(*), count(DISTINCT number), count(DISTINCT h.sequence), (julianday(max(datetime_complete)) - "
    "julianday(min(datetime_start))) * 86400 FROM trials JOIN hone_trials h USING (trial_id) WHERE state = 'COMPLETE'").fetchone()
if not n == numbers == places == int(sys.argv[1]): print("WRONG:", n, numbers, places, file=sys.stderr)
print(n / t)
PY
}
one=$(rate 1)
eight=$(rate 8)
awk -v a="$one" -v b="$eight" 'BEGIN { printf "SQLite, durable: 1 process %.0f trials/s, 8 processes %.0f in all, ratio %.2f\n", a, b, b / a }'
