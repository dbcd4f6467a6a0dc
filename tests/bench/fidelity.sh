#!/bin/sh
# fidelity.sh HONE [SEEDS [TRIALS]]: how soon strategies that assign budgets reach what random search ends with.
#
# On the tables of examples/tables, one worker on the simulated clock.  For each seed random search
# makes 100 full evaluations (TRIALS); its best value, and what they cost, are the measure.  Of every strategy
# the part of that cost is shown after which a full evaluation of its own is as good: the median
# over the seeds, the quartiles, and how many seeds it never was within the same cost.  Wanted: a
# third.  "epochs" is the network, its cost in epochs instead of seconds: there the best networks are ten times
# as dear as most.
set -eu
hone=$1 seeds=${2:-20}
folder=$(dirname "$0")/../../examples/tables
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# run TABLE STRATEGY SEED TRIALS: "cost-so-far best-so-far" of full evaluations.
run() {
    case $1 in epochs) set -- network "$2" "$3" "$4" "$5" "$6" --set objective.seconds=epoch ;; esac
    table=$1 strategy=$2 seed=$3 trials=$4 parameter=$5 most=$6
    shift 6
    "$hone" run "$folder/$table.ini" --json --quiet --set study.workers=1 --set study.seed="$seed" \
        --set strategy.plugin="$strategy" --set study.trials="$trials" "$@" |
        awk -v full="$parameter" -v most="$most" '{
            s = v = f = $0
            sub(/.*"seconds":/, "", s); sub(/.*"value":/, "", v)
            sub(".*\"" full "\":", "", f)
            cost += s + 0
            if (f + 0 == most) {
                if (!n++ || v + 0 < best) best = v + 0
                printf "%.17g %.17g\n", cost, best
            }
        }'
}

# row TABLE STRATEGY PARAMETER FULL
row() {
    for seed in $(seq "$seeds"); do
        goal=$(tail -n 1 "$work/$1.$seed")
        run "$1" "$2" "$seed" 3000 "$3" "$4" | awk -v goal="$goal" '
            BEGIN { split(goal, g, " ") }
            !found && $1 <= g[1] && $2 <= g[2] { found = $1 / g[1] }
            END { print found ? found : 9 }'
    done | sort -n | awk -v name="$1 $2" '
        { part[NR] = $1; missed += $1 == 9 }
        END {
            printf "%-18s median %.3f, quartiles %.3f %.3f of the cost of random, %d of %d not within it\n", name,
                   (part[int((NR + 1) / 2)] + part[int(NR / 2) + 1]) / 2, part[int((NR + 3) / 4)],
                   part[int((3 * NR + 1) / 4)], missed, NR
        }'
}

full=${3:-100}
for table in "network epoch 27" "epochs epoch 27" "svm patients 270"; do
    set -- $table
    for seed in $(seq "$seeds"); do run "$1" random "$seed" "$full" "$2" "$3" > "$work/$1.$seed"; done
    for strategy in asha hyperband bohb dehb; do row "$1" $strategy "$2" "$3"; done
done
