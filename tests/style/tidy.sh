#!/bin/sh
# tidy.sh BUILD ROOT: clang-tidy over the sources of app/, core/ and ui/, as .clang-tidy says, one process per
# processor. BUILD holds compile_commands.json and the generated headers.
set -eu
cd "$2"
for tidy in clang-tidy-14 clang-tidy; do
    if command -v "$tidy" >/dev/null; then break; fi
done
if ! "$tidy" --version 2>/dev/null | grep -q 'version 14\.'; then
    echo "clang-tidy 14 is not installed (package clang-tidy-14)"
    if [ -n "${CI:-}" ]; then exit 1; fi
    exit 77
fi
files=$(find app core ui -name '*.cpp' 2>/dev/null | LC_ALL=C sort)
if [ -z "$files" ]; then
    echo "0 files looked at"
    exit 1
fi
echo "$(echo "$files" | wc -l) files looked at"
# The flags are those of g++; clang does not know all of its warnings.
echo "$files" | xargs -n 1 -P "$(nproc)" "$tidy" -p "$1" --quiet --extra-arg=-Wno-unknown-warning-option 2>&1 |
    grep -Ev '^[0-9]+ warnings? (generated|treated)|^Suppressed|^Use -header-filter' >"$1/tidy.log" || true
if grep -E '(warning|error):' "$1/tidy.log"; then
    echo "clang-tidy: $(grep -Ec '(warning|error):' "$1/tidy.log") findings; details in $1/tidy.log"
    exit 1
fi
