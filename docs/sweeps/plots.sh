#!/bin/sh
# Makes the plots of docs/SEGMENTS.md anew: docs/sweeps/plots.sh FRAGSCOPE-CLI [FOLDER]. Needs gnuplot; the tables stay in FOLDER.
set -eu
cd "$(dirname "$0")/.."
cli=$1
folder=${2:-$(mktemp -d)}
for sweep in segments areas; do
    "$cli" sweep "sweeps/$sweep.toml" --mean -o "$folder/$sweep.csv"
done
gnuplot -e "folder='$folder'" sweeps/segments.gp sweeps/areas.gp
