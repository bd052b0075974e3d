#!/bin/sh
# headers.sh BUILD ROOT: every header of core/ and ui/ must have been compiled on its own.
set -eu
cd "$2"
count=0
failed=0
for header in $(find core ui -name '*.h' 2>/dev/null | LC_ALL=C sort); do
    count=$((count + 1))
    case $header in
    ui/*) layer=ui path=${header#ui/} ;;
    *) layer=$(echo "$header" | cut -d/ -f2) path=${header#core/*/} ;;
    esac
    object=$(find "$1" -path "*fragscope_${layer}_headers.dir/*/headers/$layer/$path.cpp.o")
    if [ -z "$object" ]; then
        echo "$header was not compiled on its own"
        failed=1
    fi
done
echo "$count headers looked at"
if [ "$count" -eq 0 ]; then exit 1; fi
exit "$failed"
