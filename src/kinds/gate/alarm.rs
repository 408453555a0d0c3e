//! Alarms: a gate that asks whether one fires.

use super::unasked;
use crate::aws::Account;
use crate::core::Result;
use crate::core::finding::{Finding, Weight};
use crate::core::gate::{Answer, Decision, Gate};
use crate::kinds::alarms::{PERMISSION, alarms};

/// The alarms of a gate, by how they are.
struct Sorted {
    firing: Vec<String>,
    missing: Vec<String>,
    silent: Vec<String>,
}

async fn sorted(account: &Account, names: &[String]) -> Result<Sorted> {
    let known = alarms(account, names).await?;
    let with = |wanted: Option<&str>| -> Vec<String> {
        let is = |name: &&String| {
            known.iter().find(|alarm| alarm.name == **name).map(|alarm| alarm.state.as_str()) == wanted
        };
        names.iter().filter(is).cloned().collect()
    };
    Ok(Sorted { firing: with(Some("ALARM")), missing: with(None), silent: with(Some("INSUFFICIENT_DATA")) })
}

/// Asks once.
pub async fn ask(account: &Account, names: &[String]) -> Answer {
    let Sorted { firing, missing, silent } = match sorted(account, names).await {
        Ok(sorted) => sorted,
        Err(e) => return unasked(&e, PERMISSION),
    };
    if !firing.is_empty() {
        return Answer::new(Decision::Failed, format!("{} in ALARM", are(&firing)));
    }
    let mut said = Vec::new();
    if !missing.is_empty() {
        said.push(format!("{} not there", are(&missing)));
    }
    if !silent.is_empty() {
        said.push(format!("{} without data", are(&silent)));
    }
    match said.is_empty() {
        true => Answer::new(Decision::Passed, format!("{} OK", are(names))),
        false => Answer::new(Decision::Inconclusive, said.join(", and ")),
    }
}

/// Says which alarms could not decide, or have decided already.
pub async fn foresee(account: &Account, gate: &Gate, names: &[String]) -> Vec<Finding> {
    let skip = format!("mend that first, or go without the gate: --skip-gate {}", gate.name);
    let finding =
        |weight, what: String| Finding::new(weight, None, format!("of the gate {} {what}", gate.name));
    let Sorted { firing, missing, silent } = match sorted(account, names).await {
        Ok(sorted) => sorted,
        Err(e) => {
            let what = format!("nobody can tell how its alarms are: {}", e.message);
            return vec![finding(Weight::Warning, what).hint(format!("the role needs {PERMISSION}"))];
        }
    };
    let mut all = Vec::new();
    if !firing.is_empty() {
        all.push(finding(Weight::Block, format!("{} in ALARM already", are(&firing))).hint(&skip));
    }
    if !missing.is_empty() {
        all.push(finding(Weight::Block, format!("{} not there", are(&missing))).hint(&skip));
    }
    if !silent.is_empty() {
        let what =
            format!("{} without data, so that it can tell nothing as long as that is so", are(&silent));
        all.push(finding(Weight::Warning, what));
    }
    all
}

fn are(names: &[String]) -> String {
    match names {
        [one] => format!("the alarm {one} is"),
        _ => format!("the alarms {} are", names.join(", ")),
    }
}
