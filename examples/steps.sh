# What the examples share: how a step is announced and shown. Sourced, not run.

say() { printf '\n\033[1m# %s\033[0m\n' "$*"; }
run() { printf '$ %s\n' "$*"; "$@"; }

# Runs a command that has to end with this code.
ends_with() {
    local code=0 expected=$1
    shift
    run "$@" || code=$?
    printf '[exit %s]\n' "$code"
    test "$code" = "$expected"
}
