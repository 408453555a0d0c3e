//! What a bot has beside its versions: settings, tags, policies, and where its conversations are logged.

use serde_json::{Value, json};
use snapdeploy::core::Address;
use snapdeploy::sandbox::{Kind, Scenario};

use super::place::{archive, back, bots, edited, perform, planned, world, written};
use crate::world::{A, B, REGION, World, assert_same, scenario, sdk_of};

fn address() -> Address {
    Address::new("lex/bot", "Bistro")
}

fn logs(account: &str) -> Value {
    let group = format!("arn:aws:logs:{REGION}:{account}:log-group:bots");
    json!({ "textLogSettings": [{ "enabled": true,
        "destination": { "cloudWatch": { "cloudWatchLogGroupArn": group, "logPrefix": "x" } } }] })
}

/// The same bot in both, with other settings and other words of its alias.
pub(super) fn both() -> Scenario {
    let mut s = scenario();
    let newer = edited("vocabulary", |text| {
        text.replace("\"idleSessionTTLInSeconds\": 300", "\"idleSessionTTLInSeconds\": 600")
            .replace("Serves tables", "Waits at tables")
    });
    for (account, alias, tag) in [(A, "dev", "new"), (B, "prod", "old")] {
        let path = if account == A { newer.path().to_path_buf() } else { archive("vocabulary") };
        let mut bot = s.account(account).bot_from(REGION, &path).unwrap();
        bot.tag("team", tag).tag(tag, "x");
        let mut live = bot.alias("live");
        live.set("description", json!(tag)).set("conversationLogSettings", logs(account));
        live.set("sentimentAnalysisSettings", json!({ "detectSentiment": account == A }));
        s.account(account).instance(REGION, alias).resource(Kind::Bot, "Bistro#live", json!({}));
    }
    s
}

/// The ARNs of the bot in an account, and of its alias.
pub(super) async fn arns(world: &World, account: &str) -> (aws_sdk_lexmodelsv2::Client, [String; 2]) {
    let sdk = sdk_of(&world.sandbox.endpoint(), account);
    let client = aws_sdk_lexmodelsv2::Client::new(&sdk);
    let all = client.list_bots().send().await.unwrap();
    let id = all.bot_summaries()[0].bot_id().unwrap().to_string();
    let aliases = client.list_bot_aliases().bot_id(&id).send().await.unwrap();
    let live = aliases.bot_alias_summaries().iter().find(|a| a.bot_alias_name() == Some("live")).unwrap();
    let alias = live.bot_alias_id().unwrap();
    let prefix = format!("arn:aws:lex:{REGION}:{account}");
    (client, [format!("{prefix}:bot/{id}"), format!("{prefix}:bot-alias/{id}/{alias}")])
}

pub(super) async fn allow(client: &aws_sdk_lexmodelsv2::Client, account: &str, arn: &str, action: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Sid": "connect", "Effect": "Allow", "Principal": { "Service": "connect.amazonaws.com" },
        "Action": action, "Resource": arn,
        "Condition": { "StringEquals": { "AWS:SourceAccount": account } },
    }] });
    client.create_resource_policy().resource_arn(arn).policy(policy.to_string()).send().await.unwrap();
}

async fn policy(client: &aws_sdk_lexmodelsv2::Client, arn: &str) -> Option<Value> {
    let answer = client.describe_resource_policy().resource_arn(arn).send().await.ok()?;
    Some(serde_json::from_str(answer.policy()?).unwrap())
}

#[tokio::test]
async fn settings_tags_and_policies_travel_and_come_back_and_logs_stay() {
    let world = world(both()).await;
    let (dev, [dev_bot, dev_alias]) = arns(&world, A).await;
    let (prod, [bot, alias]) = arns(&world, B).await;
    // The bot's is to be made, the alias's changed.
    allow(&dev, A, &dev_bot, "lex:RecognizeText").await;
    allow(&dev, A, &dev_alias, "lex:StartConversation").await;
    allow(&prod, B, &alias, "lex:RecognizeText").await;
    let before = bots(&world).await[&address()].clone();

    let snapshot = world.extract(&*world.a, "dev").await;
    let plan = planned(&world, &snapshot).await;
    world.sandbox.clear_calls();
    perform(&world, &plan).await;
    let made = written(&world);
    for call in ["UpdateBot", "TagResource", "UntagResource", "CreateResourcePolicy", "UpdateResourcePolicy"]
    {
        assert!(made.iter().any(|c| c == call), "{call} is not among {made:?}");
    }
    let there = bots(&world).await[&address()].clone();
    assert_same(&json!(there.portable), &json!(snapshot.documents[&address()].portable));
    assert_eq!(there.portable["IdleSessionTTLInSeconds"], 600);
    assert_eq!(there.portable["Tags"], json!({ "team": "new", "new": "x" }));
    assert_eq!(there.portable["Aliases"][0]["SentimentAnalysis"], true);
    assert_eq!(there.local["Logs"], before.local["Logs"], "they are the environment's own");
    let statement = |policy: Option<Value>| policy.unwrap()["Statement"][0].clone();
    let made = statement(policy(&prod, &bot).await);
    assert_eq!((&made["Resource"], &made["Action"]), (&json!(bot), &json!("lex:RecognizeText")));
    assert_eq!(made["Condition"]["StringEquals"]["AWS:SourceAccount"], B);
    assert_eq!(statement(policy(&prod, &alias).await)["Action"], "lex:StartConversation");
    assert!(planned(&world, &snapshot).await.is_empty());

    let plan = back(&world).await;
    perform(&world, &plan).await;
    let after = bots(&world).await[&address()].clone();
    assert_same(&json!(after.portable), &json!(before.portable));
    assert_same(&json!(after.local), &json!(before.local));
    assert_eq!(policy(&prod, &bot).await, None);
    assert_eq!(statement(policy(&prod, &alias).await)["Action"], "lex:RecognizeText");
}
