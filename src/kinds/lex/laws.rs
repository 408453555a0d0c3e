//! Laws of definitions: what is read of what was written is the same, whoever wrote it.

use std::collections::BTreeSet;

use proptest::collection::btree_set;
use proptest::prelude::*;

use serde_json::{Map, Value, json};

use super::archive::Files;
use super::definition::{Manifest, read, write};
use super::normal::normalise;

/// A definition in which everything is called by one of `names`.
fn made(names: &BTreeSet<String>) -> Value {
    let first = names.first().unwrap();
    let of = |value: &dyn Fn(&String) -> Value| -> Map<String, Value> {
        names.iter().map(|name| (name.clone(), value(name))).collect()
    };
    let slots = of(&|name| {
        json!({ "slotTypeName": name, "subSlotSetting": { "slotSpecifications": {
        "a": { "slotTypeName": name }, "b": { "slotTypeId": "AMAZON.City" },
    } } })
    });
    let intents = of(&|name| {
        json!({
            "sampleUtterances": [{ "utterance": "a" }, { "utterance": name }, { "utterance": "~" }],
            "slotPriorities": [{ "priority": 1, "slotName": first }, { "priority": 2, "slotName": name }],
            "Slots": slots,
        })
    });
    let types = of(&|_| json!({ "compositeSlotTypeSetting": { "subSlots": [{ "slotTypeName": first }] } }));
    let locale = json!({
        "name": "English", "Intents": intents, "SlotTypes": types,
        "CustomVocabulary": { "customVocabularyItems": [{ "phrase": "a" }, { "phrase": "b" }] },
    });
    json!({
        "idleSessionTTLInSeconds": 300, "Locales": { "en_US": locale, "de_DE": { "name": "German" } },
        "Files": { "BotLocales/new.json": { "x": 1 } },
    })
}

/// The same archive, as another bot's: with other ids and folders, nulls, and lists the other way round.
fn disguised(files: &Files) -> Files {
    let mut text = files.clone();
    for value in files.values() {
        let (Some(id), Some(_)) = (value["identifier"].as_str(), value["name"].as_str()) else {
            continue;
        };
        if id.len() == 10 {
            for other in text.values_mut() {
                *other =
                    serde_json::from_str(&other.to_string().replace(id, &format!("9{}", &id[1..]))).unwrap();
            }
        }
    }
    let mut all = Files::new();
    for (i, (path, mut value)) in text.into_iter().enumerate() {
        let mut steps: Vec<String> = path.split('/').map(String::from).collect();
        let last = steps.len() - 1;
        if last == 5 && steps[3] == "SlotTypes" {
            steps[4] = i.to_string();
        }
        for list in ["sampleUtterances", "slotPriorities", "customVocabularyItems"] {
            value.get_mut(list).and_then(Value::as_array_mut).into_iter().for_each(|l| l.reverse());
        }
        if last > 0 {
            value["kendraConfiguration"] = Value::Null;
            value["version"] = json!("7");
        }
        all.insert(steps.join("/"), value);
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_read_of_what_was_written_is_the_same_whoever_wrote_it(
        names in btree_set("[B-Zb-z][0-9A-Za-z]{0,6}", 1..5),
    ) {
        let mut definition = made(&names);
        normalise(&mut definition);
        let files = write(&definition, "Bot", Some(&json!("words")), &Manifest::default()).unwrap();
        let (again, manifest) = read(files.clone()).unwrap();
        prop_assert_eq!(&again, &definition);
        prop_assert_eq!(manifest, Manifest::default());
        let mut other = disguised(&files);
        // What no file of the service's own is, is not looked into.
        other.get_mut("Bot/BotLocales/new.json").and_then(Value::as_object_mut).unwrap().remove("version");
        prop_assert_eq!(&read(other).unwrap().0, &definition);
        let bytes = super::archive::write(&files).unwrap();
        prop_assert_eq!(super::archive::read(&bytes).unwrap(), files);
    }
}

#[test]
fn what_is_no_bot_is_refused() {
    let bot = || ("B/Bot.json".to_string(), json!({ "name": "B" }));
    let intent = |folder: &str| {
        let path = format!("B/BotLocales/en_US/Intents/{folder}/Intent.json");
        (path, json!({ "name": "Same", "sampleUtterances": [{ "utterance": "a" }] }))
    };
    for files in [vec![], vec![("B/Bot.json".to_string(), json!([]))], vec![bot(), intent("1"), intent("2")]]
    {
        assert!(read(files.clone().into_iter().collect()).is_err(), "{files:?}");
    }
    assert!(super::archive::read(b"no archive").is_err());
    assert!(read([bot(), intent("1")].into()).is_ok());
}
