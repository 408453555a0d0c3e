#!/usr/bin/env bash
# A service with a migration, in a simulated AWS: a backup, then one task of the new image, then the new image serves. A
# migration that fails stops it before anybody is served; a rollback says that no database goes back.
# Needs a Rust toolchain and bash.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)

if [ "${1:-}" != "--inside" ]; then
    cd "$here/.."
    cargo build --quiet
    export PATH="$(cd "${CARGO_TARGET_DIR:-target}/debug" && pwd):$PATH"
    exec snapdeploy sandbox --scenario examples/shop -- bash "$here/migration.sh" --inside
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/shop/snapdeploy.toml" "$work"
cd "$work"
service=ecs/service/shop/web

. "$here/steps.sh"

say "What would be run, and when"
run snapdeploy deploy --artifact "$service:app=shop-web:1.1" --to live --dry-run

say "A backup, the migration by the new image, then the new image serves"
run snapdeploy deploy --artifact "$service:app=shop-web:1.1" --to live --reason "shop 1.1" --yes

say "What was said is in the audit"
latest=$(snapdeploy history --env live --output json | sed -n 's/.*"run": *"\([^"]*\)".*/\1/p' | head -n 1)
run snapdeploy history show "$latest"

say "A migration that cannot be made: nobody is served by that image"
ends_with 6 snapdeploy deploy --artifact "$service:app=shop-web:1.2" --to live --yes

say "Back to 1.0: the code goes back, and the database does not"
run snapdeploy rollback live --reason "1.1 is slow" --yes
run cat backups.txt told.txt
