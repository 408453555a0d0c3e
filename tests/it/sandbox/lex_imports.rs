//! Lex V2: what imports do, and how they fail.

use serde_json::{Value, json};
use snapdeploy::sandbox::Scenario;

use super::DEV;
use super::lex::{Files, Lex, files, packed};

const ROLE: &str = "arn:aws:iam::111111111111:role/aws-service-role/lexv2.amazonaws.com/Bots";

fn empty() -> Lex {
    let mut scenario = Scenario::empty();
    scenario.account(DEV);
    Lex::new(scenario, &[])
}

fn bot(name: &str) -> Value {
    json!({"botImportSpecification": {"botName": name, "roleArn": ROLE, "dataPrivacy": {"childDirected": false}}})
}

/// Changes an archive, and says why it cannot be imported.
fn reasons(change: impl Fn(&mut Files)) -> String {
    let mut all = files("multi_locale");
    change(&mut all);
    let done = empty().import(Some(&packed(&all)), "Overwrite", &bot("Bakery"));
    assert_eq!(done["importStatus"], "Failed", "{done}");
    done["failureReasons"][0].as_str().unwrap().to_owned()
}

const LOCALE: &str = "Bakery/BotLocales/en_US/";

#[test]
fn a_malformed_archive_fails_with_its_reason() {
    let put = |path: &str, text: &str| {
        let (path, text) = (path.to_owned(), text.to_owned());
        move |all: &mut Files| {
            all.insert(path.clone(), text.clone().into_bytes());
        }
    };
    let less = |path: &str| {
        let path = path.to_owned();
        move |all: &mut Files| assert!(all.remove(&path).is_some())
    };
    assert_eq!(reasons(less("Manifest.json")), "The archive has no Manifest.json.");
    assert_eq!(reasons(less("Bakery/Bot.json")), "The archive has no BOT/Bot.json.");
    let locale = r#"{"metaData": {"fileFormat": "LexJson", "resourceType": "BOT_LOCALE"}}"#;
    assert_eq!(reasons(put("Manifest.json", locale)), "Manifest.json is of a \"BOT_LOCALE\", not of a Bot.");
    assert_eq!(reasons(put("Bakery/Bot.json", "[")), "Bakery/Bot.json is not a JSON object.");
    assert_eq!(reasons(put("Bakery/Bot.json", "{}")), "Bakery/Bot.json has no name.");
    let type_path = format!("{LOCALE}SlotTypes/CakeSize/SlotType.json");
    let why = reasons(less(&type_path));
    assert!(why.contains("the slot Size of OrderCake has the type \"CakeSize\""), "{why}");
    let why = reasons(less(&format!("{LOCALE}Intents/OrderCake/Intent.json")));
    assert!(why.contains("has slots and no Intent.json"), "{why}");
    let why = reasons(put(&format!("{LOCALE}Intents/Other/Intent.json"), r#"{"name": "OrderCake"}"#));
    assert!(why.contains("two of the name OrderCake"), "{why}");
    let done = empty().import(None, "Overwrite", &bot("Bakery"));
    assert_eq!(done["failureReasons"], json!(["No archive was uploaded."]));
    // Nothing of it is there.
    let lex = empty();
    lex.import(Some(b"PK"), "Overwrite", &bot("Bakery"));
    assert_eq!(lex.call("POST", "/bots/", json!({})).unwrap()["botSummaries"], json!([]));
}

#[test]
fn manifests_of_the_guide_and_of_exports_are_read() {
    let mut all = files("multi_locale");
    all.remove("Manifest.json");
    let text = r#"{"metadata": {"schemaVersion": "1.0", "fileFormat": "LexJson", "resourceType": "Bot"}}"#;
    all.insert("manifest.json".into(), text.into());
    assert_eq!(empty().import(Some(&packed(&all)), "Overwrite", &bot("Bakery"))["importStatus"], "Completed");
}

#[test]
fn a_bot_is_imported_under_another_name_and_with_what_the_request_sets() {
    let lex = empty();
    let mut specification = bot("Cakes");
    specification["botImportSpecification"]["idleSessionTTLInSeconds"] = json!(999);
    let done = lex.import(Some(&packed(&files("multi_locale"))), "FailOnConflict", &specification);
    let id = done["importedResourceId"].as_str().unwrap();
    let got = lex.call("GET", &format!("/bots/{id}/"), Value::Null).unwrap();
    assert_eq!((&got["botName"], &got["idleSessionTTLInSeconds"]), (&json!("Cakes"), &json!(999)));
    assert_eq!((&got["roleArn"], &got["description"]), (&json!(ROLE), &json!("Takes orders for cakes")));
    assert_eq!(lex.locale(id, "de_DE")["botLocaleStatus"], "NotBuilt");
    assert!(lex.exported(id, "DRAFT").contains_key("Cakes/BotLocales/es_US/BotLocale.json"));
    let again = lex.import(Some(&packed(&files("multi_locale"))), "FailOnConflict", &specification);
    assert_eq!(again["importStatus"], "Failed");
    let append =
        json!({"importId": "AAAAAAAAAA", "resourceSpecification": specification, "mergeStrategy": "Append"});
    assert!(lex.call("PUT", "/imports/", append).unwrap_err().starts_with("ValidationException"));
}

#[test]
fn what_is_being_imported_is_not_built_or_changed() {
    let (lex, id) = Lex::with("multi_locale", &[]);
    let room = lex.call("POST", "/createuploadurl/", Value::Null).unwrap();
    let body = json!({"importId": room["importId"], "resourceSpecification": bot("Bakery"), "mergeStrategy": "Overwrite"});
    lex.call("PUT", "/imports/", body.clone()).unwrap();
    let got = lex.call("GET", &format!("/bots/{id}/"), Value::Null).unwrap();
    assert_eq!(got["botStatus"], "Importing");
    assert_eq!(lex.build(&id, "en_US").unwrap_err(), "ConflictException");
    assert_eq!(lex.version(&id, &["en_US"]).unwrap_err(), "ConflictException");
    // An upload is for one import.
    assert_eq!(lex.call("PUT", "/imports/", body).unwrap_err(), "ResourceNotFoundException");
    lex.wait();
    lex.build(&id, "en_US").unwrap();
}

#[test]
fn a_locale_is_imported_with_what_the_request_sets() {
    let (lex, id) = Lex::with("vocabulary", &[]);
    let mut all = Files::new();
    all.insert(
        "Manifest.json".into(),
        r#"{"metaData": {"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT_LOCALE"}}"#
            .into(),
    );
    for (path, bytes) in files("multi_locale") {
        if let Some(rest) = path.strip_prefix("Bakery/BotLocales/de_DE/") {
            all.insert(format!("de_DE/{rest}"), bytes);
        }
    }
    let specification = json!({"botLocaleImportSpecification": {
        "botId": id, "botVersion": "DRAFT", "localeId": "de_DE", "nluIntentConfidenceThreshold": 0.7}});
    let done = lex.import(Some(&packed(&all)), "FailOnConflict", &specification);
    assert_eq!((&done["importStatus"], &done["importedResourceId"]), (&json!("Completed"), &json!("de_DE")));
    let got = lex.locale(&id, "de_DE");
    assert_eq!((&got["nluIntentConfidenceThreshold"], &got["intentsCount"]), (&json!(0.7), &json!(3)));
    assert_eq!(got["voiceSettings"]["voiceId"], "Vicki");
    let again = lex.import(Some(&packed(&all)), "FailOnConflict", &specification);
    assert!(again["failureReasons"][0].as_str().unwrap().contains("intent OrderCake"), "{again}");
}

#[test]
fn vocabularies_are_replaced_added_to_or_refused() {
    let (lex, id) = Lex::with("vocabulary", &[]);
    let mut all = Files::new();
    all.insert(
        "Manifest.json".into(),
        r#"{"metaData": {"fileFormat": "LexJson", "resourceType": "CUSTOM_VOCABULARY"}}"#.into(),
    );
    let items = json!({"customVocabularyItems": [{"phrase": "orzo", "weight": 1}, {"phrase": "udon"}]});
    all.insert("CustomVocabulary.json".into(), items.to_string().into());
    let of = json!({"customVocabularyImportSpecification": {"botId": id, "botVersion": "DRAFT", "localeId": "en_US"}});
    let phrases = |strategy: &str| {
        let done = lex.import(Some(&packed(&all)), strategy, &of);
        let path = "Bistro/BotLocales/en_US/CustomVocabulary/CustomVocabulary.json";
        let found = lex.exported(&id, "DRAFT")[path]["customVocabularyItems"].clone();
        let phrase = |item: &Value| item["phrase"].as_str().unwrap().to_owned();
        (done["importStatus"].clone(), found.as_array().unwrap().iter().map(phrase).collect::<Vec<_>>())
    };
    let (status, found) = phrases("FailOnConflict");
    assert_eq!((status, found.len()), (json!("Failed"), 3));
    let (status, found) = phrases("Append");
    assert_eq!(
        (status, found),
        (json!("Completed"), vec!["cremini mushrooms".into(), "C R M".into(), "orzo".into(), "udon".into()])
    );
    assert_eq!(lex.locale(&id, "en_US")["botLocaleStatus"], "NotBuilt");
    let (_, found) = phrases("Overwrite");
    assert_eq!(found, ["orzo", "udon"]);
}
