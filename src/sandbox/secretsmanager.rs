//! Secrets Manager: secrets by name or ARN, versions and their staging labels (awsJson1.1).
//!
//! Source: botocore `secretsmanager`; API reference of each operation; "What's in a Secrets Manager secret?".

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::world::{Account, World};
use super::{clock, digest, ids};

/// A secret and its versions, the oldest first.
#[derive(Debug, Clone)]
pub(crate) struct StoredSecret {
    arn: String,
    versions: Vec<Version>,
    /// When it goes for good, once it has been deleted.
    deleted: Option<f64>,
}

#[derive(Debug, Clone)]
struct Version {
    id: String,
    value: Held,
    stages: BTreeSet<String>,
    created: f64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Held {
    Text(String),
    /// In base64.
    Binary(String),
}

const CURRENT: &str = "AWSCURRENT";
const PREVIOUS: &str = "AWSPREVIOUS";
/// "The default is 30 days" (DeleteSecret).
const RECOVERY_DAYS: u64 = 30;
const DAY: f64 = 86_400.0;

impl StoredSecret {
    /// A secret that is there from the start.
    pub(crate) fn seeded(account: &str, region: &str, name: &str, value: &str) -> StoredSecret {
        let version = Version {
            id: ids::derived(&[account, region, "secret", name]),
            value: Held::Text(value.into()),
            stages: [CURRENT.to_owned()].into(),
            created: clock::SEEDED,
        };
        StoredSecret { arn: arn(account, region, name), versions: vec![version], deleted: None }
    }

    /// Versions with their labels, and digests of values; never the values.
    pub(crate) fn state(&self) -> Value {
        let one = |v: &Version| {
            let (Held::Text(value) | Held::Binary(value)) = &v.value;
            (v.id.clone(), json!({"stages": v.stages, "sha256": digest::sha256_hex(value.as_bytes())}))
        };
        let versions: Map<String, Value> = self.versions.iter().map(one).collect();
        json!({"arn": self.arn, "versions": versions, "deleted": self.deleted.is_some()})
    }

    /// Adds a version, which takes the labels from those that have them; what was current becomes previous.
    fn add(&mut self, id: &str, value: Held, stages: BTreeSet<String>, at: f64) {
        if stages.contains(CURRENT) {
            for version in &mut self.versions {
                version.stages.remove(PREVIOUS);
                if version.stages.remove(CURRENT) {
                    version.stages.insert(PREVIOUS.into());
                }
            }
        }
        for version in &mut self.versions {
            version.stages.retain(|stage| !stages.contains(stage));
        }
        self.versions.push(Version { id: id.into(), value, stages, created: at });
    }
}

/// Six random characters follow the name, so that a new secret of the same name is not taken for the old one.
fn arn(account: &str, region: &str, name: &str) -> String {
    let suffix: String = hex::encode(ids::random::<3>());
    format!("arn:aws:secretsmanager:{region}:{account}:secret:{name}-{suffix}")
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Get") && !operation.starts_with("Describe")
}

fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    body.get(name).and_then(Value::as_str)
}

fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidParameterException", message)
}

fn absent() -> Fail {
    Fail::new(400, "ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
}

fn marked() -> Fail {
    let message = "You can't perform this operation on the secret because it was marked for deletion.";
    Fail::new(400, "InvalidRequestException", message)
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let now = world.clock.now();
    let account = world
        .accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(400, "AccessDeniedException", "no such account"))?;
    account.secrets.retain(|_, secret| secret.deleted.is_none_or(|at| at > now));
    let value = match call.operation.as_str() {
        "CreateSecret" => create(account, call, &body, now)?,
        "DescribeSecret" => describe(account, call, &body)?,
        "GetSecretValue" => get(account, call, &body)?,
        "PutSecretValue" => put(account, call, &body, now)?,
        "DeleteSecret" => delete(account, call, &body, now)?,
        other => return Err(Fail::not_implemented(&format!("secretsmanager:{other}"))),
    };
    let mut answer = Answer::json(&value);
    answer.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
    Ok(answer)
}

/// By name, ARN, or ARN without the random characters ("SecretId", GetSecretValue).
fn find<'a>(
    account: &'a mut Account,
    call: &Call,
    body: &Map<String, Value>,
) -> Result<(String, &'a mut StoredSecret), Fail> {
    let given = text(body, "SecretId")
        .ok_or_else(|| invalid("You must provide a value for the SecretId parameter."))?;
    let known = account.secrets.iter_mut().find(|((region, name), secret)| {
        let partial = secret.arn.rsplit_once('-').is_some_and(|(head, _)| head == given);
        *region == call.region && (name == given || secret.arn == given || partial)
    });
    known.map(|((_, name), secret)| (name.clone(), secret)).ok_or_else(absent)
}

/// The value of a request: text or bytes, not both.
fn value(body: &Map<String, Value>) -> Result<Option<Held>, Fail> {
    match (text(body, "SecretString"), text(body, "SecretBinary")) {
        (Some(_), Some(_)) => Err(invalid(
            "You can't specify both a binary secret value and a string secret value in the same secret.",
        )),
        (Some(value), None) => Ok(Some(Held::Text(value.into()))),
        (None, Some(value)) => Ok(Some(Held::Binary(value.into()))),
        (None, None) => Ok(None),
    }
}

/// The id of a version is the request's token (API reference).
fn token(body: &Map<String, Value>) -> Result<String, Fail> {
    match text(body, "ClientRequestToken") {
        None => Ok(ids::random_uuid()),
        Some(token) if (32..=64).contains(&token.len()) => Ok(token.to_owned()),
        Some(_) => Err(invalid("ClientRequestToken must be 32-64 characters long.")),
    }
}

fn create(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let name = text(body, "Name").unwrap_or_default();
    let fits = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
    if name.is_empty() || name.len() > 512 || !name.chars().all(fits) {
        return Err(Fail::new(
            400,
            "ValidationException",
            "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
        ));
    }
    let place = (call.region.clone(), name.to_owned());
    match account.secrets.get(&place) {
        Some(there) if there.deleted.is_some() => {
            let message = "You can't create this secret because a secret with this name is already scheduled for deletion.";
            return Err(Fail::new(400, "InvalidRequestException", message));
        }
        Some(_) => {
            let message = format!("The operation failed because the secret {name} already exists.");
            return Err(Fail::new(400, "ResourceExistsException", message));
        }
        None => {}
    }
    if let Some(key) = text(body, "KmsKeyId") {
        let id = account.id.clone();
        account.keys.find(&id, &call.region, key, now)?;
    }
    let arn = arn(&account.id, &call.region, name);
    let mut secret = StoredSecret { arn: arn.clone(), versions: Vec::new(), deleted: None };
    let mut answer = json!({"ARN": arn, "Name": name});
    let token = token(body)?;
    if let Some(value) = value(body)? {
        secret.add(&token, value, [CURRENT.to_owned()].into(), now);
        answer["VersionId"] = json!(token);
    }
    account.secrets.insert(place, secret);
    Ok(answer)
}

/// `DescribeSecret`: also of one that is marked for deletion, with the day that it will be deleted (`DeletedDate`: "The
/// date the secret is scheduled for deletion", API reference). It never says a value.
fn describe(account: &mut Account, call: &Call, body: &Map<String, Value>) -> Result<Value, Fail> {
    let (name, secret) = find(account, call, body)?;
    let stages: Map<String, Value> =
        secret.versions.iter().map(|v| (v.id.clone(), json!(v.stages))).collect();
    let mut answer = json!({"ARN": secret.arn, "Name": name, "VersionIdsToStages": stages});
    if let Some(created) = secret.versions.first().map(|v| v.created) {
        answer["CreatedDate"] = clock::epoch(created);
    }
    if let Some(at) = secret.deleted {
        answer["DeletedDate"] = clock::epoch(at);
    }
    Ok(answer)
}

fn get(account: &mut Account, call: &Call, body: &Map<String, Value>) -> Result<Value, Fail> {
    let (name, secret) = find(account, call, body)?;
    if secret.deleted.is_some() {
        return Err(marked());
    }
    let (id, stage) = (text(body, "VersionId"), text(body, "VersionStage"));
    let label = stage.or(if id.is_none() { Some(CURRENT) } else { None });
    let version = secret
        .versions
        .iter()
        .find(|v| id.is_none_or(|id| v.id == id) && label.is_none_or(|label| v.stages.contains(label)));
    let version = version.ok_or_else(|| {
        let what = match (id, label) {
            (Some(id), _) => format!("VersionId: {id}"),
            (None, label) => format!("staging label: {}", label.unwrap_or(CURRENT)),
        };
        let message = format!("Secrets Manager can't find the specified secret value for {what}");
        Fail::new(400, "ResourceNotFoundException", message)
    })?;
    let mut answer = json!({
        "ARN": secret.arn, "Name": name, "VersionId": version.id, "VersionStages": version.stages,
        "CreatedDate": clock::epoch(version.created),
    });
    match &version.value {
        Held::Text(value) => answer["SecretString"] = json!(value),
        Held::Binary(value) => answer["SecretBinary"] = json!(value),
    }
    Ok(answer)
}

fn put(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let held =
        value(body)?.ok_or_else(|| invalid("You must provide either SecretString or SecretBinary."))?;
    let token = token(body)?;
    let given = body.get("VersionStages").and_then(Value::as_array);
    let stages: BTreeSet<String> = match given {
        None => [CURRENT.to_owned()].into(),
        Some(stages) => stages.iter().filter_map(|s| s.as_str().map(str::to_owned)).collect(),
    };
    let (name, secret) = find(account, call, body)?;
    if secret.deleted.is_some() {
        return Err(marked());
    }
    let known = secret.versions.iter().position(|v| v.id == token);
    match known {
        // "If a version with this value already exists and the version of the SecretString matches, the request is
        // ignored" (API reference, ClientRequestToken).
        Some(at) if secret.versions[at].value == held => {}
        Some(_) => {
            let message = "You can't use the same ClientRequestToken for a different value.";
            return Err(Fail::new(400, "ResourceExistsException", message));
        }
        None => secret.add(&token, held, stages, now),
    }
    let stages = secret.versions.iter().find(|v| v.id == token).map(|v| v.stages.clone()).unwrap_or_default();
    Ok(json!({"ARN": secret.arn, "Name": name, "VersionId": token, "VersionStages": stages}))
}

fn delete(account: &mut Account, call: &Call, body: &Map<String, Value>, now: f64) -> Result<Value, Fail> {
    let force = body.get("ForceDeleteWithoutRecovery").and_then(Value::as_bool) == Some(true);
    let window = body.get("RecoveryWindowInDays").and_then(Value::as_u64);
    if force && window.is_some() {
        return Err(invalid(
            "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
        ));
    }
    let days = window.unwrap_or(RECOVERY_DAYS);
    if !(7..=30).contains(&days) {
        return Err(invalid("RecoveryWindowInDays value must be between 7 and 30 days (inclusive)."));
    }
    let (name, secret) = find(account, call, body)?;
    if secret.deleted.is_some() {
        return Err(marked());
    }
    let at = if force { now } else { now + days as f64 * DAY };
    secret.deleted = Some(at);
    let answer = json!({"ARN": secret.arn, "Name": name, "DeletionDate": clock::epoch(at)});
    if force {
        account.secrets.remove(&(call.region.clone(), name));
    }
    Ok(answer)
}
