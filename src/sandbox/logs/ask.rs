//! From a call to the operation, and what the calls have in common.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::super::call::Call;
use super::super::world::World;
use super::held::{Group, Held, milliseconds};
use super::{event, filter, group, stream};

/// A call, its body, and when it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) call: &'a Call,
    pub(super) body: &'a Map<String, Value>,
    /// Milliseconds since 1970.
    pub(super) now: i64,
}

/// `InvalidParameterException`.
pub(super) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidParameterException", message)
}

/// `ResourceNotFoundException`, of a group or of a stream.
pub(super) fn missing(what: &str) -> Fail {
    Fail::new(400, "ResourceNotFoundException", format!("The specified log {what} does not exist."))
}

impl<'a> Ask<'a> {
    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A member that has to be there, and no longer than 512 characters.
    pub(super) fn needed(&self, name: &str) -> Result<&'a str, Fail> {
        let value = self.text(name).unwrap_or_default();
        let said = |why: &str| {
            invalid(format!(
                "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: {why}"
            ))
        };
        match value.len() {
            0 => Err(said("Member must have length greater than or equal to 1")),
            1..=512 => Ok(value),
            _ => Err(said("Member must have length less than or equal to 512")),
        }
    }

    /// A time or a count.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.body.get(name).and_then(Value::as_i64)
    }

    /// Whether a member is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.body.get(name) == Some(&Value::Bool(true))
    }

    /// How many items at most.
    pub(super) fn limit(&self, most: usize) -> Result<usize, Fail> {
        let Some(asked) = self.body.get("limit") else { return Ok(most) };
        let asked = asked.as_u64().and_then(|asked| usize::try_from(asked).ok()).unwrap_or(0);
        if !(1..=most).contains(&asked) {
            return Err(invalid(format!(
                "1 validation error detected: Value '{asked}' at 'limit' failed to satisfy constraint: Member must have value between 1 and {most}"
            )));
        }
        Ok(asked)
    }

    /// The key of the group that is named: `logGroupName`, or `logGroupIdentifier` with a name or an ARN.
    pub(super) fn place(&self) -> Result<(String, String), Fail> {
        let name = match (self.text("logGroupName"), self.text("logGroupIdentifier")) {
            (Some(_), Some(_)) => {
                return Err(invalid(
                    "You must specify either logGroupName or logGroupIdentifier, but not both.",
                ));
            }
            (None, Some(identifier)) => match identifier.split_once(":log-group:") {
                Some((_, name)) => name.trim_end_matches(":*"),
                None => identifier,
            },
            _ => self.needed("logGroupName")?,
        };
        Ok((self.call.region.clone(), name.to_owned()))
    }

    /// The group that is named.
    pub(super) fn group<'h>(&self, held: &'h mut Held) -> Result<&'h mut Group, Fail> {
        held.groups.get_mut(&self.place()?).ok_or_else(|| missing("group"))
    }

    /// A page of items from `nextToken` on, and the token of the next.
    pub(super) fn page(&self, member: &str, items: Vec<Value>, most: usize) -> Result<Value, Fail> {
        let size = self.limit(most)?;
        let start = match self.text("nextToken") {
            None => 0,
            Some(token) => {
                let start = base64::decode(token)
                    .and_then(|bytes| String::from_utf8(bytes).ok()?.parse::<usize>().ok());
                start.ok_or_else(|| invalid("The specified nextToken is invalid."))?
            }
        };
        let more = start + size < items.len();
        let mut out = json!({member: items.into_iter().skip(start).take(size).collect::<Vec<_>>()});
        if more {
            out["nextToken"] = json!(base64::encode((start + size).to_string().as_bytes()));
        }
        Ok(out)
    }
}

/// What a call is about, for the log.
pub(crate) fn hint(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    let names = ["logGroupName", "logGroupIdentifier", "logStreamName"].into_iter();
    names.filter_map(|name| body.get(name)?.as_str()).collect::<Vec<_>>().join("/")
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let ask = Ask { call, body: &body, now: milliseconds(world.clock.now()) };
    let account = world.accounts.entry(call.caller.account.clone()).or_default();
    let held = &mut account.logs;
    let value = match call.operation.as_str() {
        "CreateLogGroup" => group::create(held, &ask)?,
        "DeleteLogGroup" => group::delete(held, &ask)?,
        "DescribeLogGroups" => group::describe(held, &ask)?,
        "CreateLogStream" => stream::create(held, &ask)?,
        "DescribeLogStreams" => stream::describe(held, &ask)?,
        "PutLogEvents" => event::put(held, &ask)?,
        "GetLogEvents" => event::get(held, &ask)?,
        "FilterLogEvents" => filter::events(held, &ask)?,
        other => return Err(Fail::not_implemented(&format!("logs:{other}"))),
    };
    // The operations without an output answer an empty body (botocore: CreateLogGroup, CreateLogStream, DeleteLogGroup).
    if value.is_null() { Ok(Answer::empty(200)) } else { Ok(Answer::aws_json("1.1", &value)) }
}
