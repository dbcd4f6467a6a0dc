#!/bin/sh
# One study in one go, the same study killed three times; both have to hold the same bits.
hone run study.ini --quiet --set study.storage=whole.db >/dev/null
for i in 1 2 3; do
    setsid hone run study.ini --quiet >/dev/null 2>&1 &
    sleep 0.5
    kill -9 $!
    wait $! 2>/dev/null
done
hone run study.ini --quiet >/dev/null
for database in whole.db resume.db; do
    hone trials $database --csv | awk -F, -v OFS=, 'NR == 1 {
        for (i = 1; i <= NF; i++) keep[i] = $i ~ /^(number|state|value|x|y)$/ }
        { line = ""; for (i = 1; i <= NF; i++) if (keep[i]) line = line OFS $i; print line }' >$database.csv
done
cmp whole.db.csv resume.db.csv && echo "$(($(wc -l <resume.db.csv) - 1)) trials, the same bits"
