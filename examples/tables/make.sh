#!/bin/sh
# make.sh network|svm: a table of real trainings, with learning curves and what they cost.
#
#     ./make.sh network > network.csv     504 networks on digits, 27 epochs each; some minutes
#     ./make.sh svm > svm.csv             svm-train on the heart data, on 30, 90 and all 270 patients
#
# Seconds are those of the machine that made the table; errors are the same on every machine that
# rounds as IEEE 754 says.
set -eu
here=$(dirname "$0")

network() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    ${CC:-cc} -std=c11 -O2 -ffp-contract=off -D_GNU_SOURCE "$here/../network/network.c" -lm -o "$work/network"
    echo optimizer,rate,batch,layers,width,activation,epoch,error,loss,seconds
    for optimizer in ${OPTIMIZERS:-adam sgd}; do for rate in 0.0001 0.0003 0.001 0.003 0.01 0.03 0.1; do
    for batch in 8 32 128; do for layers in 1 2; do for width in 8 32 128; do
    for activation in relu tanh; do
        "$work/network" --optimizer $optimizer --rate $rate --batch $batch --layers $layers \
            --width1 $width --width2 $width --activation $activation --epochs 27 --clock yes \
            "$here/../network/digits.txt" |
            awk -v point="$optimizer,$rate,$batch,$layers,$width,$activation" '
                $2 ~ /^(1|2|3|4|6|9|13|18|27)$/ { printf "%s,%s,%.4g,%.4g,%s\n", point, $2, $4, $6, $8 }'
    done; done; done; done; done; done
}

svm() {
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    for n in 30 90 270; do head -n $n "$here/../heart-svm/heart_scale" > "$work/$n"; done
    echo C,gamma,patients,error,seconds
    for c in -5 -3 -1 1 3 5 7 9 11 13 15; do for g in -15 -13 -11 -9 -7 -5 -3 -1 1 3; do
        for n in 30 90 270; do
            C=$(awk "BEGIN { printf \"%.17g\", 2 ^ $c }")
            gamma=$(awk "BEGIN { printf \"%.17g\", 2 ^ $g }")
            begin=$(date +%s%N)
            accuracy=$(svm-train -q -v 5 -c "$C" -g "$gamma" "$work/$n" | sed -n 's/.*= \(.*\)%/\1/p')
            end=$(date +%s%N)
            awk "BEGIN { printf \"%s,%s,%d,%.6g,%.4f\\n\", \"$C\", \"$gamma\", $n, 100 - $accuracy,
                         ($end - $begin) / 1e9 }"
        done
    done; done
}

case "${1-}" in
network|svm) "$1" ;;
*) echo "usage: make.sh network|svm" >&2; exit 2 ;;
esac
