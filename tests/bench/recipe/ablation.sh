#!/bin/sh
# ablation.sh BENCH_RECIPE FOLDER [SEEDS]: what each default of bayes is worth, a table in Markdown.
#
# Every row is the default recipe with one option changed.  Numbers are regrets over those of the
# defaults, geometric means over functions and seeds, at the first, second and last of the numbers
# of trials that bench_recipe names (regrets below 1e-6 count as that): above 1 the default is
# better.  Beside each the standard error of the mean over functions, as a factor, at the end.
# Runs are kept in FOLDER; those that are there already are not repeated.
set -eu
recipe=$1 folder=$2 seeds=${3:-6}
mkdir -p "$folder"

variants='defaults
bayes.region=0
bayes.region=1
bayes.acquisition=ei
bayes.acquisition=ucb
bayes.acquisition=mes
bayes.initial=10
bayes.candidates=256
bayes.starts=2
gp.kernel=matern32
gp.kernel=rbf
gp.kernel=rational
gp.prior=none
gp.mean=zero
gp.restarts=0
gp.ard=no
gp.categories=ard
gp.inactive=middle'
parts='half other wide mixed'

# ran VARIANT PART
ran() {
    out=$folder/$1.$2
    case $1:$2 in
    gp.categories=*:mixed | gp.inactive=*:mixed) ;;
    gp.categories=*:* | gp.inactive=*:*) return 0 ;;
    esac
    [ -s "$out" ] && return 0
    if [ "$1" = defaults ]; then
        "$recipe" "$2" "$seeds" >"$out.part"
    else
        "$recipe" "$2" "$seeds" "$1" >"$out.part"
    fi
    mv "$out.part" "$out"
}

# cells VARIANT PART: three ratios and the factor of the error
cells() {
    [ -s "$folder/$1.$2" ] || { printf ' |'; return 0; }
    awk 'function l(x) { return log(x > 1e-6 ? x : 1e-6) }
         NF != 7 { next }
         FNR == NR { for (k = 1; k <= 3; k++) base[$1, $2, $3, k] = l($(3 + k)); next }
         { f[$1 "/" $2]++
           for (k = 1; k <= 3; k++) sum[$1 "/" $2, k] += l($(3 + k)) - base[$1, $2, $3, k] }
         END { for (g in f) { n++
                   for (k = 1; k <= 3; k++) { m = sum[g, k] / f[g]; s[k] += m; q[k] += m * m } }
               for (k = 1; k <= 3; k++) printf " %.2f", exp(s[k] / n)
               v = q[3] / n - (s[3] / n) ^ 2
               printf " (%.2f) |", exp(sqrt((v > 0 ? v : 0) / n)) }' "$folder/defaults.$2" \
        "$folder/$1.$2"
}

for v in $variants; do
    for p in $parts; do
        ran "$v" "$p"
    done
done
printf '| option | tuned half | held-out half | 20 parameters | mixed spaces |\n'
printf '|---|---|---|---|---|\n'
for v in $variants; do
    [ "$v" != defaults ] || continue
    printf '| `%s` |' "$v"
    for p in $parts; do
        cells "$v" "$p"
    done
    printf '\n'
done
