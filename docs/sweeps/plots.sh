#!/bin/sh
# Makes the plots of docs/SEGMENTS.md, docs/PREDICTABILITY.md and docs/ALLOCATORS.md anew: docs/sweeps/plots.sh FRAGSCOPE-CLI [FOLDER].
# Needs gnuplot; the tables stay in FOLDER.
set -eu
cd "$(dirname "$0")/.."
cli=$1
folder=${2:-$(mktemp -d)}
for sweep in segments areas; do
    "$cli" sweep "sweeps/$sweep.toml" --mean -o "$folder/$sweep.csv"
done
"$cli" predictability --csv "$folder" --allocator sequential-fit,sequential-fit:policy=next,sequential-fit:policy=best \
    --allocator sequential-fit:policy=worst,segregated,quick-fit,buddy,half-fit,tlsf,dlmalloc,region,bump,sliding \
    --allocator compact-fit,compact-fit:k=4,compact-fit:k=off
"$cli" trace ../scenarios/traces/sqlite3.trace.gz --allocator compact-fit,tlsf,dlmalloc --series 400 --csv "$folder"
for plot in segments areas solution-space references compact-fit-peak; do
    gnuplot -e "folder='$folder'" "sweeps/$plot.gp"
done
