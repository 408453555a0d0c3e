//! The example `examples/site`, played: shipped with the real command, read through its distribution, and rolled back.

use std::path::Path;

use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};

use super::place::get;
use crate::cli::shell::Shell;

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

#[test]
fn the_example_is_shipped_and_rolled_back() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/site");
    let sandbox = Sandbox::start(Scenario::load(&folder).unwrap()).unwrap();
    let shell = Shell::new()
        .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
        .set("AWS_ACCESS_KEY_ID", "222222222222")
        .set("AWS_SECRET_ACCESS_KEY", "x")
        .set("SNAPDEPLOY_CLOCK_SCALE", "100")
        .set("USER", "tester");
    copy(&folder, shell.directory.path());
    let front = sandbox.distribution("E2ACMEWEB");
    let page = || get(&format!("{front}/")).body;
    assert!(page().contains("The old site."));
    let said = shell.run(&["deploy", "--artifact", "site/bucket/web=dist", "--to", "prod", "--yes"]);
    assert_eq!(said.code, 0, "{}\n{}", said.out, said.err);
    assert!(page().contains("The new site."), "{}", page());
    assert!(get(&format!("{front}/config.json")).body.contains("api.acme.example"));
    let script = get(&format!("{front}/assets/app-5e6f7a8b.js"));
    assert_eq!(script.headers["content-encoding"], "gzip");
    assert!(script.headers["cache-control"].contains("immutable"));
    let again = shell.run(&["deploy", "--artifact", "site/bucket/web=dist", "--to", "prod", "--yes"]);
    assert!(again.code == 0 && again.out.contains("Nothing to do"), "{}\n{}", again.out, again.err);
    // One page has changed: it is put, and the manifest before, after, and once CloudFront has been told. The plan, the
    // look under the lease and the one after the switch list the bucket and read the manifest; so do the invalidation and
    // what deletes old files read that.
    let changed = page().replace("The new site.", "The newer site.");
    std::fs::write(shell.directory.path().join("dist/index.html"), changed).unwrap();
    sandbox.clear_calls();
    let newer = shell.run(&["deploy", "--artifact", "site/bucket/web=dist", "--to", "prod", "--yes"]);
    assert_eq!(newer.code, 0, "{}\n{}", newer.out, newer.err);
    let count = |what: &str| sandbox.calls().iter().filter(|c| c.operation == what).count();
    let counted =
        ["PutObject", "ListObjectsV2", "GetObject", "HeadObject", "DeleteObjects", "CreateInvalidation"];
    assert_eq!(counted.map(count), [1 + 3, 3, 3 + 2, 0, 0, 1], "{:?}", counted);
    // CloudFront cannot be told: the release stays, and what to type is said.
    let changed = std::fs::read_to_string(shell.directory.path().join("dist/index.html")).unwrap();
    let changed = changed.replace("The newer site.", "The newest site.");
    std::fs::write(shell.directory.path().join("dist/index.html"), changed).unwrap();
    sandbox.fault(Fault::next("CreateInvalidation", FaultKind::AccessDenied));
    let newest = shell.run(&["deploy", "--artifact", "site/bucket/web=dist", "--to", "prod", "--yes"]);
    assert_eq!(newest.code, 0, "{}\n{}", newest.out, newest.err);
    let says = "aws cloudfront create-invalidation --distribution-id E2ACMEWEB --paths '/*'; the run goes on";
    assert!(newest.err.contains("warning: ") && newest.err.contains(says), "{}", newest.err);
    assert!(get(&format!("{}/", sandbox.site("acme-web-prod"))).body.contains("The newest site."));
    let back = || {
        let back = shell.run(&["rollback", "prod", "--yes"]);
        assert_eq!(back.code, 0, "{}\n{}", back.out, back.err);
        back.out
    };
    back();
    let said = back();
    assert!(page().contains("The new site."), "{}", page());
    // What is said to undo that does, although no package has the folder.
    let undo = said.lines().find_map(|l| l.strip_prefix("Undo: snapdeploy ")).unwrap().replace('\'', "");
    let again = shell.run(&[undo.split(' ').collect::<Vec<_>>(), vec!["--yes"]].concat());
    assert_eq!(again.code, 0, "{undo}\n{}\n{}", again.out, again.err);
    assert!(page().contains("The newer site."), "{}", page());
    back();
    assert!(page().contains("The new site."), "{}", page());
    let health = shell.run(&["health", "prod"]);
    assert_eq!(health.code, 0, "{}\n{}", health.out, health.err);
    assert!(health.out.contains("3 files in s3://acme-web-prod/"), "{}", health.out);
    let back = shell.run(&["rollback", "prod", "--yes"]);
    assert_eq!(back.code, 0, "{}\n{}", back.out, back.err);
    assert!(page().contains("The old site."), "{}", page());
    assert_eq!(get(&format!("{front}/assets/app-1a2b3c4d.js")).status, 200);
    let wrong = shell.run(&["deploy", "--artifact", "site/bucket/web=nowhere", "--to", "prod", "--yes"]);
    assert!(wrong.code != 0 && wrong.err.contains("there is no folder nowhere"), "{}", wrong.err);
}
