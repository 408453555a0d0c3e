//! IAM, as far as it is asked whether a role is there (the query protocol).

use serde_json::json;

use super::answer::{Answer, Fail, escape};
use super::call::{Call, parse_pairs};
use super::world::World;
use super::{clock, ids};

/// The namespace of its answers.
pub(crate) const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

fn form(call: &Call, name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&call.body);
    parse_pairs(&text, true).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The operation that a call means: `Action` of its body.
pub(crate) fn operation(call: &Call) -> String {
    form(call, "Action").unwrap_or_default()
}

/// What a call is about, for the log.
pub(crate) fn hint(call: &Call) -> String {
    form(call, "RoleName").unwrap_or_default()
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    match call.operation.as_str() {
        "GetRole" => get_role(world, call),
        other => Err(Fail::not_implemented(&format!("iam:{other}"))),
    }
}

/// `GetRole`: a name is without its path, which is unique in an account all the same ("IAM identifiers").
fn get_role(world: &World, call: &Call) -> Result<Answer, Fail> {
    let name = form(call, "RoleName").unwrap_or_default();
    let account = &call.caller.account;
    let roles = world.accounts.get(account).into_iter().flat_map(|account| &account.roles);
    let found = roles
        .map(|(path, role)| (path, role))
        .find(|(path, _)| path.rsplit('/').next() == Some(name.as_str()));
    let (whole, role) = found.ok_or_else(|| {
        Fail::new(404, "NoSuchEntity", format!("The role with name {name} cannot be found."))
    })?;
    let path = whole.strip_suffix(name.as_str()).unwrap_or_default();
    // Who may assume it: anyone in the scenario who knows its external id.
    let mut statement = json!({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"});
    if let Some(external) = &role.external_id {
        statement["Condition"] = json!({"StringEquals": {"sts:ExternalId": external}});
    }
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
    // "Policies returned by this operation are URL-encoded compliant with RFC 3986" (GetRole).
    let trust = percent_encoding::utf8_percent_encode(&trust, percent_encoding::NON_ALPHANUMERIC);
    // A role's id begins with AROA ("Unique identifiers").
    let id = ids::derived(&[account, whole, "role"]).replace('-', "").to_uppercase();
    Ok(Answer::xml(format!(
        "<GetRoleResponse xmlns=\"{NAMESPACE}\"><GetRoleResult><Role><Path>/{}</Path><RoleName>{}</RoleName><RoleId>AROA{}</RoleId><Arn>arn:aws:iam::{account}:role/{}</Arn><CreateDate>{}</CreateDate><AssumeRolePolicyDocument>{trust}</AssumeRolePolicyDocument><MaxSessionDuration>43200</MaxSessionDuration></Role></GetRoleResult><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></GetRoleResponse>",
        escape(path),
        escape(&name),
        id.get(..17).unwrap_or_default(),
        escape(whole),
        clock::iso(clock::SEEDED),
        ids::random_uuid(),
    )))
}
