#!/bin/sh
# layers.sh COMPILER LIST ROOT: tries, for every layer, to include a header of every layer above it, and Qt:
# the compiler must not find it. As a control, the layer's own header must be found the same way.
# LIST has a line "LAYER FOLDER INCLUDE_DIRECTORY..." for each layer, lowest first, with tabs between.
set -eu
compiler=$1
list=$2
root=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tried=0
failed=0

complain() {
    echo "$1"
    failed=1
}

# first_header LAYER FOLDER: as it is written in an include; nothing if the layer has no header yet.
first_header() {
    (cd "$2" && find . -name '*.h' | LC_ALL=C sort | sed -n "1s|^\./|fragscope/$1/|p")
}

# finds HEADER DIRECTORY...: preprocesses one include; the messages go to $work/messages.
finds() {
    printf '#include <%s>\n' "$1" >"$work/try.cpp"
    shift
    "$compiler" -std=c++20 -E "$@" -o /dev/null "$work/try.cpp" 2>"$work/messages"
}

must_not_find() {
    layer=$1
    header=$2
    shift 2
    tried=$((tried + 1))
    if finds "$header" "$@"; then
        complain "$layer can include <$header>"
    elif ! grep -F "$header" "$work/messages" | grep -Eq 'No such file|file not found'; then
        complain "$layer: <$header> was refused for another reason: $(cat "$work/messages")"
    fi
}

: >"$work/above"
# From the highest layer down, so that what was seen before lies above.
sed '1!G;h;$!d' "$list" >"$work/downwards"
tab=$(printf '\t')
while IFS=$tab read -r layer folder directories; do
    # The positional parameters become the options of the compiler; a directory may hold spaces.
    set --
    while read -r directory; do set -- "$@" "-I$directory"; done <<END
$(echo "$directories" | tr '\t' '\n')
END
    while read -r higher; do
        must_not_find "$layer" "$higher" "$@"
    done <"$work/above"
    case $folder in "$root"/core/*) must_not_find "$layer" QString "$@" ;; esac
    own=$(first_header "$layer" "$folder")
    if [ -n "$own" ]; then
        finds "$own" "$@" || complain "$layer cannot include its own <$own>: $(cat "$work/messages")"
        echo "$own" >>"$work/above"
    fi
done <"$work/downwards"

grep "$root/core/" "$list" | cut -f1 >"$work/built"
sed -n 's/^    \([a-z]*\) .*/\1/p' "$root/core/README.md" >"$work/written"
if ! diff "$work/built" "$work/written"; then complain "core/README.md lists other layers, or in another order"; fi

echo "$tried wrong includes tried"
if [ "$tried" -eq 0 ]; then exit 1; fi
exit "$failed"
