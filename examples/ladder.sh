#!/usr/bin/env bash
# A function with a ladder, in a simulated AWS: a new version gets a tenth of the calls, then half, then all, and a gate
# calls it on each rung. One that fails is taken back by itself; where nobody can tell, a person decides.
# A minute lasts a second here. Needs a Rust toolchain and bash.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" != "--inside" ]; then
    cd "$here/.."
    cargo build --quiet
    export PATH="$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd):$PATH"
    export SNAPDEPLOY_CLOCK_SCALE=60
    exec snapdeploy sandbox --scenario examples/acme -- bash "$here/ladder.sh" --inside
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/acme/snapdeploy.toml" "$work"
cd "$work"
function=lambda/function/acme-order-status

. "$here/steps.sh"

# Tells the sandbox what a version answers when it is called.
answers() {
    local address=${AWS_ENDPOINT_URL#http://}
    local body="{\"account\": \"111111111111\", \"region\": \"us-east-1\", \"function\": \"acme-order-status\", $1}"
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'POST /_sandbox/lambda HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\nContent-Length: %s\r\n\r\n%s' \
        "${#body}" "$body" >&3
    grep -q ' 200 ' <&3
    exec 3<&-
}

# The id of the newest run.
newest() {
    snapdeploy history --env dev --limit 1 --output json 2>>log | sed -n 's/.*"run": *"\([^"]*\)".*/\1/p' | head -n 1
}

# What a build would have made.
build() {
    mkdir -p "$1"
    printf 'export const handler = async () => ({ release: "%s" });\n' "$1" >"$1/index.mjs"
}

cat >>snapdeploy.toml <<'TOML'

[environments.dev.rollouts]
"lambda/function/acme-order-status#live" = "10% 1m, 50% 1m, 100% 1m"

[environments.dev.gates.answers]
about = ["lambda/function/acme-order-status"]
at = "rungs"
invoke = { function = "acme-order-status:{version}", payload = { order = "A-1001" } }
TOML
build 2.0
build 2.1
build 2.2

say "A new version climbs: a tenth of the calls, half, all; it is called on each rung"
run snapdeploy deploy --artifact "$function#live=2.0" --to dev --reason "orders 2.0" --yes
run snapdeploy history show "$(newest)"

say "The next one fails when it is called: everybody gets 2.0 again, and the code is 6"
answers '"version": "3", "errors": 1'
ends_with 6 snapdeploy deploy --artifact "$function#live=2.1" --to dev --yes

say "A gate that needs traffic: here nobody calls, so nobody can tell, and it pauses"
cat >>snapdeploy.toml <<'TOML'

[environments.dev.gates.errors]
about = ["lambda/function/acme-order-status"]
at = "rungs"
metric = { namespace = "AWS/Lambda", name = "Errors", per = "Invocations", above = "5%", at_least = 50, over = "5m", dimensions = { FunctionName = "acme-order-status", Resource = "acme-order-status:live", ExecutedVersion = "{version}" } }
TOML
ends_with 3 snapdeploy deploy --artifact "$function#live=2.2" --to dev --yes

say "Somebody decides to go on without it, and that is recorded"
run snapdeploy deploy --resume --to dev --skip-gate errors --yes

say "All calls back to what was there before: one call, no ladder"
run snapdeploy rollback dev "$function" --yes
run snapdeploy health dev "$function"
