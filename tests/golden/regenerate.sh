#!/bin/sh
# regenerate.sh FRAGSCOPE-CLI: prints hashes.txt anew, from all scenarios that come with the program.
set -eu
cli=$(readlink -f "$1")
cd "$(dirname "$0")/../../scenarios"
echo "# Hashes of every shipped scenario: NAME EVENTS_HASH STATE_HASH, as \`fragscope-cli run\` prints them."
echo "# They change only when results change on purpose. Written by tests/golden/regenerate.sh."
find . -name '*.toml' | sed 's,^\./,,' | LC_ALL=C sort | while read -r file; do
    hashes=$("$cli" run "$file" </dev/null 2>/dev/null | awk '/_hash/ {printf " %s", $2}')
    echo "${file%.toml}$hashes"
done
