#!/usr/bin/env bash
# The whole loop in a simulated AWS: extract dev, package, deploy to prod, make a mistake, roll it back exactly. Then a
# service: a new image goes from dev to prod, and one that cannot run explains itself and goes back by itself.
# Needs a Rust toolchain and bash. Ends with code 0 only if prod is in the end what it was before.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" != "--inside" ]; then
    cd "$here/.."
    cargo build --quiet
    export PATH="$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd):$PATH"
    exec snapdeploy sandbox --scenario examples/acme -- bash "$here/quickstart.sh" --inside
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/acme/snapdeploy.toml" "$work"
cd "$work"

. "$here/steps.sh"

# What the sandbox holds for an account, straight from the sandbox: no word of snapdeploy is taken for it.
state() {
    local address=${AWS_ENDPOINT_URL#http://}
    exec 3<>"/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET /_sandbox/state/connect/%s HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n\r\n' "$1" >&3
    sed '1,/^\r$/d' <&3
    exec 3<&-
}

state 222222222222 >before.json

say "Take what is in dev as a snapshot"
run snapdeploy extract dev --note "before the release"

say "Make a release of it: one file, named by its digest"
run snapdeploy package create dev@latest --label release=2026.47 --out release.zip
run snapdeploy package verify release.zip

say "See what it would change in prod"
run snapdeploy deploy release.zip --to prod --dry-run

say "Deploy it; prod is protected, so the phrase is asked for"
run snapdeploy deploy release.zip --to prod --reason "release 2026.47" --confirm acme/prod
state 222222222222 >released.json

say "Deploying it again changes nothing"
run snapdeploy deploy release.zip --to prod --confirm acme/prod

say "A bad change: somebody edits a prompt in the release and deploys that"
run snapdeploy package unpack release.zip bad
grep -rl 'You can say sales' bad | while read -r file; do
    sed -i.old 's/You can say sales/You can say sails/' "$file" && rm -f "$file.old"
done
run snapdeploy package pack bad --out bad.zip
run snapdeploy deploy bad.zip --to prod --reason "quick fix" --confirm acme/prod
run snapdeploy diff release.zip prod@live

say "Undo it: exactly what was there before"
run snapdeploy rollback prod --reason "typo in the menu" --confirm acme/prod
state 222222222222 >undone.json
cmp released.json undone.json

say "Undo the release as well"
run snapdeploy rollback prod --confirm acme/prod
state 222222222222 >after.json
cmp before.json after.json

service=ecs/service/main/web

say "A service: a new image, in dev first"
run snapdeploy deploy --artifact "$service:app=acme-web:1.5" --to dev --reason "shop 1.5" --yes

say "Then what ran in dev goes to prod: the same bits, with the proof that they ran"
run snapdeploy deploy dev@live --to prod "$service" --reason "shop 1.5" --confirm acme/prod

say "An image that cannot run: it explains itself, and prod is as it was"
ends_with 6 snapdeploy deploy --artifact "$service:app=acme-web:1.6" --to prod --confirm acme/prod
run snapdeploy health prod "$service"

say "Back to the last that was good before 1.5"
run snapdeploy rollback prod "$service" --reason "1.5 is slow" --confirm acme/prod

say "Who did what, and is all well?"
run snapdeploy history --env prod
run snapdeploy health prod

say "prod is byte for byte what it was before: $(wc -c <after.json) bytes of state compared"
