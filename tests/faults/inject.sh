#!/bin/sh
# inject.sh HONE [STEP]: E2, E4: the process is killed at every write and every sync of a short study on SQLite, in turn, and
# each of them fails once with EIO and ENOSPC.  Afterwards what had been reported is stored as it was reported, the
# file is whole, and the study goes on to the same bits as one that was never disturbed.  STEP 5: every fifth.
set -eu
hone=$1 step=${2:-1}
command -v strace >/dev/null && command -v python3 >/dev/null || { echo "SKIP: needs strace and python3"; exit 0; }
folder=$(mktemp -d "${TMPDIR:-/var/tmp}/hone-inject-XXXXXX")
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cat >study.ini <<INI
[study]
name = s
seed = 5
trials = 14
storage = s.db
retries = 100
[space]
x = float -5 5
y = float -5 5
[strategy]
plugin = tpe
[objective]
plugin = testfn
isolation = none
INI
cat >check.py <<'PY'
import re, sqlite3, sys
def stored(path):
    db = sqlite3.connect(path)
    ok = db.execute("PRAGMA integrity_check").fetchone()[0]
    rows = db.execute("SELECT t.number, v.value FROM trials t JOIN trial_values v USING (trial_id) WHERE t.state = 'COMPLETE'")
    return ok, dict(rows.fetchall()) if ok == "ok" else {}
what, out = sys.argv[1], open("out").read()
reference = stored("reference.db")[1]
if what == "reported":
    try: ok, have = stored("s.db")
    except sqlite3.Error: ok, have = "ok", {}       # killed before there was a table
    lost = [n for n, v in re.findall(r"^trial (\d+) complete (\S+)", out, re.M) if have.get(int(n)) != float(v)]
    if ok != "ok" or lost: sys.exit("integrity %s, lost %s" % (ok, lost))
else:
    ok, have = stored("s.db")
    if ok != "ok" or have != reference: sys.exit("the study went on to other bits")
PY
"$hone" run study.ini >out
mv s.db reference.db
rm -f s.db-*
strace -f -qq -o calls -e trace=pwrite64,fdatasync,write "$hone" run study.ini >out 2>err
rounds=0 bad=0 hit=0
try() { # call, N, injection
    rm -f s.db s.db-wal s.db-shm
    how=0
    strace -f -qq -o trace -e trace="$1" -e inject="$1:$3:when=$2" "$hone" run study.ini >out 2>err || how=$?
    rounds=$((rounds + 1))
    grep -q -e INJECTED -e SIGKILL trace && hit=$((hit + 1))
    why=
    [ "$how" = 0 ] || [ "$how" = 137 ] || [ -s err ] || why="status $how without a sentence"
    [ "$how" -lt 128 ] || [ "$how" = 137 ] || why="status $how"
    [ -n "$why" ] || why=$(python3 check.py reported 2>&1) || true
    [ -n "$why" ] || "$hone" run study.ini >again 2>>err || why="it does not go on: $(tail -n 1 err)"
    [ -n "$why" ] || why=$(python3 check.py end 2>&1) || true
    [ -z "$why" ] || { bad=$((bad + 1)); echo "$1 $2 $3: $why"; }
}
for call in pwrite64 fdatasync; do
    n=$(grep -c "$call(" calls || true)
    for at in $(seq 1 "$step" "$n"); do
        try "$call" "$at" signal=KILL
        try "$call" "$at" error=EIO
        [ "$call" = fdatasync ] || try "$call" "$at" error=ENOSPC
    done
done
[ "$hit" -gt $((rounds / 2)) ] || { echo "only $hit of $rounds injections were seen"; bad=$((bad + 1)); }
echo "$rounds rounds, $hit injections seen: $([ "$bad" = 0 ] && echo "nothing lost, the same bits" || echo "$bad WRONG")"
[ "$bad" = 0 ]
