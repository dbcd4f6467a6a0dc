#!/bin/sh
# heart_svm.sh HONE [SEEDS]: evaluations until a cross-validation accuracy is reached, for each
# seed, bayes beside random.
#
# 84.4444 % is what libsvm's own svm-grid reaches with its 110 evaluations; studies end at 40
# trials, and 18 of 20 seeds within them with a median of at most 20 are wanted.  Random search
# meets it as well, so 84.8148 %, the best that was ever seen here, is asked for too, within 100.
set -eu
hone=$1 seeds=${2:-20}
study=$(dirname "$0")/../../examples/heart-svm/study.ini

# evaluations STRATEGY SEED TARGET TRIALS: the number of trials, or `-` where they were not enough.
evaluations() {
    "$hone" run "$study" --json --quiet --set study.storage=memory --set study.trials="$4" \
        --set study.target="$3" --set study.seed="$2" --set strategy.plugin="$1" |
        awk -v target="$3" '{ n++; v = $0; sub(/.*"value":/, "", v); if (v + 0 >= target) hit = 1 }
             END { print hit ? n : "-" }'
}

# row STRATEGY TARGET TRIALS
row() {
    printf '%s %% %-7s' "$2" "$1"
    for seed in $(seq "$seeds"); do
        evaluations "$1" "$seed" "$2" "$3"
    done | sort -n | awk -v most="$3" '
        $1 == "-" { missed++; next }
        { n[++hits] = $1; line = line " " $1 }
        END {
            all = hits + missed
            for (i = hits + 1; i <= all; i++) { n[i] = ">" most; line = line " >" most }
            m = int(all / 2)
            middle = all % 2 ? n[m + 1] : n[m + 1] ~ />/ ? n[m + 1] : (n[m] + n[m + 1]) / 2
            printf "%d of %d within %d, median %s:%s\n", hits, all, most, middle, line
        }'
}

for strategy in bayes random; do row $strategy 84.4444 40; done
for strategy in bayes random; do row $strategy 84.8148 100; done
