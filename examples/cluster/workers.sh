#!/bin/sh
# workers.sh N: N workers on this machine; what is left to say is said by the last one.
for i in $(seq "$1"); do
    hone run study.ini --quiet >"worker.$i" 2>&1 &
done
wait
