#!/bin/sh
# workers.sh HONE: 200 evaluations that sleep 0.1 s, on 8 workers, every trial durable.  Ideal is 2.5 s.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cat >"$folder/study.ini" <<END
[study]
trials = 200
workers = 8
storage = sleeps.db
[space]
x = float 0 1
[strategy]
plugin = random
[objective]
plugin = command
command = sh -c "sleep 0.1; echo {x}"
END
begin=$(date +%s%N)
"$1" run "$folder/study.ini" --quiet >/dev/null
end=$(date +%s%N)
awk -v s=$(((end - begin) / 1000)) 'BEGIN { printf "200 sleeps of 0.1 s on 8 workers: %.2f s, %.3f of ideal\n", s / 1e6, s / 2.5e6 }'
