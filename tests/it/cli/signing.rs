//! Signed packages: who may sign for an environment, and what gets in.

use std::path::PathBuf;

use serde_json::Value;
use snapdeploy::core::package::Package;

use super::journey::Acme;

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
    assert!(acme.run(1, &["package", "verify", "other.zip"]).err.contains("not a signature"));
    acme.run(0, &RELEASE);
    let kept = std::fs::metadata(place.join("key.json")).unwrap();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&kept.permissions()) & 0o077, 0);
    acme.run(1, &["package", "keygen", "key.json"]);
}
