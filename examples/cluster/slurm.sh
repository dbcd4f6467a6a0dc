#!/bin/sh
#SBATCH --job-name=hone
#SBATCH --array=0-31
#SBATCH --cpus-per-task=4
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@120
#SBATCH --output=hone-%A_%a.log

# 32 workers, each one task of the array; a task that ends early or never starts is no harm.
# --signal: two minutes before the time is up, running trials are given back to the others.
exec hone run study.ini
