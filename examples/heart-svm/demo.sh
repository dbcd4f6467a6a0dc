#!/bin/sh
# demo.sh HONE FOLDER: the study from its start, in a copy of this folder, and its result.
set -eu
hone=$1 folder=$2
rm -rf "$folder"
mkdir -p "$folder"
cp "$(dirname "$0")"/*.ini "$(dirname "$0")"/heart_scale "$folder"
cd "$folder"
echo "in $PWD: hone run study.ini"
"$hone" run study.ini
echo
echo "libsvm's own svm-grid reaches 84.4444 with its 110 evaluations; the best so far here:"
"$hone" trials study.ini --csv >trials.csv
gnuplot -e "set terminal dumb size 78,20; set datafile separator ','; set key left bottom; set yrange [80:86];
    set xlabel 'trial'; set ylabel '%'; best = 0;
    plot 'trials.csv' using (column('number')):(column('value')) with points pt 'o' title 'accuracy of a trial',
         '' using (column('number')):(best = column('value') > best ? column('value') : best) with lines title 'best so far'"
echo "more:  cd $PWD;  $hone best study.ini;  $hone run study.ini --more 20"
