#!/bin/sh
# postgresql.sh HONE [WORKERS] [TRIALS]: durable trials a second of 32 worker processes on one study in PostgreSQL, `random`,
# 5 parameters, an objective that costs nothing; beside it what pgbench reaches with the same statements, transactions
# and number of clients on the same server, one after the other, with synchronous_commit on and off.
set -eu
hone=$1 workers=${2:-32} trials=${3:-6000}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
[ -x "$bin/pgbench" ] || { echo "SKIP: no PostgreSQL server"; exit 0; }
folder=$(mktemp -d /tmp/hone-bench-XXXXXX)
chmod 755 "$folder"
as=
[ "$(id -u)" != 0 ] || { chown postgres "$folder"; as="setpriv --reuid=postgres --regid=postgres --clear-groups env -i LC_ALL=C.UTF-8"; }
cd "$folder"
trap '$as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$folder"' EXIT
$as "$bin/initdb" -D "$folder/data" -A trust -U hone --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o "-k $folder -c listen_addresses='' -c max_connections=120" start >/dev/null
ask() { "$bin/psql" -qAt -h "$folder" -U hone -d postgres -c "$1"; }

cat >study.ini <<INI
[study]
name = s
trials = $trials
storage = postgresql://hone@/postgres?host=$folder
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

# The statements of one trial as hone sends them: told in one transaction, the next one begun in another.
begin() {
    cat <<'SQL'
BEGIN;
SELECT set_config('synchronous_commit', 'off', true);
SELECT 1 FROM studies WHERE study_id = 1 FOR UPDATE;
SELECT nextval(pg_get_serial_sequence('trials', 'trial_id')) AS id, coalesce((SELECT number FROM trials WHERE study_id = 1 ORDER BY trial_id DESC LIMIT 1), -1) + 1 AS number, EXISTS (SELECT 1 FROM trials WHERE study_id = 1 AND state = 'WAITING') AS waits FROM studies, generate_series(1, 1) WHERE study_id = 1 \gset
INSERT INTO trials (trial_id, number, study_id, state, datetime_start) VALUES (:id, :number, 1, 'RUNNING', now());
SQL
    for i in 1 2 3 4 5; do
        echo "INSERT INTO trial_params (trial_id, param_name, param_value, distribution_json) VALUES (:id, 'x$i', random(), '{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": -5.0, \"high\": 5.0, \"log\": false}}') ON CONFLICT (trial_id, param_name) DO UPDATE SET param_value = excluded.param_value, distribution_json = excluded.distribution_json;"
    done
    cat <<'SQL'
INSERT INTO hone_trials (trial_id, ask, seed, ask_seconds, owner) VALUES (:id, -1, 1, 1e-5, 'host:1:' || :client_id) ON CONFLICT (trial_id) DO UPDATE SET ask = -1, seed = 1, ask_seconds = 1e-5, owner = excluded.owner;
COMMIT;
SQL
}
tell() {
    cat <<'SQL'
BEGIN;
UPDATE trials SET state = 'COMPLETE', datetime_complete = now(), datetime_start = coalesce(datetime_start, now()) WHERE trial_id = :id AND state IN ('RUNNING', 'WAITING') AND ('host:1:' || :client_id IS NULL OR EXISTS (SELECT 1 FROM hone_trials h WHERE h.trial_id = :id AND h.owner = 'host:1:' || :client_id));
INSERT INTO trial_values (trial_id, objective, value, value_type) VALUES (:id, 0, random(), 'FINITE');
INSERT INTO hone_trials (trial_id, sequence, seconds, yvar) VALUES (:id, NULL, 1e-6, NULL) ON CONFLICT (trial_id) DO UPDATE SET sequence = NULL, seconds = 1e-6, yvar = NULL, owner = NULL;
COMMIT;
SQL
}
{ begin; tell; } >trial.sql

clean() {
    ask "SET client_min_messages = warning; TRUNCATE trials, trial_params, trial_values, hone_trials, hone_workers CASCADE; CHECKPOINT"
}

for commit in on off; do
    ask "ALTER SYSTEM SET synchronous_commit = $commit" && ask "SELECT pg_reload_conf()" >/dev/null
    "$hone" run study.ini --quiet --trials 1 >/dev/null
    clean
    bench=$("$bin/pgbench" -n -M prepared -h "$folder" -U hone -c "$workers" -j 2 -t $((trials / workers)) -f trial.sql postgres 2>pgbench.err |
        sed -n 's/^tps = \([0-9.]*\).*/\1/p')
    ask "SELECT 'UPDATE trials' WHERE (SELECT count(*) FROM trials WHERE state <> 'COMPLETE') > 0"
    clean
    pids=
    for i in $(seq "$workers"); do
        "$hone" run study.ini --quiet >/dev/null 2>>errors & pids="$pids $!"
    done
    for p in $pids; do wait "$p" || echo "a worker failed: $(tail -n 1 errors)"; done
    ask "SELECT count(*), count(DISTINCT number), max(number) + 1, count(DISTINCT h.sequence), extract(epoch FROM max(datetime_complete) - min(datetime_start)) FROM trials t JOIN hone_trials h USING (trial_id) WHERE state = 'COMPLETE'" |
        awk -F '|' -v all="$trials" -v bench="$bench" -v commit=$commit -v workers="$workers" '
            { rate = $1 / $5
              printf "synchronous_commit %-3s  %d workers: %.0f trials/s; pgbench, %d clients: %.0f; ratio %.2f\n", commit, workers, rate, workers, bench, rate / bench
              if ($1 != all || $2 != all || $3 != all || $4 != all) printf "WRONG: %d trials, %d numbers, %d places, of %d\n", $1, $2, $4, all }'
done
