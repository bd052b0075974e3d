#!/bin/sh
# Writes the page "How close to hardware" (docs/HARDWARE.md) from the headers of core/ to standard output:
#   sh docs/hardware_page.sh > docs/HARDWARE.md
# A test (hardware_page) fails when the page is not what this script writes.
set -eu
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."

# paragraphs WORD FILE: every paragraph of a comment from "WORD:" on.
paragraphs() {
    awk '
        function flush() {
            if (text != "") {
                printf "- **%s**: %s\n", name, text
            }
            text = ""
        }
        /^[ \t]*\/\/\/?/ {
            line = $0
            sub(/^[ \t]*\/\/\/? ?/, "", line)
            if (line == "") {
                flush()
            } else if (match(line, /(Modelled|Simplified): /)) {
                if (text != "" && RSTART > 1) {
                    text = text " " substr(line, 1, RSTART - 2)
                }
                flush()
                if (substr(line, RSTART, length(word)) == word) {
                    text = substr(line, RSTART + RLENGTH)
                }
            } else if (text != "") {
                text = text " " line
            }
            next
        }
        { flush() }
        END { flush() }' word="$1" name="${2#core/}" "$2"
}

# list WORD: the paragraphs of all headers, by name.
list() {
    find core/ -name '*.h' | sort | while read -r header; do
        paragraphs "$1" "$header"
    done
}

cat <<'HEAD'
# How close to hardware

Written by docs/hardware_page.sh from the headers; do not edit. The rules are those of the Intel 64 and
IA-32 Architectures Software Developer's Manual (SDM), volume 3A, chapters 4 and 8. They are checked
against translation vectors from whole machines (tests/vectors, docs/MMU-VECTORS.md), against a second
statement of the manual's access rights over every leaf flag, access and control bit
(tests/hardware/tst_hardware_permissions.cpp), and by planting mistakes on purpose
(tests/hardware/mutation).

## What is modelled

HEAD

list Modelled

cat <<'MIDDLE'

## What is simplified, and why

MIDDLE

list Simplified
