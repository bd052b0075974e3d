#!/bin/sh
# registered.sh LIST ROOT: every tst_*.cpp below ROOT/tests must be in LIST, one source per line, or it is a
# test that nobody runs.
set -eu
found=$(find "$2/tests" -name 'tst_*.cpp' | LC_ALL=C sort)
if [ -z "$found" ]; then
    echo "0 test sources found"
    exit 1
fi
echo "$(echo "$found" | wc -l) test sources found"
missing=$(echo "$found" | grep -vxFf "$1" || true)
if [ -n "$missing" ]; then
    echo "not registered by fragscope_test: $missing"
    exit 1
fi
