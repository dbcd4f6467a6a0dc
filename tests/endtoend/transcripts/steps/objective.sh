awk "BEGIN { print ($1 - 0.3)^2 + $2 / 64 }"
