#!/bin/sh
# coverage-report.sh SOURCE BUILD COMPILER: runs the tests of a coverage build and prints what they reached.
# The tests must have been built. A failing test is reported, but the figures are printed all the same.
set -eu
source_dir=$1
build_dir=$2
compiler=$3
failed=0

profiles=$build_dir/profiles
rm -rf "$profiles"
mkdir -p "$profiles"
find "$build_dir" -name '*.gcda' -delete
LLVM_PROFILE_FILE=$profiles/%p-%m.profraw ctest --test-dir "$build_dir" -LE 'slow|style' --no-tests=error \
    --output-on-failure --parallel "$(nproc)" || failed=1

if [ "$compiler" = Clang ]; then
    llvm-profdata merge -sparse -o "$build_dir/all.profdata" "$profiles"/*.profraw
    first=
    set --
    for program in $(find "$build_dir/tests" "$build_dir/app" -type f -perm -u+x ! -name '*.*' | sort); do
        if [ -z "$first" ]; then first=$program; else set -- "$@" -object "$program"; fi
    done
    llvm-cov report "$first" "$@" -instr-profile "$build_dir/all.profdata" \
        -ignore-filename-regex='tests/|_autogen/|/usr/' -show-region-summary=false -show-branch-summary=false
elif command -v gcovr >/dev/null; then
    gcovr --root "$source_dir" --filter "$source_dir/core/" --filter "$source_dir/ui/" "$build_dir"
else
    echo "coverage-report: neither llvm-cov nor gcovr is installed; the counts lie in $build_dir (*.gcda)" >&2
    exit 1
fi
exit $failed
