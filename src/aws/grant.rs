//! Grant: calls that IAM has to allow, and policies that allow just those.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

/// How many characters a policy has at most, without white space. Source: "IAM and AWS STS quotas", IAM user guide: a managed
/// policy has 6,144.
pub const MOST: usize = 6144;

/// What calls are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// To look.
    Read,
    /// To change something.
    Write,
}

/// Calls that have to be allowed on the same resources.
#[derive(Clone, Copy, Debug)]
pub struct Grant {
    /// What for.
    pub need: Need,
    /// The actions, as `connect:CreateQueue`.
    pub actions: &'static [&'static str],
    /// ARNs, with `{account}` and the like for what an environment says.
    pub on: &'static [&'static str],
    /// The service that a role is passed to; empty where none is.
    pub to: &'static str,
    /// What they are needed for, where that is not always; empty where it is.
    pub only: &'static str,
}

impl Grant {
    /// Returns a grant of reads.
    pub const fn read(actions: &'static [&'static str], on: &'static [&'static str]) -> Grant {
        Grant { need: Need::Read, actions, on, to: "", only: "" }
    }

    /// Returns a grant of writes.
    pub const fn write(actions: &'static [&'static str], on: &'static [&'static str]) -> Grant {
        Grant { need: Need::Write, actions, on, to: "", only: "" }
    }

    /// Returns the grant where it passes a role to `service`.
    pub const fn to(self, service: &'static str) -> Grant {
        Grant { to: service, ..self }
    }

    /// Returns the grant with what it is needed for.
    pub const fn only(self, what: &'static str) -> Grant {
        Grant { only: what, ..self }
    }
}

/// What stands in ARNs of grants for what an environment says: names without brackets, and all the values of each. An ARN
/// with a name that has none is left out.
pub type Words<'a> = BTreeMap<&'a str, Vec<String>>;

/// Returns the policies that allow `grants`, as few as their size lets them be.
pub fn policies<'g>(grants: impl IntoIterator<Item = &'g Grant>, words: &Words<'_>) -> Vec<Value> {
    // By resources and the service that a role is passed to.
    let mut allowed: BTreeMap<(Vec<String>, &str), BTreeSet<&str>> = BTreeMap::new();
    for grant in grants {
        let on: Vec<String> = grant.on.iter().flat_map(|arn| filled(arn, words)).collect();
        if !on.is_empty() {
            allowed.entry((on, grant.to)).or_default().extend(grant.actions);
        }
    }
    let mut policies = Vec::new();
    let mut statements: Vec<Value> = Vec::new();
    for ((on, to), actions) in allowed {
        for action in actions {
            let mut tried = statements.clone();
            match tried.last_mut() {
                Some(last) if last["Resource"] == json!(on) && passed(last) == to => {
                    last["Action"].as_array_mut().into_iter().for_each(|list| list.push(json!(action)));
                }
                _ => tried.push(statement(action, &on, to)),
            }
            if policy(&tried).to_string().len() > MOST && !statements.is_empty() {
                policies.push(policy(&statements));
                tried = vec![statement(action, &on, to)];
            }
            statements = tried;
        }
    }
    if !statements.is_empty() {
        policies.push(policy(&statements));
    }
    policies
}

fn statement(action: &str, on: &[String], to: &str) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": [action], "Resource": on });
    if !to.is_empty() {
        statement["Condition"] = json!({ "StringEquals": { "iam:PassedToService": to } });
    }
    statement
}

fn passed(statement: &Value) -> &str {
    statement["Condition"]["StringEquals"]["iam:PassedToService"].as_str().unwrap_or_default()
}

fn policy(statements: &[Value]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

/// Returns the ARNs that `arn` stands for.
fn filled(arn: &str, words: &Words<'_>) -> Vec<String> {
    let mut all = vec![arn.to_string()];
    for (name, values) in words {
        let mark = format!("{{{name}}}");
        all = all
            .into_iter()
            .flat_map(|arn| match arn.contains(&mark) {
                true => values.iter().map(|value| arn.replace(&mark, value)).collect(),
                false => vec![arn],
            })
            .collect();
    }
    all.retain(|arn| !arn.contains('{'));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANY: &[&str] = &["connect:CreateQueue", "connect:DescribeQueue"];

    fn words() -> Words<'static> {
        BTreeMap::from([
            ("account", vec!["111122223333".to_string()]),
            ("bucket", vec!["a".into(), "b".into()]),
        ])
    }

    #[test]
    fn a_policy_says_each_action_once_with_what_the_environment_says() {
        let grants = [
            Grant::read(MANY, &["arn:aws:connect:x:{account}:*"]),
            Grant::write(&["connect:CreateQueue"], &["arn:aws:connect:x:{account}:*"]),
            Grant::read(&["s3:GetObject"], &["arn:aws:s3:::{bucket}/*"]),
            Grant::read(&["s3:PutObject"], &["arn:aws:s3:::{staging}/*"]).only("nobody stages here"),
            Grant::write(&["iam:PassRole"], &["*"]).to("ecs.amazonaws.com"),
        ];
        let found = policies(&grants, &words());
        assert_eq!(
            found,
            [json!({ "Version": "2012-10-17", "Statement": [
                { "Effect": "Allow", "Action": ["iam:PassRole"], "Resource": ["*"],
                  "Condition": { "StringEquals": { "iam:PassedToService": "ecs.amazonaws.com" } } },
                { "Effect": "Allow", "Action": MANY, "Resource": ["arn:aws:connect:x:111122223333:*"] },
                { "Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"] },
            ] })]
        );
    }
}
