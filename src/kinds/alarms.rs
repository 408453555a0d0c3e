//! Alarms of CloudWatch, as they are now.
//!
//! Source: "DescribeAlarms" of the CloudWatch API reference: 100 names at most; composite ones are told only if asked for;
//! without `MaxRecords` a page has 50. Names that nothing has are passed over.

use serde_json::{Value, json};

use crate::aws::{Account, CLOUDWATCH};
use crate::core::Result;

/// What has to be allowed.
pub const PERMISSION: &str = "cloudwatch:DescribeAlarms";
/// Source: as above.
const NAMES: usize = 100;

/// An alarm that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// Its name.
    pub name: String,
    /// `OK`, `ALARM` or `INSUFFICIENT_DATA`.
    pub state: String,
    /// Why, in CloudWatch's words; empty, where it gives no reason.
    pub reason: String,
}

/// Returns those of the alarms of these names that are there.
pub async fn alarms(account: &Account, names: &[impl AsRef<str>]) -> Result<Vec<Alarm>> {
    let mut all = Vec::new();
    for some in names.chunks(NAMES) {
        let some: Vec<&str> = some.iter().map(AsRef::as_ref).collect();
        let body = json!({
            "AlarmNames": some, "AlarmTypes": ["MetricAlarm", "CompositeAlarm"], "MaxRecords": NAMES,
        });
        let answer = account.ask(&CLOUDWATCH, "DescribeAlarms", &body).await?;
        for kind in ["MetricAlarms", "CompositeAlarms"] {
            all.extend(answer[kind].as_array().into_iter().flatten().map(alarm));
        }
    }
    Ok(all)
}

fn alarm(told: &Value) -> Alarm {
    let text = |member: &str| told[member].as_str().unwrap_or_default().to_string();
    Alarm { name: text("AlarmName"), state: text("StateValue"), reason: text("StateReason") }
}
