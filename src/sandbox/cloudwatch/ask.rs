//! From a call to the operation, in either protocol: awsJson1.0, as botocore and new SDKs send it, and the query protocol.

use serde_json::{Map, Value};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::switch::Switches;
use super::super::world::World;
use super::{alarm, form, metric_data, metric_list, metric_put};

/// A call's body, who asks, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ask<'a> {
    pub(super) body: &'a Map<String, Value>,
    pub(super) account: &'a str,
    pub(super) region: &'a str,
    pub(super) switches: &'a Switches,
    pub(super) now: f64,
}

/// "ValidationError: The input fails to satisfy the constraints" ("Common errors").
pub(super) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "ValidationError", format!("1 validation error detected: {}", message.into()))
}

impl<'a> Ask<'a> {
    /// A member that is text.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A member that has to be there.
    pub(super) fn needed(&self, name: &str) -> Result<&'a str, Fail> {
        let null = || {
            invalid(format!("Value null at '{name}' failed to satisfy constraint: Member must not be null"))
        };
        self.text(name).ok_or_else(null)
    }

    /// A member that is a whole number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64)
    }

    /// The texts of a list.
    pub(super) fn texts(&self, name: &str) -> Vec<&'a str> {
        self.body
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

/// The operation that a call means: of its target (awsJson1.0), or of `Action` in its body (the query protocol).
pub(crate) fn operation(call: &Call) -> String {
    match call.header("x-amz-target") {
        Some(target) => target.rsplit('.').next().unwrap_or_default().to_owned(),
        None => form::action(call),
    }
}

/// What a call is about, for the log.
pub(crate) fn hint(call: &Call) -> String {
    let body = form::body(call).unwrap_or_default();
    let one = body.get("AlarmName").and_then(Value::as_str).map(|name| vec![name]);
    let many = || {
        body.get("AlarmNames")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    };
    one.unwrap_or_else(many).join(",")
}

/// Carries an operation out.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = form::body(call)?;
    let now = world.clock.now();
    let World { accounts, switches, .. } = world;
    let account = accounts.entry(call.caller.account.clone()).or_default();
    let (held, metrics) = (&mut account.alarms, &mut account.metrics);
    let ask = Ask { body: &body, account: &call.caller.account, region: &call.region, switches, now };
    let done = match call.operation.as_str() {
        "PutMetricAlarm" => alarm::put(held, &ask),
        "DescribeAlarms" => alarm::describe(held, &ask),
        "SetAlarmState" => alarm::set_state(held, &ask),
        "DeleteAlarms" => alarm::delete(held, &ask),
        "PutMetricData" => metric_put::put(metrics, &ask),
        "GetMetricData" => metric_data::get(metrics, &ask),
        "ListMetrics" => metric_list::list(metrics, &ask),
        other => Err(Fail::not_implemented(&format!("monitoring:{other}"))),
    };
    form::answer(call, done)
}
