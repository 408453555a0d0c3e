//! GetDistribution, ListDistributions, CreateInvalidation, GetInvalidation, ListInvalidations.

use super::super::answer::{Answer, Fail, escape};
use super::super::call::{Call, decode};
use super::super::world::World;
use super::super::{clock, ids};
use super::held::{Distribution, Invalidation};
use super::shown::{summary, whole};

const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
/// "Quotas": files that may be invalidated at once, and those with a wildcard.
const MOST: usize = 3000;
const MOST_WILD: usize = 15;

/// Finds the operation by the path.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_start_matches("/2020-05-31/").to_owned();
    let parts: Vec<String> = path.split('/').map(decode).collect();
    let words: Vec<&str> = parts.iter().map(String::as_str).collect();
    let (operation, labels) = match (call.method.as_str(), words.as_slice()) {
        ("GET", ["distribution"]) => ("ListDistributions", vec![]),
        ("GET", ["distribution", id]) => ("GetDistribution", vec![*id]),
        ("POST", ["distribution", id, "invalidation"]) => ("CreateInvalidation", vec![*id]),
        ("GET", ["distribution", id, "invalidation"]) => ("ListInvalidations", vec![*id]),
        ("GET", ["distribution", id, "invalidation", one]) => ("GetInvalidation", vec![*id, *one]),
        _ => return,
    };
    call.labels = labels.into_iter().map(str::to_owned).collect();
    call.operation = operation.to_owned();
    call.mutating = operation == "CreateInvalidation";
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let now = world.clock.now();
    let takes = world.switches.number("cloudfront_invalidation_ms") as f64 / 1000.0;
    let account = world.accounts.get_mut(&call.caller.account);
    let account = account.ok_or_else(|| Fail::new(403, "AccessDenied", "Access denied."))?;
    if call.operation == "ListDistributions" {
        let all = &account.fronts.distributions;
        let items: String = all.iter().map(|(id, d)| summary(&call.caller.account, id, d)).collect();
        return Ok(answer(200, "DistributionList", &listed(all.len(), &items)));
    }
    let id = call.label(0).to_owned();
    let missing = || Fail::new(404, "NoSuchDistribution", "The specified distribution does not exist.");
    let found = account.fronts.distributions.get_mut(&id).ok_or_else(missing)?;
    match call.operation.as_str() {
        "GetDistribution" => Ok(answer(200, "Distribution", &whole(&call.caller.account, &id, found, now))),
        "CreateInvalidation" => create(found, call, now, takes),
        "ListInvalidations" => {
            let item = |i: &Invalidation| {
                format!(
                    "<InvalidationSummary><Id>{}</Id><CreateTime>{}</CreateTime><Status>{}</Status></InvalidationSummary>",
                    i.id,
                    clock::iso(i.created),
                    i.status(now)
                )
            };
            // The newest first ("ListInvalidations").
            let items: String = found.invalidations.iter().rev().map(item).collect();
            let inner = listed(found.invalidations.len(), &items);
            Ok(answer(200, "InvalidationList", &inner))
        }
        "GetInvalidation" => {
            let one = found.invalidations.iter().find(|i| i.id == call.label(1));
            let one = one.ok_or_else(|| {
                Fail::new(404, "NoSuchInvalidation", "The specified invalidation does not exist.")
            })?;
            Ok(answer(200, "Invalidation", &shown(one, now)))
        }
        other => Err(Fail::not_implemented(&format!("cloudfront:{other}"))),
    }
}

/// CreateInvalidation: the same reference with the same paths is the one that is there, with other paths an error
/// ("InvalidationBatch").
fn create(found: &mut Distribution, call: &Call, now: f64, takes: f64) -> Result<Answer, Fail> {
    let text = std::str::from_utf8(&call.body).unwrap_or_default();
    let malformed = || Fail::new(400, "MalformedXML", "The XML document is not well-formed.");
    let paths: Vec<String> = between(text, "Path");
    let reference = between(text, "CallerReference").pop().ok_or_else(malformed)?;
    let quantity: usize =
        between(text, "Quantity").pop().and_then(|q| q.parse().ok()).ok_or_else(malformed)?;
    if quantity != paths.len() {
        let message = "The value of Quantity and the size of Items don't match.";
        return Err(Fail::new(400, "InconsistentQuantities", message));
    }
    if paths.is_empty() || paths.iter().any(|path| !path.starts_with('/') || path.contains(' ')) {
        return Err(Fail::new(
            400,
            "InvalidArgument",
            "Your request contains one or more invalid invalidation paths.",
        ));
    }
    if let Some(there) = found.invalidations.iter().find(|i| i.reference == reference) {
        return match there.paths == paths {
            true => Ok(answer(201, "Invalidation", &shown(there, now))),
            false => Err(Fail::new(400, "InvalidArgument", "Caller reference already exists.")),
        };
    }
    let open = found.invalidations.iter().filter(|i| i.status(now) == "InProgress");
    let open: Vec<&String> = open.flat_map(|i| &i.paths).chain(&paths).collect();
    let wild = open.iter().filter(|path| path.ends_with('*')).count();
    if open.len() - wild > MOST || wild > MOST_WILD {
        let message = "You have exceeded the maximum number of allowable InProgress invalidation requests.";
        return Err(Fail::new(400, "TooManyInvalidationsInProgress", message));
    }
    let id = format!("I{}", ids::random_uuid().replace('-', "").to_uppercase().get(..13).unwrap_or_default());
    let one = Invalidation { id, paths, reference, created: now, done: now + takes };
    let inner = shown(&one, now);
    found.invalidations.push(one);
    Ok(answer(201, "Invalidation", &inner))
}

fn shown(one: &Invalidation, now: f64) -> String {
    let items: String = one.paths.iter().map(|path| format!("<Path>{}</Path>", escape(path))).collect();
    format!(
        "<Id>{}</Id><Status>{}</Status><CreateTime>{}</CreateTime><InvalidationBatch><Paths><Quantity>{}</Quantity>\
         <Items>{items}</Items></Paths><CallerReference>{}</CallerReference></InvalidationBatch>",
        one.id,
        one.status(now),
        clock::iso(one.created),
        one.paths.len(),
        escape(&one.reference)
    )
}

fn listed(count: usize, items: &str) -> String {
    format!(
        "<Marker></Marker><MaxItems>100</MaxItems><IsTruncated>false</IsTruncated><Quantity>{count}</Quantity>\
         <Items>{items}</Items>"
    )
}

fn answer(status: u16, name: &str, inner: &str) -> Answer {
    let xml = format!("<?xml version=\"1.0\"?>\n<{name} xmlns=\"{NAMESPACE}\">{inner}</{name}>");
    Answer { status, ..Answer::xml(xml) }
}

/// The contents of the elements of this name.
fn between(text: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = text.split(open.as_str()).skip(1);
    let inner = parts.filter_map(|part| part.split_once(close.as_str()).map(|(inner, _)| inner));
    inner.map(|text| text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")).collect()
}
