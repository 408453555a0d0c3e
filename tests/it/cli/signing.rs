//! Signed packages: who may sign for an environment, and what gets in.

use std::path::PathBuf;

use serde_json::Value;
use snapdeploy::core::Digest;
use snapdeploy::core::package::Package;
use snapdeploy::core::plan::Plan;
use snapdeploy::core::restart::is_restart;

use super::journey::Acme;
use crate::stores::aws;

const PROD: &str = "222222222222";
const RELEASE: [&str; 6] = ["deploy", "release.zip", "--to", "prod", "--confirm", "acme/prod"];

/// Returns the example, in which prod asks for signatures by its own KMS key `alias/releases` or by `more`.
fn signed(more: &str) -> (Acme, String) {
    let mut arn = String::new();
    let acme = Acme::with(
        |scenario| arn = scenario.account(PROD).signing_key("us-east-1", "alias/releases"),
        str::to_string,
    );
    let file = config(&acme);
    let text = std::fs::read_to_string(&file).unwrap();
    let signers = format!("protected = true\nsigners = [\"{arn}\"{more}]\n");
    std::fs::write(&file, text.replacen("protected = true\n", &signers, 1)).unwrap();
    acme.run(0, &["extract", "dev"]);
    acme.run(
        0,
        &[
            "package",
            "create",
            "dev@latest",
            "connect/hours/*",
            "--label",
            "ticket=1",
            "--out",
            "release.zip",
        ],
    );
    (acme, arn)
}

fn config(acme: &Acme) -> PathBuf {
    acme.shell.directory.path().join("snapdeploy.toml")
}

fn keygen(acme: &Acme, file: &str) -> String {
    let made: Value = acme.json(0, &["package", "keygen", file]);
    made["data"]["key"].as_str().unwrap().to_string()
}

#[test]
fn only_what_a_signer_has_signed_gets_in() {
    let (acme, arn) = signed("");
    let before = acme.prod();
    let said = acme.run(13, &RELEASE);
    assert!(
        said.err.contains("nobody has signed it") && said.err.contains("package sign release.zip"),
        "{}",
        said.err
    );
    // A snapshot has nobody's signature.
    let said = acme.run(13, &["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"]);
    assert!(said.err.contains("package create dev@latest --out release.zip"), "{}", said.err);
    // Somebody else's key is not enough.
    let key = keygen(&acme, "other.json");
    acme.run(0, &["package", "sign", "release.zip", "--key", "other.json"]);
    let said = acme.run(13, &RELEASE);
    assert!(said.err.contains(&key) && said.err.contains(&arn), "{}", said.err);
    assert_eq!(acme.prod(), before);
    let said = acme.run(0, &["package", "sign", "release.zip", "--key", "alias/releases", "--env", "prod"]);
    assert!(said.out.contains(&format!("by {arn}")), "{}", said.out);
    let said = acme.run(0, &["package", "sign", "release.zip", "--key", "alias/releases", "--env", "prod"]);
    assert!(said.out.contains("already"), "{}", said.out);
    let said = acme.run(0, &["package", "verify", "release.zip", "--env", "prod"]);
    assert_eq!(said.out.matches("Signed ").count(), 2, "{}", said.out);
    let seen = acme.json(0, &["package", "inspect", "release.zip", "--env", "prod"]);
    assert!(seen["data"]["signed"].as_array().unwrap().iter().all(|s| s["good"] == true), "{seen:#}");
    // A plan that was saved is held against the signature again, out of the store.
    acme.run(0, &["deploy", "release.zip", "--to", "prod", "--save-plan", "plan.json"]);
    std::fs::remove_file(acme.shell.directory.path().join("release.zip.sig")).unwrap();
    acme.run(0, &["deploy", "--plan", "plan.json", "--confirm", "acme/prod"]);
    assert_ne!(acme.prod(), before);
    // To go back needs nobody's.
    acme.run(0, &["rollback", "prod", "--confirm", "acme/prod"]);
    acme.run(0, &["store", "check"]);
}

#[test]
fn a_saved_plan_of_what_is_not_signed_any_more_gets_nowhere() {
    let (acme, _) = signed("");
    let text = std::fs::read_to_string(config(&acme)).unwrap();
    let without: String =
        text.lines().filter(|l| !l.starts_with("signers")).map(|l| format!("{l}\n")).collect();
    std::fs::write(config(&acme), without).unwrap();
    acme.run(0, &["deploy", "release.zip", "--to", "prod", "--save-plan", "plan.json"]);
    std::fs::write(config(&acme), text).unwrap();
    let before = acme.prod();
    let said = acme.run(13, &["deploy", "--plan", "plan.json", "--confirm", "acme/prod"]);
    assert!(said.err.contains("nobody has signed it"), "{}", said.err);
    assert_eq!(acme.prod(), before);
}

/// Edits the plan in `file` as somebody would who knows how it is written, and gives it its digest.
fn edit(acme: &Acme, file: &str, change: impl FnOnce(&mut Value)) {
    let path = acme.shell.directory.path().join(file);
    let mut whole: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
    change(&mut whole["data"]);
    whole["digest"] = Digest::of_json(&whole["data"]).to_string().into();
    std::fs::write(path, whole.to_string()).unwrap();
}

#[test]
fn a_saved_plan_is_the_one_that_was_saved_whoever_can_write_its_file() {
    let (acme, _) = signed("");
    acme.run(0, &["package", "sign", "release.zip", "--key", "alias/releases", "--env", "prod"]);
    let save = ["deploy", "release.zip", "--to", "prod", "--save-plan"];
    let before = acme.prod();
    // Its package is signed; what it writes is something else.
    acme.run(0, &[&save[..], &["edited.json"]].concat());
    let move_of = |data: &mut Value| {
        let moves = data["plan"]["moves"].as_array_mut().unwrap();
        let update = moves.iter_mut().find(|m| m["args"]["Description"].is_string()).unwrap();
        update["args"]["Description"] = "nobody has signed this".into();
    };
    edit(&acme, "edited.json", move_of);
    let said = acme.run(13, &["deploy", "--plan", "edited.json", "--confirm", "acme/prod"]);
    assert!(said.err.contains("does not have this plan as one that was saved"), "{}", said.err);
    let instead = said.err.lines().find(|line| line.contains("snapdeploy deploy ")).unwrap_or_default();
    assert!(instead.contains("--to prod"), "what deploys the package itself: {}", said.err);
    // As the plan of a rollback it would need no signature.
    edit(&acme, "edited.json", |data| data["plan"]["kind"] = "rollback".into());
    acme.run(13, &["rollback", "--plan", "edited.json", "--confirm", "acme/prod"]);
    // Nor as what only starts something again.
    edit(&acme, "edited.json", |data| {
        let steps = data["plan"]["steps"].as_array().unwrap();
        let mut names: Vec<&str> = steps.iter().map(|s| s["address"].as_str().unwrap()).collect();
        names.sort_unstable();
        let digest = Digest::of(format!("restart {}", names.join(" ")).as_bytes());
        data["plan"]["source_digest"] = digest.to_string().into();
        data["plan"]["kind"] = "deploy".into();
        let plan: Plan = serde_json::from_value(data["plan"].clone()).unwrap();
        assert!(!is_restart(&plan), "its steps change something");
    });
    acme.run(13, &["deploy", "--plan", "edited.json", "--confirm", "acme/prod"]);
    // What it stands on is in the audit too, and when it was good until.
    acme.run(0, &[&save[..], &["late.json"]].concat());
    edit(&acme, "late.json", |data| data["expires_at"] = "2099-01-01T00:00:00Z".into());
    acme.run(13, &["deploy", "--plan", "late.json", "--confirm", "acme/prod"]);
    assert_eq!(acme.prod(), before);
    acme.run(0, &[&save[..], &["plan.json"]].concat());
    acme.run(0, &["deploy", "--plan", "plan.json", "--confirm", "acme/prod"]);
    assert_ne!(acme.prod(), before);
    acme.run(0, &["store", "check"]);
    acme.run(0, &["history", "verify"]);
}

#[tokio::test]
async fn what_lies_beside_a_package_and_is_no_signature_shuts_nobody_out() {
    let (acme, arn) = signed("");
    let package = std::fs::read(acme.shell.directory.path().join("release.zip")).unwrap();
    let package = Digest::of(&package);
    acme.run(0, &["package", "inspect", "release.zip"]);
    let s3 = aws::s3_of(&acme.sandbox.endpoint(), "111111111111", "us-east-1");
    let put = async |name: String, body: Vec<u8>| {
        let key = format!("snapdeploy/packages/sha256/{package}.sig/{name}.json");
        s3.put_object().bucket("acme-snapdeploy").key(key).body(body.into()).send().await.unwrap();
    };
    // Somebody has written where the key's own signature goes, and more than is read.
    put(Digest::of(arn.as_bytes()).to_string(), b"{}".to_vec()).await;
    put("0".repeat(64), vec![b' '; (1 << 20) + 1]).await;
    let said = acme.run(13, &RELEASE);
    assert!(said.err.contains("not a signature") && said.err.contains("was not read"), "{}", said.err);
    let sign = ["package", "sign", "release.zip", "--key", "alias/releases", "--env", "prod"];
    assert!(acme.run(0, &sign).out.starts_with("Signed"), "it is written beside");
    assert!(acme.run(0, &sign).out.contains("already"));
    // The store alone has it, and a spoilt file beside the package changes nothing.
    std::fs::write(acme.shell.directory.path().join("release.zip.sig"), "what is this").unwrap();
    acme.run(0, &[&RELEASE[..], &["--dry-run"]].concat());
    // A signature is put on a line of its own there.
    let key = keygen(&acme, "key.json");
    acme.run(0, &["package", "sign", "release.zip", "--key", "key.json"]);
    assert!(acme.run(4, &["package", "verify", "release.zip"]).out.contains(&format!("by {key}")));
    acme.run(0, &RELEASE);
}

#[test]
fn a_signature_is_on_one_package_and_forgeries_are_named() {
    let (acme, _) = signed("");
    let key = keygen(&acme, "key.json");
    let text = std::fs::read_to_string(config(&acme)).unwrap();
    let at = text.find("signers = [").unwrap() + "signers = [".len();
    std::fs::write(config(&acme), format!("{}\"{key}\", {}", &text[..at], &text[at..])).unwrap();
    acme.run(0, &["package", "sign", "release.zip", "--key", "key.json"]);
    let place = acme.shell.directory.path();
    // The same documents under another label are another package.
    let mut package = Package::from_bytes(&std::fs::read(place.join("release.zip")).unwrap()).unwrap();
    package.manifest.labels.insert("ticket".into(), "2".into());
    std::fs::write(place.join("other.zip"), package.to_bytes().unwrap()).unwrap();
    std::fs::copy(place.join("release.zip.sig"), place.join("other.zip.sig")).unwrap();
    let said = acme.run(4, &["package", "verify", "other.zip"]);
    assert!(said.out.contains("NOT SIGNED") && said.out.contains("something else"), "{}", said.out);
    let said = acme.run(13, &["deploy", "other.zip", "--to", "prod", "--confirm", "acme/prod"]);
    assert!(said.err.contains("is on something else"), "{}", said.err);
    // Nor does a signature help whose statement was changed.
    let line = std::fs::read_to_string(place.join("release.zip.sig")).unwrap();
    let at = line.find("\"signature\":\"").unwrap() + 13;
    let other = if &line[at..=at] == "A" { "B" } else { "A" };
    std::fs::write(place.join("other.zip.sig"), format!("{}{other}{}", &line[..at], &line[at + 1..]))
        .unwrap();
    acme.run(4, &["package", "verify", "other.zip"]);
    std::fs::write(place.join("other.zip.sig"), "{}").unwrap();
    let said = acme.run(4, &["package", "verify", "other.zip"]);
    assert!(said.out.contains("NOT SIGNED") && said.out.contains("not a signature"), "{}", said.out);
    acme.run(0, &RELEASE);
    let kept = std::fs::metadata(place.join("key.json")).unwrap();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&kept.permissions()) & 0o077, 0);
    acme.run(1, &["package", "keygen", "key.json"]);
}
