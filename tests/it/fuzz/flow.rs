//! What holds of the content of every flow, whatever it is: it comes back as it was from where it was taken, and goes
//! through another environment without a trace of its own.

use std::collections::BTreeMap;

use serde_json::Value;
use snapdeploy::core::arn::{Arn, find_arn, find_uuid};
use snapdeploy::core::digest::canonical;
use snapdeploy::core::inventory::{Alias, Found, Inventory};
use snapdeploy::core::portable::{Encoder, Origin, Resolver, references};
use snapdeploy::core::secret::Seal;
use snapdeploy::core::{Address, ErrorKind, Pin};
use snapdeploy::kinds::connect::flow_walk::walk;

/// The resources: kind, name, and the segment of its ARN.
const RESOURCES: [(&str, &str, &str); 12] = [
    ("connect/flow", "Main", "contact-flow"),
    ("connect/module", "Greet", "flow-module"),
    ("connect/queue", "Sales", "queue"),
    ("connect/queue", "@{x} 100%", "queue"),
    ("connect/hours", "Day", "operating-hours"),
    ("connect/prompt", "Beep", "prompt"),
    ("connect/user", "kim", "agent"),
    ("connect/view", "Form", "view"),
    ("connect/task-template", "Call", "task-template"),
    ("cases/template", "Case", "template"),
    ("lambda/function", "orders", "function"),
    ("lex/bot", "Bot", "bot"),
];

/// What there is in one of the two environments and never in the other.
struct Side {
    inventory: Inventory,
    vars: BTreeMap<String, String>,
}

/// Returns an environment whose ids all have `mark` in them.
fn side(mark: char, account: &str, region: &str) -> Side {
    let uuid =
        |n: usize| format!("{0}{0}{0}{0}{n:04x}-{0}{0}{0}{0}-4000-8000-{n:012x}", mark.to_ascii_lowercase());
    let pin = Pin { account: account.into(), region: region.into(), instance: uuid(0xfff) };
    let found = RESOURCES.iter().enumerate().map(|(n, (kind, name, segment))| {
        let (service, _) = kind.split_once('/').unwrap_or_default();
        let arn = |rest: &str| format!("arn:{}:{service}:{region}:{account}:{rest}", pin.partition());
        let address = Address::new(kind, *name);
        let physical = (mark == 'B').then(|| format!("{name}-{mark}"));
        let found = match *kind {
            "lambda/function" => {
                let id = physical.clone().unwrap_or_else(|| (*name).to_string());
                Found::new(address, id.clone(), arn(&format!("function:{id}")))
            }
            "lex/bot" => {
                let (id, alias) = (format!("{0}{0}BOTBOT{0}0", mark), format!("{0}{0}ALIAS{0}00", mark));
                let live = Alias {
                    name: "live".into(),
                    physical: physical.as_ref().map(|_| format!("live-{mark}")),
                    arn: arn(&format!("bot-alias/{id}/{alias}")),
                    id: alias,
                };
                Found {
                    aliases: Some(vec![live]),
                    ..Found::new(address, id.clone(), arn(&format!("bot/{id}")))
                }
            }
            _ if service == "connect" => {
                Found::new(address, uuid(n), arn(&format!("instance/{}/{segment}/{}", pin.instance, uuid(n))))
            }
            _ => Found::new(address, uuid(n), arn(&format!("{segment}/{}", uuid(n)))),
        };
        Found { physical, ..found }
    });
    let inventory = Inventory::new(pin.clone(), found.collect::<Vec<_>>());
    Side { inventory, vars: [("shop".to_string(), format!("https://{mark}.example"))].into() }
}

impl Side {
    fn walk(&self, content: &Value) -> Value {
        let seal = Seal::default();
        let origin = Origin { inventory: &self.inventory, accounts: &[], vars: &self.vars, seal: &seal };
        walk(content.clone(), &mut Encoder::new(&origin, &Address::new("connect/flow", "Main")))
    }

    /// Returns `walked` as it is here; `None` where two members of one object would have one name, which is refused.
    fn resolve(&self, walked: &Value) -> Option<Value> {
        let resolver = Resolver { inventory: &self.inventory, accounts: &[], vars: &self.vars };
        match resolver.resolve(walked) {
            Ok((value, unresolved)) => {
                assert!(unresolved.is_empty(), "{unresolved:?}");
                Some(value)
            }
            Err(error) => {
                assert_eq!(error.kind, ErrorKind::Input, "{error:?}");
                None
            }
        }
    }

    /// Returns every text that is found here alone.
    fn marks(&self) -> Vec<String> {
        let pin = &self.inventory.pin;
        let aliases = |f: &Found| {
            f.aliases
                .clone()
                .into_iter()
                .flatten()
                .flat_map(|a| [a.id, a.name, a.physical.unwrap_or_default()])
        };
        let of =
            |f: &Found| [f.id.clone(), f.physical.clone().unwrap_or_default()].into_iter().chain(aliases(f));
        let all = self.inventory.iter().flat_map(of).chain(self.vars.values().cloned());
        let pin =
            [pin.account.clone(), pin.region.clone(), pin.instance.clone(), pin.partition().to_string()];
        all.chain(pin).filter(|mark| !mark.is_empty() && mark != "live").collect()
    }

    /// Returns `text` with what stands for ids: `~` and a letter is one of the ids or ARNs here.
    fn told(&self, text: &str) -> String {
        let pin = &self.inventory.pin;
        let mut words: Vec<String> =
            self.inventory.iter().flat_map(|f| [f.id.clone(), f.arn.clone()]).collect();
        words.extend(
            self.inventory.iter().flat_map(|f| f.aliases.clone().into_iter().flatten()).map(|a| a.arn),
        );
        words.extend([pin.account.clone(), pin.region.clone(), pin.instance_arn()]);
        words.extend(self.vars.values().cloned());
        let letters = ('a'..='z').chain('A'..='Z');
        let words: BTreeMap<char, String> = letters.zip(words).collect();
        let mut out = String::new();
        let mut rest = text.chars().peekable();
        while let Some(c) = rest.next() {
            match rest.peek().and_then(|next| words.get(next)).filter(|_| c == '~') {
                Some(word) => {
                    out.push_str(word);
                    rest.next();
                }
                None => out.push(c),
            }
        }
        out
    }
}

/// Fails unless the flow in `bytes` keeps what it is: `~` and a letter in it stand for an id or an ARN.
pub fn holds(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let a = side('A', "111111111111", "us-east-1");
    let b = side('B', "222222222222", "cn-north-1");
    let Ok(content) = serde_json::from_str::<Value>(&a.told(text)) else { return };
    let walked = a.walk(&content);
    let found = references(&walked);
    let back = a.resolve(&walked);
    assert_eq!(back.as_ref(), Some(&content), "at home it is not what it was");
    let text = content.to_string();
    if b.marks().iter().any(|mark| text.contains(mark.as_str())) {
        return;
    }
    let Some(there) = b.resolve(&walked) else { return };
    nothing_left(&there, &a, false);
    let again = b.walk(&there);
    assert_eq!(canonical(&again), canonical(&walked), "it is not the same from there");
    assert_eq!(references(&again), found);
    assert_eq!(a.resolve(&again), Some(content), "from there it is not what it was");
}

/// What a flow calls its own parts, whatever that looks like.
const OWN: [&str; 10] = [
    "ActionMetadata",
    "ErrorType",
    "Identifier",
    "NextAction",
    "StartAction",
    "Type",
    "actionId",
    "children",
    "fragments",
    "id",
];

/// Fails where an ARN in the account of `side`, or in what an action is told (`inside`) an id that something there has, is
/// left in `value`.
fn nothing_left(value: &Value, side: &Side, inside: bool) {
    let text = |text: &str| {
        let mut from = 0;
        while let Some(found) = find_arn(text, from) {
            from = found.end;
            let arn = &text[found];
            assert!(
                Arn::parse(arn).is_some_and(|a| a.account != side.inventory.pin.account),
                "{arn} is left"
            );
        }
        // What AWS owns is named as it is everywhere.
        let known = |at| side.inventory.any_by_id(&text[at]).next().is_some() && !text.contains(":aws:");
        assert!(!inside || !find_uuid(text).is_some_and(known), "an id is left in {text}");
    };
    match value {
        Value::String(string) => text(string),
        Value::Array(items) => items.iter().for_each(|item| nothing_left(item, side, inside)),
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| inside || !OWN.contains(&name.as_str())) {
                text(name);
                nothing_left(member, side, inside || name == "Parameters");
            }
        }
        _ => {}
    }
}
