//! `health` answers, however little of the environment can be reached.

use serde_json::Value;

use super::journey::Acme;

/// Returns the check called `name`.
#[track_caller]
fn check<'a>(document: &'a Value, name: &str) -> &'a Value {
    let checks = document["data"]["checks"].as_array().unwrap();
    checks.iter().find(|c| c["name"] == name).unwrap_or_else(|| panic!("no `{name}`: {checks:#?}"))
}

/// Changes `from` to `to` in the configuration.
fn configure(acme: &Acme, from: &str, to: &str) {
    let file = acme.shell.directory.path().join("snapdeploy.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains(from), "{text}");
    std::fs::write(&file, text.replace(from, to)).unwrap();
}

/// Asserts that `health prod` says 4, and that the store is well, and the ledger.
#[track_caller]
fn unwell(acme: &Acme) -> Value {
    let document = acme.json(4, &["health", "prod"]);
    assert_eq!(
        (&document["schema"], &document["data"]["healthy"]),
        (&"snapdeploy.health/1".into(), &false.into())
    );
    for name in ["store", "ledger"] {
        assert_eq!(check(&document, name)["healthy"], true, "{document:#}");
    }
    assert_eq!(check(&document, "instance")["healthy"], false, "{document:#}");
    document
}

#[test]
fn the_identity_is_named_where_all_is_well() {
    let acme = Acme::new();
    let document = acme.json(0, &["health", "prod"]);
    let identity = check(&document, "identity");
    assert_eq!(identity["healthy"], true);
    assert_eq!(identity["detail"], "account 222222222222, as arn:aws:iam::222222222222:role/snapdeploy");
}

#[test]
fn a_wrong_account_behind_a_role_and_a_refused_role_are_answers() {
    let acme = Acme::new();
    configure(&acme, "iam::222222222222:role/snapdeploy", "iam::111111111111:role/snapdeploy");
    let document = unwell(&acme);
    let identity = check(&document, "identity");
    assert_eq!((&identity["healthy"], &document["data"]["pin"]), (&false.into(), &Value::Null));
    let why = identity["problems"][0].as_str().unwrap();
    assert!(
        why.starts_with("prod is configured as account 222222222222, but arn:aws:sts::111111111111:"),
        "{why}"
    );
    assert_eq!(check(&document, "instance")["problems"], identity["problems"]);

    configure(
        &acme,
        "iam::111111111111:role/snapdeploy\"\nexternal_id",
        "iam::222222222222:role/nobody\"\nexternal_id",
    );
    let document = unwell(&acme);
    let why = check(&document, "identity")["problems"][0].as_str().unwrap();
    assert!(why.starts_with("cannot work in prod: "), "{why}");
    assert!(acme.run(4, &["health", "prod"]).out.ends_with("prod is not healthy.\n"));
}

#[test]
fn a_missing_instance_is_an_answer() {
    let acme = Acme::new();
    configure(&acme, "instance = \"acme-prod\"", "instance = \"acme-gone\"");
    let document = unwell(&acme);
    assert_eq!(check(&document, "identity")["healthy"], true, "{document:#}");
    let problems = &check(&document, "instance")["problems"];
    assert!(problems[0].as_str().unwrap().contains("has no Connect instance `acme-gone`"), "{problems}");
    assert!(problems[1].as_str().unwrap().contains("acme-prod"), "{problems}");

    // An id is what it points at, found or not: whether a run is open there is known.
    configure(&acme, "instance = \"acme-gone\"", "instance = \"00000000-0000-4000-8000-000000000000\"");
    let document = unwell(&acme);
    assert_eq!(check(&document, "runs")["healthy"], true, "{document:#}");
    assert!(!document["data"]["pin"].is_null());
    acme.run(10, &["health", "nowhere"]);
}
