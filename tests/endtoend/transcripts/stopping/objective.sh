# A learning curve of five steps, then the value.
case ${SLEEP:-} in ?*) sleep "$SLEEP";; esac
for step in 1 2 3 4 5; do
    echo "step $step value $(awk "BEGIN { print $1 + $2 + 1 / $step }")"
done
awk "BEGIN { print $1 + $2 }"
