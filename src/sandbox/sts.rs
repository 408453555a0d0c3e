//! STS: GetCallerIdentity and AssumeRole, in the AWS query protocol.

use std::collections::BTreeMap;

use super::answer::{Answer, Fail, escape};
use super::call::{Call, Caller, parse_pairs};
use super::clock;
use super::ids;
use super::world::{Session, World};

/// The operation that the body names.
pub(crate) fn operation(call: &Call) -> String {
    form(call, "Action").unwrap_or_default()
}

/// The resource that a call is about.
pub(crate) fn hint(call: &Call) -> String {
    form(call, "RoleArn").unwrap_or_default()
}

fn form(call: &Call, name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(&call.body);
    parse_pairs(&text, true).into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The actions that AssumeRole needs. Source: "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed
/// roles", IAM user guide: tags and a source identity are allowed apart.
pub(crate) fn actions(call: &Call) -> Vec<String> {
    let named = |name: &str| form(call, name).is_some();
    let all = [
        (true, "sts:AssumeRole"),
        (named("Tags.member.1.Key"), "sts:TagSession"),
        (named("SourceIdentity"), "sts:SetSourceIdentity"),
    ];
    all.into_iter().filter(|(needed, _)| *needed).map(|(_, action)| action.to_owned()).collect()
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    match call.operation.as_str() {
        "GetCallerIdentity" => Ok(wrap(
            "GetCallerIdentity",
            &format!(
                "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
                escape(&call.caller.arn),
                escape(&call.caller.user_id),
                call.caller.account
            ),
        )),
        "AssumeRole" => assume_role(world, call),
        other => Err(Fail::not_implemented(&format!("sts:{other}"))),
    }
}

fn assume_role(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let arn = form(call, "RoleArn").unwrap_or_default();
    let name = form(call, "RoleSessionName").unwrap_or_default();
    if !is_name(&name) {
        return Err(Fail::new(
            400,
            "ValidationError",
            format!(
                "1 validation error detected: Value '{name}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
            ),
        ));
    }
    let seconds: u32 = match form(call, "DurationSeconds") {
        None => 3600,
        Some(text) => text.parse().unwrap_or(0),
    };
    if !(900..=43_200).contains(&seconds) {
        return Err(Fail::new(400, "ValidationError", "DurationSeconds must be between 900 and 43200"));
    }
    // STS does not tell an absent role, a foreign account and a wrong external id apart (IAM guide, "Troubleshooting
    // IAM roles").
    let refused = || {
        Fail::new(
            403,
            "AccessDenied",
            format!(
                "User: {} is not authorized to perform: sts:AssumeRole on resource: {arn}",
                call.caller.arn
            ),
        )
    };
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", "aws", "iam", "", account, path] = parts.as_slice() else {
        return Err(Fail::new(400, "ValidationError", format!("{arn} is invalid")));
    };
    let role_name = path.strip_prefix("role/").ok_or_else(refused)?;
    let role =
        world.accounts.get(*account).and_then(|account| account.roles.get(role_name)).ok_or_else(refused)?;
    if role.external_id.is_some() && role.external_id != form(call, "ExternalId") {
        return Err(refused());
    }
    let refused_to = |action: &str| {
        let why =
            format!("User: {} is not authorized to perform: {action} on resource: {arn}", call.caller.arn);
        Fail::new(403, "AccessDenied", why)
    };
    let source = form(call, "SourceIdentity");
    let tags = tags(call)?;
    // "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed roles", IAM user guide: the role's trust
    // policy has to allow either by its action.
    for (asked, action) in [(source.is_some(), "sts:SetSourceIdentity"), (!tags.is_empty(), "sts:TagSession")]
    {
        if asked && role.deny.contains(action) {
            return Err(refused_to(action));
        }
    }
    if source.as_ref().is_some_and(|s| !is_name(s)) {
        return Err(Fail::new(400, "ValidationError", "the value at 'sourceIdentity' is not valid"));
    }
    // The same page: once set, it cannot be changed by assuming another role.
    let before = world.sessions.get(&call.access_key).and_then(|session| session.source.clone());
    if before.is_some() && source.is_some() && source != before {
        return Err(refused_to("sts:SetSourceIdentity"));
    }
    let source = before.or(source);
    // A session's role id starts with AROA, its key with ASIA (IAM guide, "Unique identifiers").
    let role_id = format!("AROA{}", hex::encode(ids::random::<8>()).to_uppercase());
    let key = format!("ASIA{}", hex::encode(ids::random::<8>()).to_uppercase());
    let token = format!("sandbox-{}", hex::encode(ids::random::<24>()));
    let last = role_name.rsplit('/').next().unwrap_or(role_name);
    let caller = Caller {
        account: (*account).to_owned(),
        role: Some(role_name.to_owned()),
        arn: format!("arn:aws:sts::{account}:assumed-role/{last}/{name}"),
        user_id: format!("{role_id}:{name}"),
    };
    let expires = world.clock.now() + f64::from(seconds);
    let body = format!(
        "<AssumedRoleUser><AssumedRoleId>{}</AssumedRoleId><Arn>{}</Arn></AssumedRoleUser><Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{}</SecretAccessKey><SessionToken>{token}</SessionToken><Expiration>{}</Expiration></Credentials>",
        escape(&caller.user_id),
        escape(&caller.arn),
        hex::encode(ids::random::<20>()),
        clock::iso(expires),
    );
    world.sessions.insert(key, Session { caller, token, expires, source, tags });
    Ok(wrap("AssumeRole", &body))
}

/// botocore sts model: roleSessionNameType and sourceIdentityType are 2 to 64 of [\w+=,.@-].
fn is_name(text: &str) -> bool {
    (2..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

/// The tags that a call asks for. botocore sts model: at most 50, keys of 128 characters, values of 256.
fn tags(call: &Call) -> Result<BTreeMap<String, String>, Fail> {
    let mut tags = BTreeMap::new();
    for i in 1.. {
        let Some(key) = form(call, &format!("Tags.member.{i}.Key")) else { break };
        let value = form(call, &format!("Tags.member.{i}.Value")).unwrap_or_default();
        if i > 50 || key.len() > 128 || value.len() > 256 {
            return Err(Fail::new(400, "ValidationError", "the value at 'tags' is not valid"));
        }
        tags.insert(key, value);
    }
    Ok(tags)
}

fn wrap(operation: &str, body: &str) -> Answer {
    Answer::xml(format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>{body}</{operation}Result><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        ids::random_uuid()
    ))
}
