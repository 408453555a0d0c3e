//! Pages; ListFunctions and ListVersionsByFunction.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::base64;
use super::super::call::Call;
use super::ask::Ask;
use super::held::{Function, Held};
use super::input::invalid;
use super::show;

/// "returns a maximum of 50 items in each response, even if you set the number higher" (MaxItems of ListFunctions,
/// ListVersionsByFunction, ListAliases); event source mappings have 100.
const PAGE: usize = 50;

/// One page of some items under a member.
pub(crate) fn page(call: &Call, member: &str, items: Vec<Value>, most: usize) -> Result<Answer, Fail> {
    let size = match call.param("MaxItems") {
        None => most,
        Some(text) => {
            let size = text.parse::<usize>().ok().filter(|size| (1..=10_000).contains(size));
            size.ok_or_else(|| invalid("MaxItems must be between 1 and 10000"))?.min(most)
        }
    };
    let start = match call.param("Marker") {
        None | Some("") => 0,
        Some(marker) => base64::decode(marker)
            .and_then(|bytes| String::from_utf8(bytes).ok()?.strip_prefix("lambda@")?.parse::<usize>().ok())
            .ok_or_else(|| invalid("Marker is not valid"))?,
    };
    let all = items.len();
    let items: Vec<_> = items.into_iter().skip(start).take(size).collect();
    let end = start + items.len();
    let mut out = json!({ member: items });
    if end < all {
        out["NextMarker"] = json!(base64::encode(format!("lambda@{end}").as_bytes()));
    }
    Ok(Answer::json(&out))
}

/// The page that aliases and versions have.
pub(crate) fn short_page(call: &Call, member: &str, items: Vec<Value>) -> Result<Answer, Fail> {
    page(call, member, items, PAGE)
}

/// ListFunctions, in the order of names.
pub(crate) fn functions(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let call = ask.call;
    if let Some(master) = call.param("MasterRegion") {
        return Err(Fail::not_implemented(&format!("functions of Lambda@Edge (MasterRegion {master})")));
    }
    let all = match call.param("FunctionVersion") {
        None => false,
        Some("ALL") => true,
        Some(other) => return Err(invalid(format!("FunctionVersion {other:?} is not ALL"))),
    };
    let prefix = format!("arn:aws:lambda:{}:{}:function:", call.region, call.caller.account);
    let mut items = Vec::new();
    for function in held.functions.values().filter(|function| function.arn.starts_with(&prefix)) {
        if all {
            items.extend(editions(held, function));
        } else {
            items.push(Value::Object(show::subset(held, function, &function.latest)));
        }
    }
    page(call, "Functions", items, PAGE)
}

/// Every edition, each with a qualified ARN (`FunctionVersion` of ListFunctions).
fn editions(held: &Held, function: &Function) -> Vec<Value> {
    let editions = std::iter::once(&function.latest).chain(function.versions.values());
    let shown = editions.map(|edition| {
        let mut shown = show::subset(held, function, edition);
        shown.insert("FunctionArn".into(), json!(format!("{}:{}", function.arn, edition.version)));
        Value::Object(shown)
    });
    shown.collect()
}

/// ListVersionsByFunction: `$LATEST` first, then the versions in their order.
pub(crate) fn versions(held: &mut Held, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let function = ask.function(held)?.0.clone();
    page(ask.call, "Versions", editions(held, &function), PAGE)
}
