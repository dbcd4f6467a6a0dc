#!/bin/sh
# run_examples.sh HONE [WRAPPER ...]: the main commands on the examples, each under a wrapper such
# as valgrind; for the tools under which Criterion does not run.  Any status but 0 is a failure.
set -eu
hone=$(readlink -f "$1")
shift
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp -r "$(dirname "$0")/../../examples/." "$folder"
out=$folder/out

wrapper=$*

hone() {
    echo "  hone $*"
    $wrapper "$hone" "$@" >"$out" 2>&1 || { status=$?; cat "$out"; echo "status $status"; exit 1; }
    if grep -E 'WARNING: ThreadSanitizer|ERROR: |runtime error' "$out"; then cat "$out"; exit 1; fi
}

cd "$folder/smallest"
hone check study.ini
hone try study.ini x=1 y=2
hone run study.ini --workers 3
hone run study.ini --more 5
hone trials study.ini --csv
hone show study.ini 3
hone best study.db --json
hone studies study.db
hone run study.ini --json --set strategy.plugin=sobol --set study.name=other --set study.storage=study.db
hone delete study.db#other --yes
hone plugins
hone info gp
hone init "$folder/new.ini"
cd "$folder/heart-svm"
hone run study.ini --trials 15
hone run kernels.ini --trials 15
cd "$folder/c_function"
make --silent
hone run study.ini --trials 2000
for strategy in grid random lhs; do
    hone run study.ini --trials 60 --set strategy.plugin=$strategy
done
