# Ctrl-C twice: the run ends at once, and nothing that it started is left.
SLEEP=61.7 hone run study.ini --set study.name=twice >/dev/null 2>&1 &
sleep 1
kill -INT $!
sleep 0.3
kill -INT $!
wait $!
echo "status $?"
cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' ' ' | grep -o 'sleep 61[.]7' || echo 'nothing is left'
