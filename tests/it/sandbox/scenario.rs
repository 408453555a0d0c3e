//! Scenario folders: references and errors.

use std::fs;
use std::path::Path;

use snapdeploy::sandbox::{Kind, Sandbox, Scenario};

use super::{DEV, REGION};

fn folder(queue: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &str| {
        let path: &Path = &dir.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write(
        "scenario.toml",
        "[[accounts]]\nid = \"111111111111\"\nname = \"dev\"\n[switches]\nlist_lag_calls = 2\n",
    );
    write("dev/instance.toml", "alias = \"acme-dev\"\nregion = \"us-east-1\"\nlambdas = [\"orders\"]\n");
    write("dev/hours/days.json", r#"{"Name": "Days", "TimeZone": "UTC", "Config": []}"#);
    write("dev/queues/sales.json", queue);
    dir
}

#[test]
fn references_become_ids_and_arns() {
    let queue = r#"{"Name": "Sales", "HoursOfOperationId": "<<id:hours/Days>>", "Description": "<<arn:lambda/orders#live>> in <<region>>"}"#;
    let dir = folder(queue);
    let mut scenario = Scenario::load(dir.path()).unwrap();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let (queue, hours) = (seed.id_of(Kind::Queue, "Sales"), seed.id_of(Kind::Hours, "Days"));
    let sandbox = Sandbox::start(scenario).unwrap();
    let state = sandbox.connect_state(DEV);
    let queue = &state["us-east-1/acme-dev"]["queue"][&queue];
    assert_eq!(queue["HoursOfOperationId"], hours);
    assert_eq!(
        queue["Description"],
        "arn:aws:lambda:us-east-1:111111111111:function:orders:live in us-east-1"
    );
}

#[test]
fn modules_prompts_versions_and_drafts_are_read() {
    let dir = folder(r#"{"Name": "Sales", "HoursOfOperationId": "<<id:hours/Days>>"}"#);
    let write = |path: &str, text: &str| {
        let path = dir.path().join("dev").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    let module = r#"{"Name": "Greet", "Content": {"Queue": "<<id:queue/Sales>>"}, "Settings": {"a": 1},
        "Versions": [{"Content": {"Old": "<<id:queue/Sales>>"}, "Description": "First"}], "Aliases": {"live": 1}}"#;
    write("modules/greet.json", module);
    let flow = r#"{"Name": "Main", "Type": "CONTACT_FLOW", "Content": {"Module": "<<arn:module/Greet>>:live"},
        "SavedContent": {"Prompt": "<<id:prompt/Hi.wav>>"}}"#;
    write("flows/main.json", flow);
    write("prompts/hi.json", r#"{"Name": "Hi.wav", "Description": "Greets", "Audio": "hi.wav"}"#);
    write("prompts/hi.wav", "RIFF");
    write("prompts/plain.json", r#"{"Name": "Plain.wav"}"#);
    let mut scenario = Scenario::load(dir.path()).unwrap();
    let seed = scenario.account(DEV).instance(REGION, "acme-dev");
    let id = |kind, name| seed.id_of(kind, name);
    let queue = id(Kind::Queue, "Sales");
    let (module, flow) = (id(Kind::Module, "Greet"), id(Kind::Flow, "Main"));
    let (prompt, plain) = (id(Kind::Prompt, "Hi.wav"), id(Kind::Prompt, "Plain.wav"));
    let module_arn = seed.arn_of(Kind::Module, "Greet");
    let state = Sandbox::start(scenario).unwrap().connect_state(DEV);
    let state = &state["us-east-1/acme-dev"];
    assert_eq!(state["module"][&module]["Content"], format!(r#"{{"Queue":"{queue}"}}"#));
    assert_eq!(state["module"][&module]["Settings"], r#"{"a":1}"#);
    assert_eq!(state["module"][&module]["Versions"]["1"]["Content"], format!(r#"{{"Old":"{queue}"}}"#));
    assert_eq!(state["module"][&module]["Aliases"]["live"]["Version"], 1);
    assert_eq!(state["flow"][&flow]["Content"], format!(r#"{{"Module":"{module_arn}:live"}}"#));
    assert_eq!(state["flow"][&flow]["SavedContent"], format!(r#"{{"Prompt":"{prompt}"}}"#));
    assert_eq!(state["prompt"][&prompt]["Audio"]["size"], 4);
    assert_eq!(state["prompt"][&prompt]["Description"], "Greets");
    assert_eq!(state["prompt"][&plain]["Audio"]["size"], 844);
    write("prompts/hi.json", r#"{"Name": "Hi.wav", "Audio": "none.wav"}"#);
    let error = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("none.wav"), "{error}");
}

#[test]
fn errors_name_file_and_reference() {
    let dir = folder(r#"{"Name": "Sales", "HoursOfOperationId": "<<id:hours/Nights>>"}"#);
    let error = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("sales.json") && error.contains("<<id:hours/Nights>>"), "{error}");
    fs::write(dir.path().join("dev/instance.toml"), "alias = \"a\"\nregion = \"us-east-1\"\nlambda = []\n")
        .unwrap();
    let error = Scenario::load(dir.path()).unwrap_err().to_string();
    assert!(error.contains("instance.toml") && error.contains("\"lambda\""), "{error}");
    assert!(Scenario::load(Path::new("/nonexistent")).is_err());
}
