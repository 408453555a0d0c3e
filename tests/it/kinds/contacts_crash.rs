//! Invariant 5 for the calls on what works on contacts: killed before or after any of them, then resumed or rolled back.

use serde_json::{Value, json};
use snapdeploy::core::means::Values;
use snapdeploy::sandbox::{InstanceSeed, Kind, Scenario};

use super::crash::{Course, Small, matrix};
use super::place::promoting;
use crate::crash::Phase;
use crate::world::{A, B, REGION, content, scenario};

const RULES: Small = Small {
    name: "connect-rules",
    scenario: rules,
    values: Values::default,
    course: Course::Deployment(promoting),
    forth: &[
        "ActivateEvaluationForm",
        "AssociateDefaultVocabulary",
        "CreateEvaluationForm",
        "CreateRule",
        "CreateTestCase",
        "CreateVocabulary",
        "DeactivateEvaluationForm",
        "UpdateEvaluationForm",
        "UpdateInstanceAttribute",
        "UpdateRule",
        "UpdateTestCase",
    ],
    back: &[
        "ActivateEvaluationForm",
        "AssociateDefaultVocabulary",
        "DeactivateEvaluationForm",
        "DeleteEvaluationForm",
        "DeleteRule",
        "DeleteTestCase",
        "DeleteVocabulary",
        "UpdateInstanceAttribute",
    ],
    stays: None,
};

const TABLES: Small = Small {
    name: "connect-tables",
    scenario: tables,
    values: Values::default,
    course: Course::Deployment(promoting),
    forth: &[
        "AssociateEmailAddressAlias",
        "AssociateFlow",
        "AssociateQueueEmailAddresses",
        "BatchCreateDataTableValue",
        "BatchDeleteDataTableValue",
        "BatchUpdateDataTableValue",
        "CreateDataTable",
        "CreateDataTableAttribute",
        "CreateEmailAddress",
        "DeleteDataTableAttribute",
        "DisassociateEmailAddressAlias",
        "DisassociateFlow",
        "DisassociateQueueEmailAddresses",
        "UpdateDataTableAttribute",
        "UpdateDataTableMetadata",
        "UpdateEmailAddressMetadata",
    ],
    back: &[
        "AssociateFlow",
        "BatchCreateDataTableValue",
        "CreateDataTableAttribute",
        "DeleteDataTable",
        "DeleteDataTableAttribute",
        "DeleteEmailAddress",
        "DisassociateFlow",
    ],
    stays: None,
};

/// `make` with each of A, which is new, and B.
fn both(make: impl Fn(&mut InstanceSeed, bool)) -> Scenario {
    let mut scenario = scenario();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let to = scenario.account(account).instance(REGION, alias);
        to.flow("Main", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
        make(to, account == A);
    }
    scenario
}

fn form(question: &str, status: &str) -> Value {
    json!({
        "Status": status,
        "Items": [{ "Question": { "Title": question, "RefId": "q", "QuestionType": "TEXT" } }],
    })
}

fn rules() -> Scenario {
    both(|to, new| {
        let pick = |a: &'static str, b: &'static str| if new { a } else { b };
        to.attribute("CONTACT_LENS", pick("true", "false"));
        // One has another version, one is put in force, one is taken out of it.
        to.evaluation_form("Changed", form(pick("New?", "Old?"), "ACTIVE"));
        to.evaluation_form("Comes", form("?", pick("ACTIVE", "DRAFT")));
        to.evaluation_form("Goes", form("?", pick("DRAFT", "ACTIVE")));
        let rule = json!({
            "TriggerEventSource": { "EventSourceName": "OnPostCallAnalysisAvailable" },
            "Function": { "Operator": pick("AND", "OR") }, "PublishStatus": pick("PUBLISHED", "DRAFT"),
        });
        to.rule("Urgent", rule.clone());
        for name in ["One", "Two"] {
            let words = json!({ "LanguageCode": "en-US", "Content": "Phrase\nx" });
            to.resource(Kind::Vocabulary, name, words);
        }
        let default = to.id_of(Kind::Vocabulary, pick("One", "Two"));
        to.resource(Kind::DefaultVocabulary, "en-US", json!({ "VocabularyId": default }));
        let entry =
            json!({ "Type": "CHAT", "ChatEntryPointParameters": { "FlowId": to.id_of(Kind::Flow, "Main") } });
        let case = json!({ "Content": { "Say": pick("yes", "no") }, "EntryPoint": entry });
        to.resource(Kind::TestCase, "Call", case.clone());
        if new {
            to.evaluation_form("New", form("?", "ACTIVE"));
            to.rule("New", rule);
            to.resource(Kind::TestCase, "New", case);
            let words = json!({ "LanguageCode": "de-DE", "Content": "Phrase\ny" });
            to.resource(Kind::Vocabulary, "New", words);
            let default = to.id_of(Kind::Vocabulary, "New");
            to.resource(Kind::DefaultVocabulary, "de-DE", json!({ "VocabularyId": default }));
        }
    })
}

fn tables() -> Scenario {
    both(|to, new| {
        let pick = |a: &'static str, b: &'static str| if new { a } else { b };
        let attribute = |name: &str, most: u64| json!({ "Name": name, "ValueType": "TEXT", "Validation": { "MaxLength": most } });
        let value = |name: &str, value: &str| json!({ "AttributeName": name, "Value": value });
        let all = json!({
            "Description": pick("new", "old"),
            "Attributes": [attribute("stays", if new { 20 } else { 30 }), attribute(pick("comes", "goes"), 20)],
            "Values": [value("stays", pick("a", "b")), value(pick("comes", "goes"), "c")],
        });
        to.data_table("Routes", all.clone());
        let id = |to: &InstanceSeed, name: &str| to.id_of(Kind::EmailAddress, name);
        for name in ["a@example.com", "b@example.com"] {
            to.resource(Kind::EmailAddress, name, json!({}));
        }
        let flow = to.id_of(Kind::Flow, "Main");
        let alias = id(to, pick("a@example.com", "b@example.com"));
        let mut mail = json!({ "DisplayName": pick("New", "Old"), "AliasConfigurations": [{ "EmailAddressId": alias }] });
        mail[pick("InboundContactFlowId", "OutboundContactFlowId")] = json!(flow);
        to.resource(Kind::EmailAddress, "sales@example.com", mail);
        to.hours("Day", json!({ "TimeZone": "UTC", "Config": crate::world::week(9) }));
        let day = to.id_of(Kind::Hours, "Day");
        to.queue("Sales", json!({ "HoursOfOperationId": day, "EmailAddressIds": [alias] }));
        if new {
            to.data_table("New", all);
            to.resource(Kind::EmailAddress, "new@example.com", json!({ "InboundContactFlowId": flow }));
        }
    })
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment_of_rules_forms_words_and_test_cases() {
    matrix(&RULES, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback_of_rules_forms_words_and_test_cases() {
    matrix(&RULES, Phase::Rollback).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_deployment_of_tables_and_email_addresses() {
    matrix(&TABLES, Phase::Deploy).await;
}

#[tokio::test(flavor = "current_thread")]
async fn killed_at_any_move_of_a_rollback_of_tables_and_email_addresses() {
    matrix(&TABLES, Phase::Rollback).await;
}
