//! STS: GetCallerIdentity and AssumeRole, in the AWS query protocol.

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
    // botocore sts model: roleSessionNameType is 2 to 64 of [\w+=,.@-].
    let fits = (2..=64).contains(&name.len())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c));
    if !fits {
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
    world.sessions.insert(key, Session { caller, token, expires });
    Ok(wrap("AssumeRole", &body))
}

fn wrap(operation: &str, body: &str) -> Answer {
    Answer::xml(format!(
        "<{operation}Response xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><{operation}Result>{body}</{operation}Result><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></{operation}Response>",
        ids::random_uuid()
    ))
}
