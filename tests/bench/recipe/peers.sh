#!/bin/sh
# peers.sh BENCH_RECIPE FOLDER [SEEDS]: median regrets of bayes with its defaults beside those
# recorded of peers (peers.csv: each peer's own defaults, runs of 100 trials), as a table in Markdown.
set -eu
recipe=$1 folder=$2 seeds=${3:-15}
here=$(dirname "$0")
mkdir -p "$folder"
if [ ! -s "$folder/peers" ]; then
    "$recipe" peers "$seeds" >"$folder/peers.part"
    mv "$folder/peers.part" "$folder/peers"
fi

# median FUNCTION COLUMN
median() {
    awk -v f="testfn-$1" -v c="$2" '$1 == f { print $c }' "$folder/peers" | sort -g |
        awk '{ v[NR] = $1 }
             END { h = int((NR + 1) / 2); printf "%.3g", (v[h] + v[NR % 2 ? h : h + 1]) / 2 }'
}

echo '| | branin 30, 50, 100 | hartmann6 | levy10 | rosenbrock5 |'
echo '|---|---|---|---|---|'
printf '| **hone bayes** (%s) |' "$seeds"
for f in branin hartmann6 levy rosenbrock; do
    printf ' **%s, %s, %s** |' "$(median $f 4)" "$(median $f 5)" "$(median $f 6)"
done
echo
awk -F, 'NR > 1 { if ($1 != peer) { if (peer) print line; peer = $1; line = "| " $1 " (" $3 ") |" }
                  line = line " " $4 ", " $5 ", " $6 " |" }
         END { print line }' "$here/peers.csv"
