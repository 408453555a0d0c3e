//! What works on contacts: one of each for the tests of everything, and what is particular about them.

use serde_json::{Value, json};
use snapdeploy::core::finding::Weight;
use snapdeploy::core::means::Values;
use snapdeploy::core::release::Deployment;
use snapdeploy::sandbox::{InstanceSeed, Kind, Scenario};

use super::place::{arrived, back, perform, planned, promoting, some, state, there, to_and_fro, world};
use super::whole::Edition;
use crate::world::{A, B, REGION, World, content, scenario};

/// What both instances have from the beginning: what is never made in another one. Values tell them apart.
pub fn settings(to: &mut InstanceSeed, new: bool) {
    let of = |new_one: &'static str, old: &'static str| if new { new_one } else { old };
    let arn = format!("arn:aws:events:{}", to.arn().split(':').skip(3).take(2).collect::<Vec<_>>().join(":"));
    to.attributes()
        .attribute("CONTACT_LENS", of("true", "false"))
        .attribute("EARLY_MEDIA", of("false", "true"));
    to.integration(json!({
        "IntegrationType": "EVENT", "IntegrationArn": format!("{arn}:event-bus/crm"), "SourceType": "SALESFORCE",
        "SourceApplicationUrl": of("https://crm.dev.example.com", "https://crm.example.com"),
        "SourceApplicationName": "crm", "UseCases": ["RULES_EVALUATION"],
    }));
    to.storage(
        "CALL_RECORDINGS",
        json!({ "StorageType": "S3", "S3Config": { "BucketName": of("dev-calls", "prod-calls"), "BucketPrefix": "calls" } }),
    );
    to.resource(Kind::SecurityKey, of("dev-key", "prod-key"), json!({}));
}

/// One of each of the rest.
pub fn fill(to: &mut InstanceSeed, e: Edition) {
    let is_new = e == Edition::New;
    let of = |new: &'static str, old: &'static str| if is_new { new } else { old };
    let tags = json!({ "e": of("n", "o") });
    let (main, other) = (to.id_of(Kind::Flow, "Main"), to.id_of(Kind::Flow, "After hours"));
    let led = if is_new { &main } else { &other }.clone();
    let (queue, user) = (to.arn_of(Kind::Queue, "Sales"), to.id_of(Kind::User, of("ann", "bob")));
    for (name, status) in [("Score", of("ACTIVE", "DRAFT")), ("Coaching", of("DRAFT", "ACTIVE"))] {
        to.evaluation_form(name, form(of("Polite?", "Kind?"), status, &user));
    }
    let form = to.id_of(Kind::EvaluationForm, "Score");
    let crm = to.id_of(Kind::Integration, "EVENT:crm");
    to.rule(
        "Urgent",
        json!({
            "TriggerEventSource": { "EventSourceName": "OnPostCallAnalysisAvailable" },
            "Function": { "Operator": "AND", "Operands": [{ "Queue": queue, "Words": of("fire", "smoke") }] },
            "PublishStatus": of("PUBLISHED", "DRAFT"), "Tags": tags,
            "Actions": [
                { "ActionType": "CREATE_TASK", "TaskAction": { "Name": "Call", "ContactFlowId": led,
                    "References": { "who": { "Type": "STRING", "Value": of("caller", "agent") } } } },
                { "ActionType": "SEND_NOTIFICATION", "SendNotificationAction": {
                    "DeliveryMethod": "EMAIL", "ContentType": "PLAIN_TEXT", "Content": "!", "Recipient": { "UserIds": [user] } } },
                { "ActionType": "SUBMIT_AUTO_EVALUATION", "SubmitAutoEvaluationAction": { "EvaluationFormId": form } },
                { "ActionType": "ASSIGN_CONTACT_CATEGORY", "AssignContactCategoryAction": {} },
            ],
        }),
    );
    let filter = json!({ "AndConditions": [{ "ResourceType": "CONTACT", "FilterType": "TAG", "FilterKey": "a",
        "FilterValue": "b", "Operator": "EQUALS" }] });
    let mut crm = json!({
        "TriggerEventSource": { "EventSourceName": "OnSalesforceCaseCreate", "IntegrationAssociationId": crm },
        "Function": { "Operator": "OR" }, "Actions": [],
    });
    if is_new {
        crm["PreEvaluationFilters"] = filter;
    }
    to.rule("Cases", crm);
    table(to, is_new);
    for name in ["Words", "Others"] {
        let all = json!({ "LanguageCode": "en-US", "Content": "Phrase\tDisplayAs\nay-pee-eye\tAPI\n", "Tags": tags });
        to.resource(Kind::Vocabulary, name, all);
    }
    let default = to.id_of(Kind::Vocabulary, of("Words", "Others"));
    to.resource(Kind::DefaultVocabulary, "en-US", json!({ "VocabularyId": default }));
    let alias = to.id_of(Kind::EmailAddress, of("help@example.com", "info@example.com"));
    for name in ["help@example.com", "info@example.com"] {
        to.resource(Kind::EmailAddress, name, json!({}));
    }
    let mut mail = json!({
        "DisplayName": of("Sales", "Shop"), "InboundContactFlowId": led, "Tags": tags,
        "AliasConfigurations": [{ "EmailAddressId": alias }],
    });
    mail[of("Description", "OutboundContactFlowId")] = json!(if is_new { "for sales" } else { &main });
    to.resource(Kind::EmailAddress, "sales@example.com", mail);
    to.resource(
        Kind::TestCase,
        "Call",
        json!({
            "Description": of("plays", "played"), "Content": { "Steps": [{ "Queue": queue, "Say": of("yes", "no") }] },
            "InitializationData": { "Attributes": { "vip": of("true", "false") } }, "Tags": tags,
            "EntryPoint": { "Type": "VOICE_CALL", "VoiceCallEntryPointParameters": { "FlowId": led,
                "SourcePhoneNumber": of("+15555550110", "+4930555110"), "DestinationPhoneNumber": of("+15555550100", "+4930555100") } },
        }),
    );
}

/// The numbers that prod gives the test case, and the addresses of a queue.
pub fn overlay() -> Value {
    json!({ "EntryPoint": { "VoiceCallEntryPointParameters": {
        "SourcePhoneNumber": "+4930555110", "DestinationPhoneNumber": "+4930555100" } } })
}

fn form(question: &str, status: &str, user: &str) -> Value {
    let recipients = json!([{ "Type": "USER_ID", "Value": { "UserId": user } }]);
    json!({
        "Status": status, "Description": question, "Tags": { "e": status },
        "Items": [{ "Section": { "Title": "All", "RefId": "s", "Items": [{ "Question": {
            "Title": question, "RefId": "q", "QuestionType": "TEXT", "Weight": 1.5 } }] } }],
        "ScoringStrategy": { "Mode": "QUESTION_ONLY", "Status": "ENABLED" },
        "AutoEvaluationConfiguration": { "Enabled": status == "ACTIVE" },
        "ReviewConfiguration": { "ReviewNotificationRecipients": recipients },
    })
}

/// A table of routes: in the new one `vip` is another type and `note` has come; in the old one `old` is there.
fn table(to: &mut InstanceSeed, new: bool) {
    let queue = to.arn_of(Kind::Queue, if new { "Sales" } else { "Support" });
    let value = |site: &str, name: &str, value: &str| {
        let record = json!([{ "AttributeName": "site", "Value": site }]);
        json!({ "PrimaryValues": record, "AttributeName": name, "Value": value })
    };
    let mut attributes = vec![
        json!({ "Name": "site", "ValueType": "TEXT", "Primary": true }),
        json!({ "Name": "queue", "ValueType": "TEXT", "Validation": { "MaxLength": if new { 200 } else { 300 } } }),
    ];
    attributes.push(match new {
        true => json!({ "Name": "note", "ValueType": "TEXT", "Description": "said first" }),
        false => json!({ "Name": "old", "ValueType": "NUMBER" }),
    });
    let mut values = vec![value("Berlin", "queue", &queue), value("Rome", "queue", "none")];
    values.push(if new { value("Berlin", "note", "Hallo") } else { value("Berlin", "old", "7") });
    let lock = if new { "VALUE" } else { "NONE" };
    let mut all = json!({ "TimeZone": "Europe/Berlin", "ValueLockLevel": lock, "Attributes": attributes, "Values": values,
        "Tags": { "e": lock } });
    if new {
        all["Description"] = json!("where to");
    }
    to.data_table("Routes", all);
}

/// What is the same in both, and `make` with each of A and B.
fn both(make: impl Fn(&mut InstanceSeed, bool)) -> Scenario {
    let mut scenario = scenario();
    for (account, alias) in [(A, "dev"), (B, "prod")] {
        let to = scenario.account(account).instance(REGION, alias);
        to.user("ann");
        to.flow("Main", "CONTACT_FLOW", &content(&[("Wait", json!({ "Seconds": "5" }))]));
        make(to, account == A);
    }
    scenario
}

fn writes(world: &World) -> Vec<String> {
    let calls = world.sandbox.calls();
    calls.iter().filter(|c| c.mutating && c.service == "connect").map(|c| c.operation.clone()).collect()
}

fn simple_rule(source: &str) -> Value {
    json!({ "TriggerEventSource": { "EventSourceName": source }, "Function": { "Operator": "AND" }, "Tags": {} })
}

#[tokio::test]
async fn filters_that_a_rule_loses_are_gone_whether_an_update_keeps_them_or_not() {
    for keeps in ["false", "true"] {
        let mut scenario = both(|to, new| {
            let mut rule = simple_rule("OnPostCallAnalysisAvailable");
            if !new {
                rule["PreEvaluationFilters"] = json!({ "AndConditions": [{ "ResourceType": "CONTACT",
                    "FilterType": "TAG", "FilterKey": "a", "FilterValue": "b", "Operator": "EQUALS" }] });
            }
            to.rule("Urgent", rule);
        });
        scenario.switch("rule_update_keeps_filters", keeps).unwrap();
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
    }
}

#[tokio::test]
async fn an_id_that_is_hidden_in_the_conditions_of_a_rule_is_translated() {
    let world = world(
        both(|to, new| {
            to.queue("Sales", json!({}));
            if new {
                let (arn, id) = (to.arn_of(Kind::Queue, "Sales"), to.id_of(Kind::User, "ann"));
                let mut rule = simple_rule("OnPostCallAnalysisAvailable");
                rule["Function"] =
                    json!({ "Deep": [{ "Queue": arn, "Words": format!("by {id}, or nobody") }] });
                to.rule("Hidden", rule);
            }
        }),
        Values::default(),
    )
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
    arrived(&world, &dev, &Deployment::default()).await;
    let text = there(&world, "rule", "Hidden")["Function"].to_string();
    let prod = state(&world, B, "prod");
    let sales = there(&world, "queue", "Sales")["Arn"].as_str().unwrap().to_string();
    let ann = prod["user"].as_object().unwrap().keys().next().unwrap().clone();
    assert!(text.contains(&sales) && text.contains(&format!("by {ann}, or")), "{text}");
}

#[tokio::test]
async fn what_the_instance_has_for_itself_is_neither_made_nor_changed_elsewhere() {
    let world = world(
        both(|to, new| {
            let s3 = |name: &str| json!({ "StorageType": "S3", "S3Config": { "BucketName": name, "BucketPrefix": "p" } });
            to.storage("CALL_RECORDINGS", s3(if new { "dev" } else { "prod" }));
            to.attribute("INBOUND_CALLS", "true");
            if new {
                to.storage("CHAT_TRANSCRIPTS", s3("dev")).attribute("NEW_KIND_OF_SWITCH", "true");
            }
            let name = if new { "dev" } else { "prod" };
            to.integration(json!({ "IntegrationType": "CASES_DOMAIN",
                "IntegrationArn": format!("arn:aws:cases:us-east-1:111111111111:domain/{name}") }));
        }),
        Values::default(),
    )
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    let before = world.sandbox.connect_state(B);
    let plan = planned(&world, &dev, &Deployment::default()).await;
    assert!(plan.is_empty(), "{:#?}", plan.steps);
    let mut left: Vec<String> = plan
        .findings
        .iter()
        .filter(|f| f.message.contains("left out"))
        .map(|f| f.address.as_ref().unwrap().to_string())
        .collect();
    left.sort();
    assert_eq!(
        left,
        [
            "connect/instance-attribute/NEW_KIND_OF_SWITCH",
            "connect/integration/CASES_DOMAIN:dev",
            "connect/storage-config/CHAT_TRANSCRIPTS"
        ]
    );
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_vocabulary_is_waited_for_and_one_that_fails_is_taken_away() {
    for deletion in ["0", "3"] {
        let mut scenario = both(|to, new| {
            if new {
                let words = json!({ "LanguageCode": "en-US", "Content": "Phrase\nx" });
                to.resource(Kind::Vocabulary, "Words", words);
                let id = to.id_of(Kind::Vocabulary, "Words");
                to.resource(Kind::DefaultVocabulary, "en-US", json!({ "VocabularyId": id }));
            }
        });
        scenario.switch("vocabulary_deletion_calls", deletion).unwrap();
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
        assert_eq!(there(&world, "vocabulary", "Words"), Value::Null);
    }
    let world = world(
        both(|to, new| {
            if new {
                // There it was made; it would fail again.
                to.resource(
                    Kind::Vocabulary,
                    "Bad",
                    json!({ "LanguageCode": "en-US", "Content": "no headings" }),
                );
            }
        }),
        Values::default(),
    )
    .await;
    let mut dev = world.extract(&*world.a, "dev").await;
    let bad = "connect/vocabulary/Bad".parse().unwrap();
    assert_eq!(dev.documents[&bad].portable["State"], "CREATION_FAILED");
    dev.documents.get_mut(&bad).unwrap().portable.remove("State");
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let means = world.means(&*world.b);
    let ended =
        snapdeploy::core::runs::begin(&means, &plan, None, snapdeploy::core::runs::OnFailure::Stop).await;
    let said = format!("{ended:?}");
    assert!(said.contains("could not be made: The vocabulary has no column Phrase"), "{said}");
    assert_eq!(writes(&world), ["CreateVocabulary", "DeleteVocabulary"]);
    assert_eq!(there(&world, "vocabulary", "Bad"), Value::Null);
}

#[tokio::test]
async fn a_vocabulary_with_other_words_blocks() {
    let world = world(
        both(|to, new| {
            let content = if new { "Phrase\nnew" } else { "Phrase\nold" };
            to.resource(Kind::Vocabulary, "Words", json!({ "LanguageCode": "en-US", "Content": content }));
        }),
        Values::default(),
    )
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &dev, &Deployment::default()).await;
    let blocks: Vec<_> = plan.blocks().map(|f| f.message.clone()).collect();
    assert_eq!(blocks, ["differs in Content, which AWS has no call to change"]);
}

/// A form that is active stays one whoever is drafting beside it, and to go back is to activate the version of before.
#[tokio::test]
async fn a_form_goes_back_to_the_version_that_it_had() {
    for delete in ["true", "false"] {
        let mut scenario = both(|to, new| {
            let question = if new { "New?" } else { "Old?" };
            to.evaluation_form("Score", form(question, "ACTIVE", &to.id_of(Kind::User, "ann")));
            if new {
                to.evaluation_form("Brand new", form("?", "ACTIVE", &to.id_of(Kind::User, "ann")));
            }
        });
        scenario.switch("delete_active_evaluation_form", delete).unwrap();
        let world = world(scenario, Values::default()).await;
        let dev = world.extract(&*world.a, "dev").await;
        world.sandbox.clear_calls();
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
        let calls = writes(&world);
        let of = |name: &str| calls.iter().filter(|c| *c == name).count();
        // `to_and_fro` has cleared the calls of the way there: this is the way back.
        assert_eq!((of("UpdateEvaluationForm"), of("ActivateEvaluationForm")), (0, 1), "{calls:?}");
    }
}

/// Values that the target has for an attribute that goes, go with it, and come back with it.
#[tokio::test]
async fn the_values_of_an_attribute_that_goes_are_said_and_come_back() {
    for level in ["NONE", "DATA_TABLE", "PRIMARY_VALUE", "ATTRIBUTE", "VALUE"] {
        let world = world(
            both(|to, new| {
                to.queue("Sales", json!({})).queue("Support", json!({}));
                table(to, new);
                let value = json!({ "AttributeName": "queue", "Value": level });
                to.data_table(
                    "Plain",
                    json!({ "ValueLockLevel": level, "Values": [value],
                    "Attributes": [{ "Name": "queue", "ValueType": "TEXT" }] }),
                );
            }),
            Values::default(),
        )
        .await;
        let dev = world.extract(&*world.a, "dev").await;
        let plan = planned(&world, &dev, &Deployment::default()).await;
        let said: Vec<_> =
            plan.findings.iter().filter(|f| f.weight == Weight::Warning).map(|f| &f.message).collect();
        assert!(said.iter().any(|m| m.starts_with("loses 1 of its values")), "{said:?}");
        to_and_fro(&world, &dev, &Deployment::default(), |_| ()).await;
        to_and_fro(&world, &dev, &promoting(), |_| ()).await;
    }
}

/// AWS lists what it refuses of a batch in an answer that is no error: all of it is put back then.
#[tokio::test]
async fn values_of_which_one_is_refused_are_all_as_before() {
    let world = world(
        both(|to, new| {
            let record = |n: usize| json!([{ "AttributeName": "k", "Value": n.to_string() }]);
            let values: Vec<Value> = (0..30)
                .map(|n| {
                    let text = if new { format!("longer {n}") } else { "x".to_string() };
                    json!({ "PrimaryValues": record(n), "AttributeName": "v", "Value": text })
                })
                .collect();
            let kept = values.into_iter().filter(|_| true).collect::<Vec<_>>();
            to.data_table(
                "T",
                json!({ "Values": kept, "ValueLockLevel": "VALUE", "Attributes": [
                { "Name": "k", "ValueType": "TEXT", "Primary": true },
                // What is there was there before the limit, in the source.
                { "Name": "v", "ValueType": "TEXT", "Validation": { "MaxLength": 8 } }] }),
            );
        }),
        Values::default(),
    )
    .await;
    let dev = world.extract(&*world.a, "dev").await;
    let before = world.sandbox.connect_state(B);
    let plan = planned(&world, &dev, &promoting()).await;
    let means = world.means(&*world.b);
    let ended =
        snapdeploy::core::runs::begin(&means, &plan, None, snapdeploy::core::runs::OnFailure::Rollback).await;
    let said = format!("{ended:?}");
    assert!(said.contains("values are refused, the first for"), "{said}");
    assert_eq!(world.sandbox.connect_state(B), before);
}

#[tokio::test]
async fn a_rule_that_cannot_be_renamed_blocks() {
    for (source, blocked) in [("OnPostCallAnalysisAvailable", true), ("OnZendeskTicketCreate", false)] {
        let world = world(
            both(|to, new| {
                if new {
                    to.rule("Old", simple_rule(source));
                }
            }),
            Values::default(),
        )
        .await;
        let dev = world.extract(&*world.a, "dev").await;
        perform(&world, &planned(&world, &dev, &Deployment::default()).await).await;
        let client = aws_sdk_connect::Client::new(&crate::world::sdk_of(&world.sandbox.endpoint(), A));
        let instance = &world.a.pin().instance;
        let rule = world.a.find(&"connect/rule/Old".parse().unwrap()).await.unwrap().unwrap();
        let status = aws_sdk_connect::types::RulePublishStatus::Published;
        let update = client.update_rule().instance_id(instance).rule_id(&rule.id).name("New").function("{}");
        let renamed = update.set_actions(Some(Vec::new())).publish_status(status).send().await;
        assert_eq!(renamed.is_err(), blocked);
        if blocked {
            continue;
        }
        let dev = world.extract(&*world.a, "dev").await;
        perform(&world, &planned(&world, &dev, &some(&["connect/rule/*"])).await).await;
        assert_eq!(there(&world, "rule", "New")["Function"], "{}");
        perform(&world, &back(&world).await).await;
        assert_ne!(there(&world, "rule", "Old"), Value::Null);
    }
}
