//! The encoder: one environment's ids and ARNs in, references that mean the same everywhere out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::address::Address;
use super::arn::{Arn, is_uuid};
use super::detect::credential;
use super::finding::{Finding, Weight};
use super::inventory::{Found, Inventory, Ownership, Target};
use super::secret::{Fingerprint, Seal, Secret};
use super::template::{Form, Placeholder, Segment, Template, escape};

/// Where ids come from.
pub struct Origin<'a> {
    /// Everything that is known there.
    pub inventory: &'a Inventory,
    /// Accounts that have a name in the configuration: (name, account). They become `@{account:NAME}`.
    pub accounts: &'a [(String, String)],
    /// The environment's values: (name, value). A whole string that equals one becomes `@{var:NAME}`.
    pub vars: &'a BTreeMap<String, String>,
    /// What secrets get their fingerprints from.
    pub seal: &'a Seal,
}

/// What became of a text that may be a secret.
pub enum Hidden {
    /// It is none: this template.
    Open(String),
    /// It is one, told by this.
    Sealed(Fingerprint),
}

/// Turns ids and ARNs into templates, and notes what it saw.
pub struct Encoder<'a> {
    pub(super) origin: &'a Origin<'a>,
    of: Address,
    path: Vec<String>,
    pub(super) quiet: bool,
    /// What a person ought to know: ids found in free text, ids that nothing has, foreign accounts.
    pub findings: Vec<Finding>,
    /// Ids and ARNs of this environment that nothing in the inventory has: they stay literal, and mean nothing in
    /// another environment.
    pub dangling: BTreeSet<String>,
    /// Secrets that were hidden.
    pub secrets: Vec<Secret>,
}

impl<'a> Encoder<'a> {
    /// Returns an encoder for the resource `of`.
    pub fn new(origin: &'a Origin<'a>, of: &Address) -> Encoder<'a> {
        Encoder {
            origin,
            of: of.clone(),
            path: Vec::new(),
            quiet: false,
            findings: Vec::new(),
            dangling: BTreeSet::new(),
            secrets: Vec::new(),
        }
    }

    /// Hides `text`, unless it refers to another resource (be it gone) or is a value of the environment.
    pub fn secret(&mut self, text: &str) -> Hidden {
        let said = self.findings.len();
        let template = self.sweep_template(text);
        let open = |hole: &Placeholder| matches!(hole, Placeholder::To { .. } | Placeholder::Var(_));
        // What stands beside a reference may be a key all the same: then all of it is hidden.
        let beside = !matches!(template.segments(), [Segment::Hole(_)]);
        let suspect = beside && credential(self.name_here(), text).is_some();
        if text.is_empty() || self.is_own_arn(text) || (template.holes().any(open) && !suspect) {
            return Hidden::Open(template.to_string());
        }
        // What was noticed in it would say what it is.
        self.findings.truncate(said);
        let secret = self.origin.seal.secret(text);
        let fingerprint = secret.fingerprint();
        if !self.secrets.contains(&secret) {
            self.secrets.push(secret);
        }
        Hidden::Sealed(fingerprint)
    }

    /// Returns whether `text` is the ARN of something in this account and no more than that: it hides nothing, also when
    /// what it names is gone.
    fn is_own_arn(&self, text: &str) -> bool {
        let own = |arn: Arn<'_>| arn.account == self.origin.inventory.pin.account;
        !text.contains(char::is_whitespace) && Arn::parse(text).is_some_and(own)
    }

    /// Returns the template for `text`, which stands where the id or ARN of a resource of `kind` is expected.
    ///
    /// A word that is neither id nor ARN (a resource of AWS's own, a function's name) and anything filled in at run
    /// time is swept like other text.
    pub fn typed(&mut self, kind: &str, text: &str) -> String {
        if let Some(target) = self.target(kind, text) {
            if target.found.ownership == Ownership::Aws {
                return escape(text);
            }
            let form = if text.starts_with("arn:") { Form::Arn } else { Form::Id };
            let mut template = Template::default();
            template.hole(self.reference(form, target));
            return template.to_string();
        }
        let template = self.sweep_template(text);
        if self.is_dangling(text, &template) && !self.quiet {
            self.dangling.insert(text.to_string());
            let message = format!("`{text}` is not the id of any {kind} known here");
            self.say(
                Weight::Warning,
                message,
                Some("it stays as it is, and cannot be deployed to another environment"),
            );
        }
        template.to_string()
    }

    /// Returns what `text` names where the id or ARN of a resource of `kind` is expected.
    pub fn target(&self, kind: &str, text: &str) -> Option<Target<'a>> {
        let inventory = self.origin.inventory;
        let target = inventory.named_by_arn(text).or_else(|| inventory.named_by_id(kind, text))?;
        Some(target).filter(usable)
    }

    /// Returns the template for `text`, which shows the name of `found` or, with `alias`, of an alias of it: a reference
    /// while it is the current name, else ordinary text.
    pub fn name(&mut self, text: &str, found: &Found, alias: Option<&str>) -> String {
        let shown = match alias {
            None => found.name(),
            Some(name) => found.alias(name).map_or(name, |alias| alias.shown()),
        };
        if text != shown {
            return self.sweep(text);
        }
        let qualifier = alias.map(str::to_string);
        Placeholder::To { form: Form::Name, address: found.address.clone(), qualifier }.to_string()
    }

    /// Returns the template for `text`, which is the name of a region.
    pub fn region(&mut self, text: &str) -> String {
        if text == self.origin.inventory.pin.region {
            Placeholder::Region.to_string()
        } else {
            self.sweep(text)
        }
    }

    /// Returns the template for `text`, swept for ARNs, UUIDs of known resources and account numbers.
    pub fn sweep(&mut self, text: &str) -> String {
        // Nothing shorter than an alias id of Lex or a value of the environment can be found.
        if text.len() < 4 {
            return escape(text);
        }
        self.suspect(text);
        self.sweep_template(text).to_string()
    }

    /// Returns what the member is called that is being looked at: an item of a list is called as the list is.
    fn name_here(&self) -> Option<&str> {
        let name = self.path.iter().rev().find(|step| !step.bytes().all(|b| b.is_ascii_digit()));
        name.map(String::as_str)
    }

    /// Warns where `text`, which is kept and shown as it is, looks like a credential.
    fn suspect(&mut self, text: &str) {
        if let Some(what) = credential(self.name_here(), text) {
            let message = format!("holds what looks like {what}, and no rule calls that a secret");
            let hint = "what stands there is kept and shown: take it out, and read it from a secret store at run time";
            self.say(Weight::Warning, message, Some(hint));
        }
    }

    /// Warns as [`Encoder::sweep`] does of the texts in `value`, which no rule knows.
    pub(super) fn suspect_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.suspect(text),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.at(&i.to_string(), |e| e.suspect_all(item));
                }
            }
            Value::Object(members) => {
                for (name, member) in members {
                    self.at(name, |e| e.suspect_all(member));
                }
            }
            _ => {}
        }
    }

    /// Returns `value` with every string and object key in it swept.
    pub fn value(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.sweep(&text)),
            Value::Array(items) => self.each(items, |encoder, item| encoder.value(item)),
            Value::Object(members) => self.members(members, |encoder, _, member| encoder.value(member)),
            other => other,
        }
    }

    /// Returns `value` with every string and object key in it as it is.
    pub fn literal(&mut self, value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(escape(&text)),
            Value::Array(items) => self.each(items, |encoder, item| encoder.literal(item)),
            Value::Object(members) => {
                Value::Object(members.into_iter().map(|(k, v)| (escape(&k), self.literal(v))).collect())
            }
            other => other,
        }
    }

    /// Returns the array of what `encode` makes of each of `items`.
    pub fn each(&mut self, items: Vec<Value>, mut encode: impl FnMut(&mut Self, Value) -> Value) -> Value {
        let items = items.into_iter().enumerate();
        Value::Array(items.map(|(i, item)| self.at(&i.to_string(), |e| encode(e, item))).collect())
    }

    /// Returns the object of what `encode` makes of each of `members`, their keys swept.
    pub fn members(
        &mut self,
        members: Map<String, Value>,
        mut encode: impl FnMut(&mut Self, &str, Value) -> Value,
    ) -> Value {
        let mut out = Map::new();
        for (key, member) in members {
            let member = self.at(&key, |e| encode(e, &key, member));
            let swept = self.sweep(&key);
            // Two keys are one only where the inventory calls two things by one name; neither may be lost.
            let swept = if out.contains_key(&swept) { escape(&key) } else { swept };
            out.insert(swept, member);
        }
        Value::Object(out)
    }

    /// Runs `work` with `step` added to the path that findings name.
    pub fn at<T>(&mut self, step: &str, work: impl FnOnce(&mut Self) -> T) -> T {
        self.path.push(step.to_string());
        let result = work(self);
        self.path.pop();
        result
    }

    /// Runs `work`, on what stays in its environment: notes nothing, and makes no value of the environment a variable,
    /// since the value may be another one when this is written back.
    pub fn quietly<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.quiet, true);
        let result = work(self);
        self.quiet = before;
        result
    }

    /// Notes that `message` is so of what is being looked at.
    pub(super) fn say(&mut self, weight: Weight, message: String, hint: Option<&str>) {
        if self.quiet {
            return;
        }
        let place =
            if self.path.is_empty() { String::new() } else { format!(" (at {})", self.path.join(".")) };
        let mut finding = Finding::new(weight, Some(&self.of), message + &place);
        finding.hint = hint.map(str::to_string);
        self.findings.push(finding);
    }

    /// Returns the reference to `target`, and warns where it names a version by its number: what has that number
    /// elsewhere is something else.
    pub(super) fn reference(&mut self, form: Form, target: Target<'_>) -> Placeholder {
        let Target { found, qualifier } = target;
        let number = |q: &&String| !q.is_empty() && q.bytes().all(|b| b.is_ascii_digit());
        if let Some(version) = qualifier.as_ref().filter(number) {
            let message = format!("refers to version {version} of {}", found.address);
            let hint = "numbers of versions differ between environments; an alias does not";
            let said = self.findings.len();
            self.say(Weight::Warning, message, Some(hint));
            for finding in &mut self.findings[said..] {
                (finding.dangling, finding.well_here) = (true, true);
            }
        }
        Placeholder::To { form, address: found.address.clone(), qualifier }
    }

    /// Returns whether `text`, which became `template`, is an id of this environment that nothing known has.
    fn is_dangling(&self, text: &str, template: &Template) -> bool {
        let found = template.holes().any(|h| matches!(h, Placeholder::To { .. }));
        let Some(arn) = Arn::parse(text) else {
            let id = text.split_once(':').map_or(text, |(id, _)| id);
            return !found && is_uuid(id.as_bytes());
        };
        if arn.account != self.origin.inventory.pin.account || text.contains("$.") || text.contains('{') {
            return false;
        }
        let left = template.segments().iter().any(|s| match s {
            Segment::Text(text) => text.split(['/', ':']).any(is_own_id),
            Segment::Hole(_) => false,
        });
        !found || left
    }
}

/// What every bot calls its test alias: the same everywhere.
pub(super) const TEST_ALIAS: &str = "TSTALIASID";

/// Returns whether `text` has the form of the id of a bot or of a bot's alias.
///
/// Source: Lex V2 API reference, `botId`: ten of `0-9a-zA-Z`; the service makes capitals and digits.
pub(super) fn is_lex_id(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

fn is_own_id(text: &str) -> bool {
    is_uuid(text.as_bytes()) || (is_lex_id(text) && text != TEST_ALIAS)
}

/// Returns whether a reference to `target` could be written.
pub(super) fn usable(target: &Target<'_>) -> bool {
    !target.found.address.name().is_empty()
}
