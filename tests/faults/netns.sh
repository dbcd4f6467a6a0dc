#!/bin/sh
# netns.sh HONE [WORKERS] [SECONDS]: one study in PostgreSQL, workers in 4 network namespaces (as 4 hosts), the server in a
# fifth; one of them is cut off for SECONDS and comes back.  Its trials are taken over, it rejoins, and each trial is told
# once.  Needs root and ip(8); 8 workers and 12 s unless said otherwise (64 and 60 at full length).
set -eu
hone=$1 workers=${2:-8} cut=${3:-12}
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -n 1)
if [ "$(id -u)" != 0 ] || [ ! -x "$bin/postgres" ] || ! command -v ip >/dev/null || ! ip netns add "hone-$$-s" 2>/dev/null; then
    echo "SKIP: needs root, ip(8), network namespaces and a PostgreSQL server"
    exit 0
fi
folder=$(mktemp -d /tmp/hone-netns-XXXXXX)
chmod 755 "$folder"
chown postgres "$folder"
as="setpriv --reuid=postgres --regid=postgres --clear-groups env -i LC_ALL=C.UTF-8"
cd "$folder"
finish() {
    for p in ${pids:-}; do kill -9 "$p" 2>/dev/null || true; done
    $as "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
    for n in s 1 2 3 4; do ip netns del "hone-$$-$n" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT

# A bridge in the server's namespace, a cable from each of the others to it.
server="ip netns exec hone-$$-s"
$server ip link set lo up
$server ip link add br0 type bridge
$server ip addr add 10.77.0.1/24 dev br0
$server ip link set br0 up
for n in 1 2 3 4; do
    ip netns add "hone-$$-$n"
    ip link add eth0 netns "hone-$$-$n" type veth peer name "p$n" netns "hone-$$-s"
    $server ip link set "p$n" master br0 up
    ip netns exec "hone-$$-$n" ip addr add "10.77.0.1$n/24" dev eth0
    ip netns exec "hone-$$-$n" ip link set eth0 up
done
$as "$bin/initdb" -D "$folder/data" -A trust -U hone --no-sync >/dev/null
echo "host all all 10.77.0.0/24 trust" >>"$folder/data/pg_hba.conf"
$server $as "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -o "-k $folder -c listen_addresses=10.77.0.1 -c max_connections=120" start >/dev/null
ask() { "$bin/psql" -qAt -h "$folder" -U hone -d postgres -c "$1"; }

trials=$((workers * (cut + 25) * 2))
cat >study.ini <<INI
[study]
name = s
trials = $trials
storage = postgresql://hone@10.77.0.1/postgres
lease = 4s
retries = 100
[space]
x = float -5 5
y = float -5 5
[strategy]
plugin = tpe
[objective]
plugin = command
command = sh -c "sleep 0.4; echo {x}"
INI
pids=
for i in $(seq "$workers"); do
    n=$((i % 4 + 1))
    # another host name in each, as other machines have
    ip netns exec "hone-$$-$n" unshare --uts sh -c "hostname host$n; exec $hone run study.ini" >"out.$i" 2>"err.$i" & pids="$pids $!"
done
sleep 6
$server ip link set p4 down
before=$(ask "SELECT count(*) FROM trials WHERE state = 'COMPLETE'")
sleep "$cut"
during=$(ask "SELECT count(*) FROM trials WHERE state = 'COMPLETE'")
alive=$(ask "SELECT count(*) FROM hone_workers WHERE owner LIKE 'host4:%'")
$server ip link set p4 up
failed=0
for p in $pids; do wait "$p" || failed=$((failed + 1)); done
pids=
told=$(cat out.* | sed -n 's/^.*trial \([0-9]*\) complete .*/\1/p' | sort -n | uniq -c | awk '$1 > 1 { n++ } END { print n + 0 }')
after=$(cat out.4 out.8 2>/dev/null | grep -c complete || true)
stored=$(ask "SELECT count(*) || ' ' || count(DISTINCT number) || ' ' || max(number) + 1 || ' ' || (SELECT count(*) FROM trial_values) FROM trials WHERE state = 'COMPLETE'")
taken=$(ask "SELECT count(*) FROM trial_user_attributes WHERE key = 'lost'")
echo "$workers workers in 4 namespaces, one cut off for $cut s: $during trials by then, $before at the cut, $alive of its workers listed meanwhile, $taken trials taken over"
[ "$stored" = "$trials $trials $trials $trials" ] && [ "$told" = 0 ] && [ "$failed" = 0 ] && [ "$during" -gt "$before" ] &&
    [ "$alive" = 0 ] && [ "$taken" -gt 0 ] && echo "each trial told once, all workers ended well" && exit 0
echo "WRONG: stored $stored of $trials, told twice $told, $failed workers failed"
tail -n 2 err.*
exit 1
