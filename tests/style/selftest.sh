#!/bin/sh
# selftest.sh CHECK: shows that a check finds what it is for. Every file of planted/CHECK is put alone into an
# empty tree. Its first line says where ("// path: ..."), its second what the check must say about it
# ("// expect: TEXT"), or that it is good ("// expect nothing"). The check must also refuse an empty tree.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
check=$1
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
tried=0
failed=0

complain() {
    echo "FAILED: $1"
    failed=1
}

if sh "$here/check.sh" "$check" "$tree" >"$tree/output"; then complain "an empty tree was accepted"; fi

for planted in "$here/planted/$check"/*.txt; do
    rm -rf "$tree" && mkdir -p "$tree"
    path=$(sed -n '1s|^// path: ||p' "$planted")
    expected=$(sed -n '2s|^// expect: ||p' "$planted")
    mkdir -p "$tree/$(dirname "$path")"
    tail -n +3 "$planted" >"$tree/$path"
    code=0
    sh "$here/check.sh" "$check" "$tree" >"$tree/output" 2>&1 || code=$?
    if [ "$code" -eq 77 ]; then exit 77; fi
    if [ -z "$expected" ]; then
        if [ "$code" -ne 0 ]; then complain "$planted was refused: $(cat "$tree/output")"; fi
    elif [ "$code" -ne 1 ] || ! grep -qF "$expected" "$tree/output"; then
        complain "$planted: exit code $code, expected 1 and \"$expected\": $(cat "$tree/output")"
    fi
    tried=$((tried + 1))
done
echo "$tried planted files tried"
if [ "$tried" -lt 2 ]; then complain "too few planted files"; fi
exit "$failed"
