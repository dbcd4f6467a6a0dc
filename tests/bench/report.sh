#!/bin/sh
# report.sh - `hone report` of 10,000 trials over 10 parameters: seconds and bytes.  usage:
# tests/bench/report.sh [HONE]
set -eu
cd "$(dirname "$0")/../.."
hone=$(realpath "${1:-build/hone}")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
{
    printf '[study]\nname = big\ntrials = 10000\n[space]\n'
    for i in 1 2 3 4 5 6 7 8 9 10; do printf 'x%d = float -5 5\n' $i; done
    printf '[strategy]\nplugin = random\n[objective]\nplugin = bbob\nfunction = 8\nisolation = none\n'
} >big.ini
"$hone" run big.ini --quiet >/dev/null
start=$(date +%s.%N)
"$hone" report big.ini -o big.html --quiet
end=$(date +%s.%N)
awk -v a="$start" -v b="$end" -v n="$(wc -c <big.html)" \
    'BEGIN{printf "report of 10,000 trials, 10 parameters: %.2f s, %.2f MB\n", b - a, n / 1e6}'
