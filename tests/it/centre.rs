//! The examples' centre travels whole: flows and queues, functions and a bot, into an account that has nothing and over an
//! older edition, and comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario};

use crate::cli::shell::{Said, Shell};
use crate::world::{REGION, assert_same};

const PROD: &str = "222222222222";
const UK: &str = "444444444444";

/// What a new environment has to say for itself. Users travel here, which is asked for on both sides.
const NEW: &str = r#"
[environments.uk]
account = "444444444444"
region = "us-east-1"
role_arn = "arn:aws:iam::444444444444:role/snapdeploy"
instance = "acme-uk"
owns = ["connect/*", "lambda/function/acme-*", "lex/bot/Orders"]
staging = "s3://acme-uk-staging/snapdeploy"
users = true

[environments.uk.names]
"connect/phone-number/main-line" = "+442055501000"
"connect/phone-number/hotline" = "+442055501007"

[environments.uk.vars]
hotline = "+442055501007"
shop = "https://shop.uk.acme.example"

[environments.uk.overlay."lambda/function/acme-customer-lookup"]
Role = "arn:aws:iam::444444444444:role/acme-functions"

[environments.uk.overlay."lambda/function/acme-order-status"]
Role = "arn:aws:iam::444444444444:role/acme-functions"
Environment.Variables.API_KEY = "@{ssm:/acme/orders/api-key}"

[environments.uk.overlay."lex/bot/Orders"]
RoleArn = "arn:aws:iam::444444444444:role/acme-bots"
"#;

struct Centre {
    sandbox: Sandbox,
    shell: Shell,
}

impl Centre {
    fn new(config: &str) -> Centre {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/acme");
        let mut scenario = Scenario::load(&folder).unwrap();
        // The second number, so that nothing is left out.
        scenario.account(UK).instance(REGION, "acme-uk").phone("+442055501007");
        let sandbox = Sandbox::start(scenario).unwrap();
        let shell = Shell::with(config)
            .set("AWS_ENDPOINT_URL", &sandbox.endpoint())
            .set("AWS_ACCESS_KEY_ID", "111111111111")
            .set("AWS_SECRET_ACCESS_KEY", "x")
            .set("SNAPDEPLOY_CLOCK_SCALE", "100")
            .set("USER", "tester");
        Centre { sandbox, shell }
    }

    #[track_caller]
    fn run(&self, arguments: &[&str]) -> Said {
        let said = self.shell.run(arguments);
        assert_eq!(said.code, 0, "{arguments:?}\n{}\n{}", said.out, said.err);
        said
    }

    /// Returns the digest of each portable part that is in an environment now.
    #[track_caller]
    fn digests(&self, environment: &str) -> BTreeMap<String, String> {
        self.run(&["extract", environment]);
        let said = self.run(&["show", &format!("{environment}@latest"), "--output", "json"]);
        let said: Value = serde_json::from_str(&said.out).unwrap();
        let text = |document: &Value, member: &str| document[member].as_str().unwrap().to_string();
        let documents = said["data"]["documents"].as_array().unwrap();
        documents.iter().map(|d| (text(d, "address"), text(d, "portable"))).collect()
    }

    /// Returns what an account has of what can be deployed.
    fn state(&self, account: &str) -> Value {
        let all = self.sandbox.state()[account].clone();
        let connect = self.sandbox.connect_state(account);
        without_empty(&json!({ "connect": connect, "lambda": all["lambda"], "lex": all["lex"] }))
    }

    /// Returns the calls to `service` that changed something since they were last cleared, each with what it is about. An export
    /// is a way to read a bot.
    fn changes(&self, service: &str) -> Vec<(String, String)> {
        let calls = self.sandbox.calls();
        let of = calls.iter().filter(|c| c.mutating && c.service == service && c.operation != "CreateExport");
        of.map(|c| (c.operation.clone(), c.resource.clone())).collect()
    }
}

/// Returns `value` without empty objects: a queue that was once given a caller id keeps an empty one.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().map(|(name, member)| (name.clone(), without_empty(member)));
            kept.filter(|(_, member)| *member != json!({})).collect()
        }
        other => other.clone(),
    }
}

fn config() -> String {
    include_str!("../../examples/acme/snapdeploy.toml").to_string()
}

/// The example with uk, and the command that deploys dev there.
fn with_uk() -> (Centre, [&'static str; 6]) {
    // Nothing is managed elsewhere here: all has to arrive.
    let all = config()
        .replace("managed_elsewhere = [\"connect/approved-origin/*\"]", "")
        // Uk has no cluster: those are Terraform's.
        .replace(", \"ecs/service/main/*\"]", "]")
        .replace("[environments.dev]\n", "[environments.dev]\nusers = true\n");
    let queues = ["Billing", "Returns", "Sales", "Support", "Weekend desk"].map(|queue| {
        let table = format!("[environments.uk.overlay.\"connect/queue/{queue}\"]");
        format!("{table}\nOutboundCallerConfig.OutboundCallerIdName = \"Acme UK\"\n")
    });
    let centre = Centre::new(&format!("{all}{NEW}{}", queues.concat()));
    // Who the users are travels only if that is asked for.
    (centre, ["deploy", "dev@latest", "--to", "uk", "--include-operational", "--yes"])
}

#[test]
fn it_arrives_whole_in_an_account_that_has_nothing() {
    let (centre, deploy) = with_uk();
    let before = centre.state(UK);
    assert_eq!((&before["lambda"], &before["lex"]), (&json!({ "layers": [] }), &Value::Null));

    let dev = centre.digests("dev");
    let kinds: BTreeSet<String> =
        dev.keys().map(|a| a.split('/').take(2).collect::<Vec<_>>().join("/")).collect();
    for kind in ["connect/view", "connect/user", "connect/rule", "lambda/function", "lex/bot"] {
        assert!(kinds.contains(kind), "{kinds:?}");
    }
    centre.run(&deploy);
    let there = centre.digests("uk");
    let differ = |a: &&String| dev.get(*a) != there.get(*a);
    assert_eq!(dev.keys().filter(differ).collect::<Vec<_>>(), Vec::<&String>::new());
    println!("{} resources of {} kinds have the same digest in dev and in uk", dev.len(), kinds.len());

    centre.sandbox.clear_calls();
    let again = centre.run(&deploy);
    assert!(again.out.contains("Nothing to do"), "{}", again.out);
    for service in ["connect", "lambda", "lex"] {
        assert_eq!(centre.changes(service), Vec::new(), "{service}");
    }
}

#[test]
fn it_goes_again_from_an_account_that_had_nothing() {
    let (centre, deploy) = with_uk();
    let (before, digests) = (centre.state(UK), centre.digests("uk"));
    centre.run(&["extract", "dev"]);
    centre.run(&deploy);
    let back = centre.run(&["rollback", "uk", "--yes"]);
    // AWS has no call that deletes an agent status: it is out of use, and that is said.
    const STATUS: &str = "connect/agent-status/Training";
    assert!(back.err.contains(STATUS), "{}", back.err);
    let without = |mut state: Value| {
        let instances = state["connect"].as_object_mut().unwrap().values_mut();
        for statuses in instances.filter_map(|instance| instance["agent-status"].as_object_mut()) {
            statuses.retain(|_, status| status["Name"] != "Training");
        }
        state
    };
    assert_same(&without(centre.state(UK)), &without(before));
    let mut now = centre.digests("uk");
    now.remove(STATUS);
    assert_eq!(now, digests);
}

#[test]
fn an_older_edition_comes_back_in_three_calls_each() {
    let centre = Centre::new(&config());
    let (before, digests) = (centre.state(PROD), centre.digests("prod"));
    let dev = centre.digests("dev");
    centre.run(&["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"]);
    let there = centre.digests("prod");
    for address in ["lambda/function/acme-order-status", "lex/bot/Orders", "connect/flow/Main menu"] {
        assert_ne!(digests[address], dev[address], "{address} is another one, else nothing is shown");
        assert_eq!(there[address], dev[address], "{address}");
    }

    centre.sandbox.clear_calls();
    let back = centre.run(&["rollback", "prod", "--confirm", "acme/prod"]);
    let (lambda, lex) = (centre.changes("lambda"), centre.changes("lex"));
    println!("a rollback changes with {lambda:?} and {lex:?}");
    let mut each: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, about) in &lambda {
        let name =
            ["acme-customer-lookup", "acme-order-status"].into_iter().find(|name| about.contains(name));
        *each.entry(name.unwrap()).or_default() += 1;
    }
    assert!(each.contains_key("acme-order-status") && each.values().all(|n| *n <= 3), "{lambda:?}");
    assert!((1..=3).contains(&lex.len()), "{lex:?}");
    assert_eq!(centre.digests("prod"), digests);

    // What stays is printed, and it is all that stays.
    for left in [
        "lambda/function/acme-order-status version 2 was published since and stays",
        "lex/bot/Orders version 2 was made since and stays, and so does what was last imported into the draft",
    ] {
        assert!(back.err.contains(left), "{left}\n{}", back.err);
    }
    let mut after = centre.state(PROD);
    let order_status = format!("arn:aws:lambda:{REGION}:{PROD}:function:acme-order-status");
    let versions = &mut after["lambda"]["functions"][&order_status]["versions"];
    assert!(versions.as_object_mut().unwrap().remove("2").is_some());
    let mut before = before;
    for (state, newest) in [(&mut after, 2), (&mut before, 1)] {
        let bot = state["lex"][format!("{REGION}/Orders")].as_object_mut().unwrap();
        assert_eq!(bot.remove("last_version"), Some(json!(newest)));
        assert!(bot.remove("draft").is_some());
        let version = bot["versions"].as_object_mut().unwrap().remove("2");
        assert_eq!(version.is_some(), newest == 2);
    }
    assert_same(&after, &before);
}
