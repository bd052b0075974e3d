# shellcheck shell=bash
# Functions of ./run, ./test and .ci/run, which source this file: install what is missing, configure and
# build. $root is the folder of the repository. Everything said here goes to standard error.

: "${root:?}"

say() { printf '%s\n' "$*" >&2; }

# A user without a home that can be written (a service, a container) gets a compiler cache all the same.
if [ -z "${CCACHE_DIR:-}${XDG_CACHE_HOME:-}" ] && [ ! -w "${HOME:-/nowhere}" ]; then
    export CCACHE_DIR=$root/build/ccache
fi

jobs_count() { nproc 2>/dev/null || echo 2; }

# packages_of GROUP...: lines "PACKAGE [COMMAND]" of the groups.
packages_of() {
    local group package command
    while read -r group package command; do
        case " $* " in *" $group "*) printf '%s %s\n' "$package" "$command" ;; esac
    done < <(grep -v '^#' "$root/packaging/packages.txt")
}

# missing_packages GROUP...: the packages of the groups that are not there, one per line.
missing_packages() {
    local package command installed=' '
    if command -v dpkg-query >/dev/null; then
        installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package}\n' 2>/dev/null |
            sed -n 's/^installed://p' | tr '\n' ' ')"
    fi
    packages_of "$@" | while read -r package command; do
        case "$installed" in *" $package "*) continue ;; esac
        if [ -n "$command" ] && command -v "$command" >/dev/null; then continue; fi
        printf '%s\n' "$package"
    done
}

can_be_root() { [ "$(id -u)" -eq 0 ] || command -v sudo >/dev/null; }

as_root() {
    if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

# apt_install LOG PACKAGE...: one run of apt-get for all packages that this system knows.
apt_install() {
    local log=$1 package known=()
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    shift
    as_root "${apt[@]}" update >"$log" 2>&1 </dev/null || say "apt-get update failed: going on with old lists."
    for package in "$@"; do
        if apt-cache show "$package" >/dev/null 2>&1; then known+=("$package"); fi
    done
    if [ ${#known[@]} -eq 0 ]; then return 1; fi
    as_root "${apt[@]}" install -y --no-install-recommends "${known[@]}" >>"$log" 2>&1 </dev/null
}

# ensure_packages GROUP...: installs what is missing where that is possible, else names it and goes on.
# What could not be installed is left in the array not_installed.
not_installed=()
ensure_packages() {
    local missing log
    mapfile -t missing < <(missing_packages "$@")
    if [ ${#missing[@]} -eq 0 ]; then return 0; fi
    if command -v apt-get >/dev/null && can_be_root; then
        say "Installing by apt-get, which can take some minutes: ${missing[*]}"
        log=$(mktemp)
        apt_install "$log" "${missing[@]}" || tail -n 25 "$log" >&2
        rm -f "$log"
        mapfile -t not_installed < <(missing_packages "$@")
        if [ ${#not_installed[@]} -eq 0 ]; then return 0; fi
        say "Could not be installed: ${not_installed[*]}"
    elif command -v apt-get >/dev/null; then
        not_installed=("${missing[@]}")
        say "Missing, and there is neither root nor sudo to install them: ${missing[*]}"
    else
        not_installed=("${missing[@]}")
        say "Not a Debian or Ubuntu system: needed are, under whatever name they have here, ${missing[*]}"
    fi
    say "Going on with what is there."
}

# quietly TITLE COMMAND...: on a terminal shows the command's own progress, else only its title and, if it
# fails, what it wrote.
quietly() {
    local title=$1 log start=$SECONDS
    shift
    if [ -t 2 ] && [ -z "${CI:-}" ]; then
        say "$title"
        "$@" >&2 </dev/null
        return
    fi
    log=$(mktemp)
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        if [ $((SECONDS - start)) -gt 1 ]; then say "$title: done in $((SECONDS - start)) s"; fi
        return 0
    fi
    grep -Ev '^\[[0-9]+/[0-9]+\] (Building|Linking|Automatic|Generating)' "$log" | tail -n 120 >&2
    say "$title: failed after $((SECONDS - start)) s"
    rm -f "$log"
    return 1
}

# Exit code 5: the system refused (no compiler, no package, a build that fails).
give_up() {
    if [ ${#not_installed[@]} -gt 0 ]; then
        say "These packages were missing before: ${not_installed[*]}"
    fi
    exit 5
}

# configure PRESET: only if it was not done yet or the presets changed since; all other changes are noticed
# by the build itself.
configure() {
    local tree=$root/build/$1 fresh=()
    local home="CMAKE_HOME_DIRECTORY:INTERNAL=$root"
    if [ -e "$tree/CMakeCache.txt" ] && ! grep -qxF "$home" "$tree/CMakeCache.txt"; then
        fresh=(--fresh) # the folder was moved or copied here
    elif [ -e "$tree/configured" ] && [ ! "$root/CMakePresets.json" -nt "$tree/configured" ]; then
        return 0
    fi
    if ! command -v cmake >/dev/null; then
        say "cmake is not installed."
        give_up
    fi
    (cd "$root" && quietly "Configuring ($1)" cmake --preset "$1" "${fresh[@]}") || give_up
    : >"$tree/configured"
}

# build PRESET [TARGET...]: configures if necessary and builds. Ends the script when that fails.
build() {
    local preset=$1 targets=()
    shift
    configure "$preset"
    if [ $# -gt 0 ]; then targets=(--target "$@"); fi
    NINJA_STATUS='[%f/%t] ' quietly "Building ($preset)" \
        cmake --build "$root/build/$preset" --parallel "$(jobs_count)" "${targets[@]}" || give_up
}
