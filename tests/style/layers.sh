#!/bin/sh
# layers.sh COMPILER LIST ROOT: tries, for every layer, to include a header of every layer that it does not name (all
# above it and some below), and Qt: the compiler must not find it. As a control, the layer's own header must be
# found the same way.
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

tab=$(printf '\t')
: >"$work/headers"
while IFS=$tab read -r layer folder _; do
    own=$(first_header "$layer" "$folder")
    if [ -n "$own" ]; then printf '%s\t%s\n' "$layer" "$own" >>"$work/headers"; fi
done <"$list"

while IFS=$tab read -r layer folder directories; do
    # The positional parameters become the options of the compiler; a directory may hold spaces.
    set --
    echo "$directories" | tr '\t' '\n' >"$work/directories"
    while read -r directory; do set -- "$@" "-I$directory"; done <"$work/directories"
    while IFS=$tab read -r other header; do
        if [ "$other" = "$layer" ]; then
            finds "$header" "$@" || complain "$layer cannot include its own <$header>: $(cat "$work/messages")"
        elif ! grep -q "/layers/$other\$" "$work/directories"; then
            must_not_find "$layer" "$header" "$@"
        fi
    done <"$work/headers"
    case $folder in "$root"/core/*) must_not_find "$layer" QString "$@" ;; esac
done <"$list"

grep "$root/core/" "$list" | cut -f1 >"$work/built"
sed -n 's/^    \([a-z]*\) .*/\1/p' "$root/core/README.md" >"$work/written"
if ! diff "$work/built" "$work/written"; then complain "core/README.md lists other layers, or in another order"; fi

echo "$tried wrong includes tried"
if [ "$tried" -eq 0 ]; then exit 1; fi
exit "$failed"
