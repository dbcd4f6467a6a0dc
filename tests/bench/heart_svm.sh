#!/bin/sh
# heart_svm.sh HONE [SEEDS]: evaluations until the cross-validation accuracy of libsvm's own
# svm-grid (84.4444 % with its 110 evaluations) is reached, for each seed, bayes beside random.
# A study ends at 40 trials; 18 of 20 seeds within them and a median of at most 20 are wanted.
set -eu
hone=$1 seeds=${2:-20}
study=$(dirname "$0")/../../examples/heart-svm/study.ini

# Prints the number of trials, or `-` where 40 were not enough.
evaluations() {
    "$hone" run "$study" --json --quiet --set study.storage=memory --set study.trials=40 \
        --set study.target=84.4444 --set study.seed="$2" --set strategy.plugin="$1" |
        awk '{ n++; v = $0; sub(/.*"value":/, "", v); if (v + 0 >= 84.4444) hit = 1 }
             END { print hit ? n : "-" }'
}

for strategy in bayes random; do
    printf '%-7s' $strategy
    for seed in $(seq "$seeds"); do
        evaluations $strategy "$seed"
    done | sort -n | awk '
        $1 == "-" { missed++; next }
        { n[++hits] = $1; line = line " " $1 }
        END {
            all = hits + missed
            for (i = hits + 1; i <= all; i++) { n[i] = ">40"; line = line " >40" }
            middle = all % 2 ? n[(all + 1) / 2] : (n[all / 2 + 1] == ">40" ? ">40" : (n[all / 2] + n[all / 2 + 1]) / 2)
            printf "%d of %d within 40, median %s:%s\n", hits, all, middle, line
        }'
done
