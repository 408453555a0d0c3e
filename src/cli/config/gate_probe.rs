//! What a gate asks: `http`, `alarms`, `command`, `invoke`, `scan`.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;
use toml::Spanned;
use toml::de::DeValue;

use crate::aws::http::host;
use crate::core::gate::Probe;
use crate::core::{Error, Result};

use super::confidential::{is_secret, secret_of};
use super::environment::is_url;
use super::gate::{choice, long};
use super::json::json;
use super::model::nearest;
use super::table::{At, Table};

/// How long a command and a function may take, if nothing is said.
const LIMIT: Duration = Duration::from_secs(60);
/// The longest that an answer to HTTP may be waited for.
const MOST_WITHIN: Duration = Duration::from_secs(60);
/// The longest that a function runs ("Lambda quotas", AWS Lambda Developer Guide).
const MOST_INVOKE: Duration = Duration::from_secs(900);
/// The most alarms that one gate asks about: so many does one DescribeAlarms name.
const MOST_ALARMS: usize = 100;

const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "OPTIONS"];

/// Reads what a URL has to answer.
pub(super) fn http(table: &Table<'_>) -> Result<Probe> {
    let (inner, whole) = inside(table, "http", "`http`")?;
    inner.only(&["url", "method", "status", "send", "send_from", "headers", "contains", "within"], &[])?;
    let url = inner.needed("url", &whole)?;
    // A placeholder may stand in the host.
    let filled = url.value.replace(['{', '}'], "x");
    if !is_url(&url.value) || host(&filled).is_none() {
        return Err(table.place.error(&url.span, "`url` has to start with https:// or http:// and a host"));
    }
    if let Some(what) = secret_of(&url.value) {
        let message = format!("`url` has a secret ({what}), and the configuration is not the place for one");
        let hint =
            "send it as a header, out of the environment: send_from = { Authorization = \"SMOKE_TOKEN\" }";
        return Err(table.place.error(&url.span, message).hint(hint));
    }
    let method = match inner.text("method")? {
        None => "GET".to_string(),
        Some(at) if METHODS.contains(&at.value.as_str()) => at.value,
        Some(at) => {
            let message = format!("`method` has to be one of {}, not \"{}\"", METHODS.join(", "), at.value);
            return Err(table.place.error(&at.span, message));
        }
    };
    let (send, send_from) = (headers(&inner, "send")?, headers(&inner, "send_from")?);
    for (name, at) in &send_from {
        let is_name = at.value.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        if at.value.is_empty() || !is_name {
            let message = format!("`{}` is not the name of an environment variable", at.value);
            return Err(table
                .place
                .error(&at.span, message)
                .hint(format!("send_from = {{ {name} = \"SMOKE_TOKEN\" }}")));
        }
        if send.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(table.place.error(&at.span, format!("the header {name} is in `send` too")));
        }
    }
    // What a configuration says, everybody may read who reads the repository.
    if let Some((name, at)) = send.iter().find(|(name, at)| is_secret(name, &at.value)) {
        let message =
            format!("the header {name} is a secret, and the configuration is not the place for one");
        return Err(table
            .place
            .error(&at.span, message)
            .hint(format!("send_from = {{ {name} = \"SMOKE_TOKEN\" }}")));
    }
    let within = long(&inner, "within")?;
    if within.is_some_and(|within| within > MOST_WITHIN) {
        let span = inner.get("within").map_or(whole, Spanned::span);
        return Err(table.place.error(&span, "`within` has to be 60s at most"));
    }
    let plain = |all: Vec<(String, At<String>)>| -> BTreeMap<String, String> {
        all.into_iter().map(|(name, at)| (name, at.value)).collect()
    };
    Ok(Probe::Http {
        url: url.value,
        method,
        status: match inner.get("status") {
            None => (200..=299).collect(),
            Some(value) => statuses(&inner, value)?,
        },
        send: plain(send),
        send_from: plain(send_from),
        headers: plain(headers(&inner, "headers")?),
        contains: inner.text("contains")?.map(|at| at.value),
        within,
    })
}

fn statuses(table: &Table<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<u16>> {
    let all = numbers(table, "status", value)?;
    if let Some(at) = all.iter().find(|at| !(100..=599).contains(&at.value)) {
        return Err(table.place.error(&at.span, format!("{} is not a status of HTTP", at.value)));
    }
    Ok(all.into_iter().filter_map(|at| u16::try_from(at.value).ok()).collect())
}

/// Returns a table of headers. A line break in a value would begin another header.
fn headers(table: &Table<'_>, key: &str) -> Result<Vec<(String, At<String>)>> {
    let all = table.texts(key)?;
    for (name, at) in &all {
        // Source: `token` of RFC 9110, section 5.6.2.
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.is_empty() || !name.bytes().all(token) {
            return Err(table.place.error(&at.span, format!("`{name}` cannot be the name of a header")));
        }
        if at.value.contains(char::is_control) {
            return Err(table
                .place
                .error(&at.span, format!("the value of the header {name} has a line break")));
        }
    }
    Ok(all)
}

/// Reads the alarms that must not fire.
pub(super) fn alarms(table: &Table<'_>) -> Result<Probe> {
    let names = table.list("alarms")?.ok_or_else(|| Error::bug("there are no alarms"))?;
    if names.value.is_empty() || names.value.len() > MOST_ALARMS {
        let message = format!("`alarms` has to name 1 to {MOST_ALARMS} alarms");
        return Err(table.place.error(&names.span, message));
    }
    if let Some(at) = names.value.iter().find(|at| at.value.is_empty()) {
        return Err(table.place.error(&at.span, "an alarm has a name"));
    }
    Ok(Probe::Alarms { names: names.value.into_iter().map(|at| at.value).collect() })
}

/// Reads a command.
pub(super) fn command(table: &Table<'_>) -> Result<Probe> {
    let line = table.text("command")?.ok_or_else(|| Error::bug("there is no command"))?;
    let codes = |key: &str| match table.get(key) {
        None => Ok(None),
        Some(value) => numbers(table, key, value).map(Some),
    };
    let (pass, undecided) = (codes("pass")?, codes("undecided_codes")?.unwrap_or_default());
    for at in pass.iter().flatten().chain(&undecided) {
        if !(0..=255).contains(&at.value) {
            return Err(table.place.error(&at.span, format!("no command ends with {}: 0 to 255", at.value)));
        }
    }
    let plain = |all: Vec<At<i64>>| -> Vec<i32> {
        all.into_iter().filter_map(|at| i32::try_from(at.value).ok()).collect()
    };
    let pass_codes = pass.map_or_else(|| vec![0], plain);
    if pass_codes.is_empty() {
        let span = table.get("pass").map_or(line.span, Spanned::span);
        return Err(table
            .place
            .error(&span, "`pass` is empty, and the gate could never pass")
            .hint("pass = [0]"));
    }
    if let Some(at) = undecided.iter().find(|at| pass_codes.iter().any(|code| i64::from(*code) == at.value)) {
        let message = format!("{} is in `pass` too, and a code means one thing", at.value);
        return Err(table.place.error(&at.span, message));
    }
    Ok(Probe::Command {
        line: line.value,
        pass: pass_codes,
        undecided: plain(undecided),
        limit: long(table, "limit")?.unwrap_or(LIMIT),
    })
}

/// Reads what a function has to answer.
pub(super) fn invoke(table: &Table<'_>) -> Result<Probe> {
    let (inner, whole) = inside(table, "invoke", "`invoke`")?;
    inner.only(&["function", "payload", "expects", "limit"], &[])?;
    let function = inner.needed("function", &whole)?;
    if function.value.starts_with("arn:") {
        let error = table
            .place
            .error(&function.span, "`function` has to be a name, and the function in the environment");
        return Err(error.hint("function = \"smoke:live\""));
    }
    let any = |key: &str| match inner.get(key) {
        None => Ok(Value::Null),
        Some(value) => json(table.place, value, &|_| Ok(())),
    };
    let limit = long(&inner, "limit")?.unwrap_or(LIMIT);
    if limit > MOST_INVOKE {
        let span = inner.get("limit").map_or(whole, Spanned::span);
        return Err(table.place.error(&span, "`limit` has to be 15m at most: no function runs longer"));
    }
    Ok(Probe::Invoke { function: function.value, payload: any("payload")?, expects: any("expects")?, limit })
}

/// Reads how bad the findings in images may be.
pub(super) fn scan(table: &Table<'_>) -> Result<Probe> {
    const WORST: [&str; 5] = ["NONE", "INFORMATIONAL", "LOW", "MEDIUM", "HIGH"];
    let (inner, whole) = inside(table, "scan", "`scan`")?;
    inner.only(&["worst"], &[])?;
    let at = inner.needed("worst", &whole)?;
    if at.value == "CRITICAL" {
        let error =
            table.place.error(&at.span, "with CRITICAL nothing is worse, and the gate could never fail");
        return Err(error.hint("worst = \"HIGH\""));
    }
    choice(&inner, "worst", &WORST.map(|word| (word, ()))).map_err(|e| {
        match nearest(&at.value.to_uppercase(), WORST.iter().copied()) {
            Some(meant) => e.hint(format!("did you mean \"{meant}\"?")),
            None => e,
        }
    })?;
    Ok(Probe::Scan { worst: at.value })
}

fn inside<'a>(table: &Table<'a>, key: &str, path: &'a str) -> Result<(Table<'a>, std::ops::Range<usize>)> {
    let inner = table.inner(key, path)?.ok_or_else(|| Error::bug(format!("there is no {path}")))?;
    Ok((inner, table.get(key).map_or(0..0, Spanned::span)))
}

/// Returns whole numbers: one, or a list of them.
fn numbers(table: &Table<'_>, key: &str, value: &Spanned<DeValue<'_>>) -> Result<Vec<At<i64>>> {
    let one = |item: &Spanned<DeValue<'_>>| {
        let number =
            item.get_ref().as_integer().and_then(|n| i64::from_str_radix(n.as_str(), n.radix()).ok());
        match number {
            Some(number) => Ok(At { value: number, span: item.span() }),
            None => Err(table.wrong(key, item, "a whole number, or a list of them")),
        }
    };
    match value.get_ref().as_array() {
        Some(list) if list.is_empty() && key == "status" => {
            Err(table.place.error(&value.span(), "`status` is empty, and the gate could never pass"))
        }
        Some(list) => list.iter().map(one).collect(),
        None => Ok(vec![one(value)?]),
    }
}
