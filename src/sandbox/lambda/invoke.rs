//! Invoke: an alias sends each invocation to one of its versions, by their weights, and all of them count in CloudWatch.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::world::World;
use super::super::{base64, ids};
use super::handling::{Handling, draw};
use super::held::{Function, Outcome};
use super::input::{self, Named};
use super::settle::{self, Rules};

/// "Invocation payload (request and response): 6 MB each for request and response (synchronous)" ("Lambda quotas").
const MOST: usize = 6_291_456;
const NAMESPACE: &str = "AWS/Lambda";

/// What comes of one invocation.
struct Invoked {
    /// Of the alias, if it is one.
    resource: String,
    is_weighted: bool,
    through_alias: bool,
    version: String,
    handling: Handling,
    failed: bool,
}

/// Invoke (botocore: `X-Amz-Invocation-Type`, `X-Amz-Executed-Version`, `X-Amz-Function-Error`).
pub(crate) fn invoke(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let kind = call.header("x-amz-invocation-type").unwrap_or("RequestResponse");
    if kind == "Event" {
        return Err(Fail::not_implemented("asynchronous invocations of lambda:Invoke"));
    }
    if call.body.len() > MOST {
        let why = format!("Request must be smaller than {MOST} bytes for the InvokeFunction operation");
        return Err(Fail::new(413, "RequestTooLargeException", why).with("Type", json!("User")));
    }
    let given: Value = match call.body.is_empty() {
        true => Value::Null,
        false => serde_json::from_slice(&call.body).map_err(|why| {
            let why = format!("Could not parse request body into json: {why}");
            Fail::new(400, "InvalidRequestContentException", why).with("Type", json!("User"))
        })?,
    };
    let now = world.clock.now();
    let rules = Rules::of(&world.switches, now, world.doomed);
    let errors_of_none = world.switches.on("lambda_errors_count_zero");
    let executed_of_all = world.switches.on("lambda_executed_version_of_all_aliases");
    let account = world.accounts.entry(call.caller.account.clone()).or_default();
    let named = input::named(call, call.label(0))?;
    let function = account.functions.functions.get_mut(&named.arn).ok_or_else(|| named.missing())?;
    settle::function(function, &rules);
    // "DryRun – Validate parameter values and verify that the user or role has permission to invoke the function."
    if kind == "DryRun" {
        return routed(function, &named).map(|_| Answer::empty(204));
    }
    let mut count = |name: &str, value: f64, invoked: Option<&Invoked>| {
        for dimensions in dimensions(&named.name, invoked, executed_of_all) {
            account.metrics.count(NAMESPACE, name, &dimensions, value, now);
        }
    };
    // "Set this to 0 to throttle the function" ("Configuring reserved concurrency").
    if function.concurrency == Some(0) {
        count("Throttles", 1.0, None);
        let fail = Fail::new(429, "TooManyRequestsException", "Rate Exceeded.").with("Type", json!("User"));
        return Err(fail.with("Reason", json!("ReservedFunctionConcurrentInvocationLimitExceeded")));
    }
    let invoked = routed(function, &named)?;
    function.invoked += 1;
    // "Invocations aren't recorded if the invocation request is throttled or otherwise results in an invocation error"
    // ("Types of metrics for Lambda functions"); in that list are also the dimensions.
    count("Invocations", 1.0, Some(&invoked));
    count("Duration", invoked.handling.duration_ms, Some(&invoked));
    // assumed: switch lambda_errors_count_zero
    if invoked.failed || errors_of_none {
        count("Errors", if invoked.failed { 1.0 } else { 0.0 }, Some(&invoked));
    }
    let payload = match (invoked.failed, &invoked.handling.payload) {
        (true, _) => Handling::error(),
        (false, said) => said.clone().unwrap_or(given),
    };
    let mut answer = Answer::json(&payload);
    if call.header("x-amz-log-type") == Some("Tail") {
        let log = log(&invoked.version, &invoked.handling.log, invoked.handling.duration_ms);
        answer.headers.push(("x-amz-log-result".into(), base64::encode(end(log.as_bytes()))));
    }
    answer.headers.push(("x-amz-executed-version".into(), invoked.version));
    if invoked.failed {
        answer.headers.push(("x-amz-function-error".into(), "Unhandled".into()));
    }
    Ok(answer)
}

/// What an invocation logs ("Viewing CloudWatch logs for Lambda functions": START, END and REPORT around what the function
/// prints). How much memory it took is not said: nothing runs here.
fn log(version: &str, printed: &[String], duration_ms: f64) -> String {
    let id = ids::random_uuid();
    let printed: String = printed.iter().map(|line| format!("{line}\n")).collect();
    let took = format!("Duration: {duration_ms:.2} ms\tBilled Duration: {} ms", duration_ms.ceil());
    format!(
        "START RequestId: {id} Version: {version}\n{printed}END RequestId: {id}\nREPORT RequestId: {id}\t{took}\n"
    )
}

/// "The last 4 KB of the execution log, which is base64-encoded" ("Invoke", `X-Amz-Log-Result`).
fn end(log: &[u8]) -> &[u8] {
    &log[log.len().saturating_sub(4096)..]
}

/// Which version an invocation goes to, and what that does with it: "weights [...] the percentage of traffic" that the
/// second version gets, at random for each invocation ("Implement Lambda canary deployments using a weighted alias").
fn routed(function: &Function, named: &Named) -> Result<Invoked, Fail> {
    let qualifier = named.qualifier.as_deref();
    let alias = qualifier.and_then(|name| function.aliases.get(name));
    let mut version = match (alias, qualifier) {
        (Some(alias), _) => alias.version.clone(),
        (None, Some(version)) => version.to_owned(),
        (None, None) => "$LATEST".to_owned(),
    };
    let n = function.invoked;
    let mut at = draw(&function.arn, n, 0);
    for (other, weight) in alias.into_iter().flat_map(|alias| &alias.weights) {
        if at < *weight {
            version.clone_from(other);
            break;
        }
        at -= weight;
    }
    let edition = function.edition(&version).ok_or_else(|| named.missing())?;
    let pending = edition.under_way.as_ref().is_some_and(|under_way| !under_way.updates());
    if pending || edition.state != Outcome::Well {
        let state = if pending { "Pending" } else { "Failed" };
        return Err(input::conflict(format!(
            "The operation cannot be performed at this time. The function is currently in the following state: {state}"
        )));
    }
    let handling = function.handlings.get(&version).cloned().unwrap_or_default();
    Ok(Invoked {
        resource: qualifier.map_or_else(|| named.name.clone(), |with| format!("{}:{with}", named.name)),
        is_weighted: alias.is_some_and(|alias| !alias.weights.is_empty()),
        through_alias: alias.is_some(),
        version,
        failed: draw(&function.arn, n, 1) < handling.errors,
        handling,
    })
}

/// The sets of dimensions that a metric is counted under ("Types of metrics for Lambda functions", with "Working with Lambda
/// function metrics": all functions; one function; one version or alias of it; one version behind an alias). With
/// `executed_of_all` the last is there for each alias.
fn dimensions<'a>(
    function: &'a str,
    invoked: Option<&'a Invoked>,
    executed_of_all: bool,
) -> Vec<Vec<(&'static str, &'a str)>> {
    let function = ("FunctionName", function);
    let mut all = vec![vec![], vec![function]];
    let Some(invoked) = invoked else { return all };
    let resource = ("Resource", invoked.resource.as_str());
    all.push(vec![function, resource]);
    // assumed: switch lambda_executed_version_of_all_aliases
    if invoked.is_weighted || invoked.through_alias && executed_of_all {
        all.push(vec![function, resource, ("ExecutedVersion", &invoked.version)]);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invoked(qualifier: Option<&str>, weight: Option<f64>) -> Invoked {
        let code = super::super::code::Code::Zip(bytes::Bytes::new());
        let latest = super::super::held::Edition::first(code, serde_json::Map::new(), "r".into(), 0.0);
        let mut function = Function::new("orders", "arn:orders", latest.clone());
        for number in [1, 2] {
            function.versions.insert(number, latest.clone());
        }
        let weights = weight.map(|weight| ("2".to_owned(), weight)).into_iter().collect();
        let (version, description, revision) = ("1".into(), String::new(), String::new());
        let alias = super::super::held::Alias { version, description, weights, revision };
        function.aliases.insert("live".into(), alias);
        let (arn, name) = ("arn:orders".into(), "orders".into());
        let named = Named { arn, name, qualifier: qualifier.map(str::to_owned) };
        routed(&function, &named).ok().unwrap()
    }

    #[test]
    fn metrics_are_counted_for_all_the_function_the_alias_and_the_version_behind_it() {
        let (function, resource) = (("FunctionName", "orders"), ("Resource", "orders:live"));
        let shared = invoked(Some("live"), Some(1.0));
        let all = dimensions("orders", Some(&shared), false);
        let whole = vec![function, resource, ("ExecutedVersion", "2")];
        assert_eq!(all, [vec![], vec![function], vec![function, resource], whole]);
        let plain = invoked(Some("live"), None);
        assert_eq!(dimensions("orders", Some(&plain), false).len(), 3);
        assert_eq!(dimensions("orders", Some(&plain), true).len(), 4);
        let version = invoked(Some("1"), None);
        assert_eq!(dimensions("orders", Some(&version), true)[2], [function, ("Resource", "orders:1")]);
        let latest = invoked(None, None);
        assert_eq!((latest.version.as_str(), latest.resource.as_str()), ("$LATEST", "orders"));
    }
}
