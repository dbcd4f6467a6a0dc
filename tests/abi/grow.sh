#!/bin/sh
# grow.sh HEADER - the header of a later minor, as it could be: every struct that begins with its
# size ends in members that 1.0 does not have.  Written to standard output.
sed 's/^} hone_\([a-z_]*\);/    int64_t grown_\1[6];\n&/' "$1" |
    awk '/grown_value/ { next }
         /^struct hone_host/ { host = 1 }
         /^};/ && host { print "    int64_t grown_host[6];"; host = 0 }
         { print }'
