//! The operations on alarms.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::base64;
use super::ask::{Ask, invalid};
use super::held::{Alarm, AlarmState, Held};

/// What a metric alarm may be set to have here.
const SETTINGS: &[&str] = &[
    "AlarmDescription",
    "ActionsEnabled",
    "OKActions",
    "AlarmActions",
    "InsufficientDataActions",
    "MetricName",
    "Namespace",
    "Statistic",
    "ExtendedStatistic",
    "Dimensions",
    "Period",
    "Unit",
    "EvaluationPeriods",
    "DatapointsToAlarm",
    "Threshold",
    "ComparisonOperator",
    "TreatMissingData",
    "EvaluateLowSampleCountPercentile",
    "Metrics",
    "ThresholdMetricId",
];

const OPERATORS: &[&str] = &[
    "GreaterThanOrEqualToThreshold",
    "GreaterThanThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
];

/// `PutMetricAlarm`: "When you update an existing alarm, its state is left unchanged, but the update completely overwrites
/// the previous configuration of the alarm."
pub(super) fn put(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let name = ask.needed("AlarmName")?;
    if let Some(odd) = ask
        .body
        .keys()
        .find(|key| !SETTINGS.contains(&key.as_str()) && !["AlarmName", "Tags"].contains(&key.as_str()))
    {
        return Err(Fail::not_implemented(&format!("{odd} of monitoring:PutMetricAlarm")));
    }
    if ask.body.get("Tags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty()) {
        return Err(Fail::not_implemented("tags of alarms"));
    }
    let operator = ask.needed("ComparisonOperator")?;
    if !OPERATORS.contains(&operator) {
        return Err(invalid(format!(
            "Value '{operator}' at 'comparisonOperator' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            OPERATORS.join(", ")
        )));
    }
    if ask.number("EvaluationPeriods").is_none_or(|periods| periods < 1) {
        return Err(invalid(
            "Value at 'evaluationPeriods' failed to satisfy constraint: Member must have value greater than or equal to 1",
        ));
    }
    let has = |member: &str| ask.body.contains_key(member);
    // "For each PutMetricAlarm operation, you must specify either MetricName or a Metrics array."
    match (has("MetricName"), has("Metrics")) {
        (true, true) => {
            return Err(invalid("MetricName and Metrics list are mutually exclusive for PutMetricAlarm."));
        }
        (false, false) => return Err(invalid("Exactly one of MetricName and Metrics must be specified.")),
        (true, false) => {
            for needed in ["Namespace", "Period"] {
                if !has(needed) {
                    return Err(invalid(format!(
                        "The parameter {needed} must be specified with MetricName."
                    )));
                }
            }
            // "you must specify either Statistic or ExtendedStatistic but not both."
            if has("Statistic") == has("ExtendedStatistic") {
                return Err(invalid("Exactly one of Statistic and ExtendedStatistic must be specified."));
            }
        }
        (false, true) => {}
    }
    if !has("Threshold") && !has("ThresholdMetricId") {
        return Err(invalid("The parameter Threshold must be specified for this comparison."));
    }
    let mut settings: Map<String, Value> = ask
        .body
        .iter()
        .filter(|(key, _)| SETTINGS.contains(&key.as_str()))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    // A double, also when it is given without a fraction.
    if let Some(threshold) = settings.get("Threshold").and_then(Value::as_f64) {
        settings.insert("Threshold".into(), json!(threshold));
    }
    settings.entry("ActionsEnabled").or_insert(json!(true));
    for list in ["OKActions", "AlarmActions", "InsufficientDataActions", "Dimensions"] {
        settings.entry(list).or_insert(json!([]));
    }
    let now = ask.now;
    let place = (ask.region.to_owned(), name.to_owned());
    let fresh = || Alarm::new(Map::new(), now);
    let alarm = held.alarms.entry(place).or_insert_with(fresh);
    alarm.settings = settings;
    alarm.configured = now;
    Ok(Value::Null)
}

fn shown(account: &str, region: &str, name: &str, alarm: &Alarm) -> Value {
    let mut out = alarm.settings.clone();
    let mut set = |member: &str, value: Value| out.insert(member.to_owned(), value);
    set("AlarmName", json!(name));
    set("AlarmArn", json!(format!("arn:aws:cloudwatch:{region}:{account}:alarm:{name}")));
    set("AlarmConfigurationUpdatedTimestamp", json!(alarm.configured));
    set("StateValue", json!(alarm.state.word()));
    set("StateReason", json!(alarm.reason));
    set("StateUpdatedTimestamp", json!(alarm.updated));
    set("StateTransitionedTimestamp", json!(alarm.transitioned));
    if let Some(data) = &alarm.reason_data {
        set("StateReasonData", json!(data));
    }
    Value::Object(out)
}

/// `DescribeAlarms`: "If you omit this parameter, only metric alarms are returned" (AlarmTypes). There are no others here.
pub(super) fn describe(held: &Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    for odd in ["ChildrenOfAlarmName", "ParentsOfAlarmName"] {
        if ask.body.contains_key(odd) {
            return Err(Fail::not_implemented(&format!("{odd} of monitoring:DescribeAlarms")));
        }
    }
    let (names, prefix) = (ask.texts("AlarmNames"), ask.text("AlarmNamePrefix"));
    // "If this parameter is specified, you cannot specify AlarmNames" (AlarmNamePrefix).
    if !names.is_empty() && prefix.is_some() {
        return Err(invalid("AlarmNamePrefix and AlarmNames are mutually exclusive"));
    }
    if names.len() > 100 {
        return Err(invalid(
            "Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100",
        ));
    }
    let state = match ask.text("StateValue") {
        None => None,
        Some(word) => Some(AlarmState::of(word).ok_or_else(|| bad_state(word))?),
    };
    let action = ask.text("ActionPrefix");
    let types = ask.texts("AlarmTypes");
    let metric = types.is_empty() || types.contains(&"MetricAlarm");
    let size = ask.number("MaxRecords").unwrap_or(50);
    if !(1..=100).contains(&size) {
        return Err(invalid(
            "Value at 'maxRecords' failed to satisfy constraint: Member must have value between 1 and 100",
        ));
    }
    let after =
        match ask.text("NextToken") {
            None => None,
            Some(token) => {
                let name = base64::decode(token).and_then(|bytes| String::from_utf8(bytes).ok());
                Some(name.ok_or_else(|| {
                    Fail::new(400, "InvalidNextToken", "The next token specified is invalid.")
                })?)
            }
        };
    let acts = |alarm: &Alarm, prefix: &str| {
        let lists = ["OKActions", "AlarmActions", "InsufficientDataActions"];
        let actions = lists.iter().filter_map(|list| alarm.settings.get(*list)?.as_array()).flatten();
        actions.filter_map(Value::as_str).any(|action| action.starts_with(prefix))
    };
    let mut found: Vec<(&String, &Alarm)> = held
        .alarms
        .iter()
        .filter(|((region, _), _)| metric && *region == ask.region)
        .map(|((_, name), alarm)| (name, alarm))
        .filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()))
        .filter(|(name, _)| prefix.is_none_or(|prefix| name.starts_with(prefix)))
        .filter(|(_, alarm)| state.is_none_or(|state| alarm.state == state))
        .filter(|(_, alarm)| action.is_none_or(|prefix| acts(alarm, prefix)))
        .filter(|(name, _)| after.as_ref().is_none_or(|after| *name > after))
        .collect();
    let size = usize::try_from(size).unwrap_or(50);
    let more = found.len() > size;
    found.truncate(size);
    let mut out = json!({
        "CompositeAlarms": [],
        "MetricAlarms": found.iter().map(|(name, alarm)| shown(ask.account, ask.region, name, alarm)).collect::<Vec<_>>(),
    });
    if let Some((last, _)) = found.last().filter(|_| more) {
        out["NextToken"] = json!(base64::encode(last.as_bytes()));
    }
    Ok(out)
}

fn bad_state(word: &str) -> Fail {
    invalid(format!(
        "Value '{word}' at 'stateValue' failed to satisfy constraint: Member must satisfy enum value set: [INSUFFICIENT_DATA, ALARM, OK]"
    ))
}

/// `SetAlarmState`: "Temporarily sets the state of an alarm"; at AWS a metric alarm "returns to its actual state (often
/// within seconds)". Here it has no metric to return to, and stays.
pub(super) fn set_state(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let (name, word, reason) =
        (ask.needed("AlarmName")?, ask.needed("StateValue")?, ask.needed("StateReason")?);
    let state = AlarmState::of(word).ok_or_else(|| bad_state(word))?;
    let data = ask.text("StateReasonData");
    if data.is_some_and(|data| serde_json::from_str::<Value>(data).is_err()) {
        // "Data was not syntactically valid JSON."
        return Err(Fail::new(400, "InvalidFormat", "StateReasonData was not syntactically valid JSON"));
    }
    let alarm = held.alarms.get_mut(&(ask.region.to_owned(), name.to_owned()));
    let alarm = alarm.ok_or_else(|| Fail::new(404, "ResourceNotFound", "Unknown"))?;
    alarm.set(state, reason, data, ask.now);
    Ok(Value::Null)
}

/// `DeleteAlarms`: "If you specify any incorrect alarm names, the alarms you specify with correct names are still deleted."
/// Whether such a call is refused nevertheless, as the ResourceNotFound of its list suggests, is a switch.
pub(super) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let names = ask.texts("AlarmNames");
    if names.len() > 100 {
        return Err(invalid(
            "Value at 'alarmNames' failed to satisfy constraint: Member must have length less than or equal to 100",
        ));
    }
    let mut lost = Vec::new();
    for name in names {
        if held.alarms.remove(&(ask.region.to_owned(), name.to_owned())).is_none() {
            lost.push(name);
        }
    }
    if !lost.is_empty() && ask.switches.on("alarm_delete_of_none_refused") {
        return Err(Fail::new(404, "ResourceNotFound", format!("There are no alarms {}", lost.join(", "))));
    }
    Ok(Value::Null)
}
