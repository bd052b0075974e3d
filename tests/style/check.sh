#!/bin/sh
# check.sh CHECK ROOT: runs one check of the house style over the sources below ROOT. Prints the findings and
# how much it looked at; exit code 1 if there is a finding or if there was nothing to look at.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
check=$1
cd "$2"

# sources PATTERN...: C++ files of the project, sorted, without what is planted for the checks themselves.
sources() {
    folders=
    for folder in app core tests ui; do
        if [ -d "$folder" ]; then folders="$folders $folder"; fi
    done
    if [ -z "$folders" ]; then return 0; fi
    # shellcheck disable=SC2086 # a list of folders
    find $folders -type f \( -name '*.h' -o -name '*.cpp' \) | LC_ALL=C sort
}

find_clang_format() {
    for name in clang-format-14 clang-format; do
        if command -v "$name" >/dev/null && "$name" --version | grep -q 'version 14\.'; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

case $check in
assertions) files=$(sources | grep -E '(^|/)tst_[^/]*\.cpp$' || true) ;;
format | size | includes) files=$(sources) ;;
*)
    echo "unknown check: $check"
    exit 2
    ;;
esac
if [ -z "$files" ]; then
    echo "0 files looked at: nothing found below $PWD"
    exit 1
fi
echo "$(echo "$files" | wc -l) files looked at"

# File names of this project hold no spaces.
# shellcheck disable=SC2086
case $check in
assertions) awk -f "$here/functions.awk" -f "$here/assertions.awk" $files ;;
size) awk -f "$here/functions.awk" -f "$here/size.awk" $files ;;
includes) awk -f "$here/includes.awk" $files ;;
format)
    if ! formatter=$(find_clang_format); then
        echo "clang-format 14 is not installed (package clang-format-14)"
        if [ -n "${CI:-}" ]; then exit 1; fi
        exit 77
    fi
    if ! output=$("$formatter" --dry-run -Werror --style="file:$here/../../.clang-format" $files 2>&1); then
        # One line for a file; whatever else went wrong, as it is.
        echo "$output" | awk -F: '/-Wclang-format-violations/ { if (!seen[$1]++) print; next } !/^ /' | head -n 40
        exit 1
    fi
    ;;
esac
