//! Lex V2: what AWS does not say, both ways.

use serde_json::{Value, json};

use super::DEV;
use super::lex::{Files, Lex, files, packed};

fn bakery() -> Value {
    json!({"botImportSpecification": {
        "botName": "Bakery", "roleArn": "arn:aws:iam::111111111111:role/bots/Bakery", "dataPrivacy": {"childDirected": false}}})
}

/// Imports the Bakery over itself, without some files, and gives the draft before and after it.
fn overwritten(switch: &str, value: &str, without: &str) -> (Value, Value) {
    let (lex, _) = Lex::with("multi_locale", &[(switch, value)]);
    let draft = || lex.sandbox.state()[DEV]["lex"]["us-east-1/Bakery"]["draft"].clone();
    let before = draft();
    let mut less: Files = files("multi_locale");
    less.retain(|path, _| without.is_empty() || !path.contains(without));
    let done = lex.import(Some(&packed(&less)), "Overwrite", &bakery());
    assert_eq!(done["importStatus"], "Completed", "{done}");
    (before, draft())
}

#[test]
fn lex_overwrite_drops_locales() {
    for value in ["true", "false"] {
        let (before, after) = overwritten("lex_overwrite_drops_locales", value, "/de_DE/");
        assert!(before.get("de_DE").is_some());
        assert_eq!(after.get("de_DE").is_none(), value == "true");
        assert!(after.get("en_US").is_some());
    }
}

#[test]
fn lex_overwrite_drops_parts() {
    for value in ["true", "false"] {
        let intents = |without: &str| {
            overwritten("lex_overwrite_drops_parts", value, without).1["en_US"]["intents"].clone()
        };
        assert_eq!(intents("/OrderStatus/").get("OrderStatus").is_none(), value == "true");
        assert_eq!(intents("/PickUpDay/")["OrderCake"]["slots"].get("PickUpDay").is_none(), value == "true");
    }
}

#[test]
fn lex_overwrite_keeps_ids() {
    for value in ["true", "false"] {
        let (before, after) = overwritten("lex_overwrite_keeps_ids", value, "");
        for at in [
            "/en_US/intents/OrderCake/id",
            "/en_US/intents/OrderCake/slots/Size/id",
            "/de_DE/slot_types/CakeSize/id",
        ] {
            let (old, new) = (before.pointer(at).unwrap(), after.pointer(at).unwrap());
            assert_eq!(old == new, value == "true", "{at}");
        }
        assert_eq!(after["en_US"]["intents"]["FallbackIntent"]["id"], "FALLBCKINT");
    }
}

#[test]
fn lex_build_needs_utterances() {
    for (value, wanted) in [("true", "Failed"), ("false", "Built")] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_build_needs_utterances", value)]);
        lex.build(&bot, "en_US").unwrap();
        lex.wait();
        // The fallback intent has none, and needs none.
        assert_eq!(lex.locale(&bot, "en_US")["botLocaleStatus"], "Built");
        let mut all = files("multi_locale");
        let path = "Bakery/BotLocales/en_US/Intents/OrderStatus/Intent.json";
        let mut intent: Value = serde_json::from_slice(&all[path]).unwrap();
        intent["sampleUtterances"] = Value::Null;
        all.insert(path.into(), intent.to_string().into_bytes());
        let done = lex.import(Some(&packed(&all)), "Overwrite", &bakery());
        let bot = done["importedResourceId"].as_str().unwrap();
        lex.build(bot, "en_US").unwrap();
        lex.wait();
        let got = lex.locale(bot, "en_US");
        assert_eq!(got["botLocaleStatus"], wanted);
        assert_eq!(got["failureReasons"].to_string().contains("OrderStatus"), value == "true");
    }
}

#[test]
fn lex_build_unchanged_refused() {
    for (value, wanted) in [("true", Some("PreconditionFailedException")), ("false", None)] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_build_unchanged_refused", value)]);
        assert_eq!(lex.build(&bot, "en_US").err().as_deref(), wanted);
        lex.wait();
        let changed = json!({"nluIntentConfidenceThreshold": 0.9});
        lex.call("PUT", &format!("/bots/{bot}/botversions/DRAFT/botlocales/en_US/"), changed).unwrap();
        lex.build(&bot, "en_US").unwrap();
    }
}

#[test]
fn lex_unbuilt_version_refused() {
    for value in ["true", "false"] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_unbuilt_version_refused", value)]);
        let changed = json!({"nluIntentConfidenceThreshold": 0.9});
        lex.call("PUT", &format!("/bots/{bot}/botversions/DRAFT/botlocales/en_US/"), changed).unwrap();
        let made = lex.version(&bot, &["en_US"]);
        lex.wait();
        let got = lex.call("GET", &format!("/bots/{bot}/botversions/2/"), Value::Null);
        if value == "true" {
            assert_eq!(made.unwrap_err(), "PreconditionFailedException");
            assert_eq!(got.unwrap_err(), "ResourceNotFoundException");
        } else {
            assert_eq!(made.unwrap()["botStatus"], "Versioning");
            let got = got.unwrap();
            assert_eq!(got["botStatus"], "Failed");
            assert!(got["failureReasons"][0].as_str().unwrap().contains("en_US is NotBuilt"), "{got}");
            assert_eq!(lex.alias(&bot, "live", "2").unwrap_err(), "PreconditionFailedException");
        }
    }
}

#[test]
fn lex_unchanged_version_is_new() {
    for (value, second) in [("true", "2"), ("false", "1")] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_unchanged_version_is_new", value)]);
        assert_eq!(lex.version(&bot, &["en_US"]).unwrap()["botVersion"], second);
        lex.wait();
        let path = format!("/bots/{bot}/botversions/DRAFT/botlocales/en_US/");
        lex.call("PUT", &path, json!({"nluIntentConfidenceThreshold": 0.9})).unwrap();
        lex.build(&bot, "en_US").unwrap();
        lex.wait();
        let next = (second.parse::<u64>().unwrap() + 1).to_string();
        assert_eq!(lex.version(&bot, &["en_US"]).unwrap()["botVersion"], next);
    }
}

#[test]
fn lex_inactive_alias_refused() {
    for (value, wanted) in [("true", Some("PreconditionFailedException")), ("false", None)] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_inactive_alias_refused", value)]);
        lex.alias(&bot, "before", "1").unwrap();
        lex.sandbox.deactivate_bot_version(DEV, "Bistro", 1).unwrap();
        assert!(lex.sandbox.deactivate_bot_version(DEV, "Bistro", 7).is_err());
        assert_eq!(lex.alias(&bot, "after", "1").err().as_deref(), wanted);
    }
}

#[test]
fn lex_in_use_is_conflict() {
    for (value, wanted) in [("true", "ConflictException"), ("false", "PreconditionFailedException")] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_in_use_is_conflict", value)]);
        let delete = |path: &str| lex.call("DELETE", &format!("/bots/{bot}/{path}"), Value::Null);
        lex.alias(&bot, "live", "1").unwrap();
        assert_eq!(delete("").unwrap_err(), wanted);
        assert_eq!(delete("botversions/1/").unwrap_err(), wanted);
        delete("botversions/1/?skipResourceInUseCheck=true").unwrap();
        delete("?skipResourceInUseCheck=true").unwrap();
    }
}

#[test]
fn lex_export_at_completion() {
    for (value, threshold) in [("true", 0.9), ("false", 0.4)] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_export_at_completion", value)]);
        let export = lex.export(&bot, "DRAFT");
        let path = format!("/bots/{bot}/botversions/DRAFT/botlocales/en_US/");
        lex.call("PUT", &path, json!({"nluIntentConfidenceThreshold": 0.9})).unwrap();
        lex.wait();
        let held = lex.download(&export);
        assert_eq!(held["Bistro/BotLocales/en_US/BotLocale.json"]["nluConfidenceThreshold"], threshold);
    }
}

#[test]
fn lex_export_fills_nulls() {
    for value in ["true", "false"] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_export_fills_nulls", value)]);
        let path = format!("/bots/{bot}/botversions/DRAFT/botlocales/");
        lex.call("PUT", &path, json!({"localeId": "fr_FR", "nluIntentConfidenceThreshold": 0.4})).unwrap();
        let files = lex.exported(&bot, "DRAFT");
        let intent = &files["Bistro/BotLocales/fr_FR/Intents/FallbackIntent/Intent.json"];
        assert_eq!(intent.get("sampleUtterances"), if value == "true" { Some(&Value::Null) } else { None });
    }
}

#[test]
fn lex_manifest_as_guide() {
    for value in ["true", "false"] {
        let (lex, bot) = Lex::with("vocabulary", &[("lex_manifest_as_guide", value)]);
        let files = lex.exported(&bot, "1");
        let (guide, seen) = (files.get("manifest.json"), files.get("Manifest.json"));
        if value == "true" {
            let wanted = json!({"schemaVersion": "1.0", "fileFormat": "LexJson", "resourceType": "Bot"});
            assert_eq!((guide, seen), (Some(&json!({"metadata": wanted})), None));
        } else {
            let wanted = json!({"schemaVersion": "1", "fileFormat": "LexJson", "resourceType": "BOT"});
            assert_eq!((guide, seen), (None, Some(&json!({"metaData": wanted}))));
        }
    }
}

#[test]
fn lex_async_ms_and_lex_build_ms() {
    let (lex, bot) = Lex::with("vocabulary", &[("lex_async_ms", "0"), ("lex_build_ms", "0")]);
    assert_eq!(lex.download(&lex.export(&bot, "1")).len(), 10);
    lex.build(&bot, "en_US").unwrap();
    assert_eq!(lex.locale(&bot, "en_US")["botLocaleStatus"], "Built");
    let (lex, bot) = Lex::with("vocabulary", &[]);
    let export = lex.export(&bot, "1");
    let got = lex.call("GET", &format!("/exports/{export}/"), Value::Null).unwrap();
    assert_eq!((&got["exportStatus"], got.get("downloadUrl")), (&json!("InProgress"), None));
}
