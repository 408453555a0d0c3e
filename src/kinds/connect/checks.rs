//! What `health` asks of a Connect instance.

use serde_json::{Value, json};

use super::calls::Calls;
use crate::core::Pin;
use crate::core::driver::{Check, Live};
use crate::core::inventory::Inventory;
use crate::core::portable::needs;

/// Is the instance there and active?
pub async fn instance(calls: &Calls, pin: &Pin) -> Check {
    let (healthy, detail) = match calls.describe("DescribeInstance", &calls.instance).await {
        Ok(answer) => {
            let of = |name: &str| answer["Instance"][name].as_str().unwrap_or("unknown").to_string();
            let status = of("InstanceStatus");
            (status == "ACTIVE", format!("{} ({}) is {status}", of("InstanceAlias"), pin.instance))
        }
        Err(e) => (false, e.message),
    };
    check("instance", detail, if healthy { Vec::new() } else { vec!["it is not active".into()] })
}

/// Is every flow published that something else refers to? A draft that nothing uses harms nobody.
pub fn published(live: &[Live]) -> Check {
    let flows: Vec<&Live> = live.iter().filter(|l| l.found.address.kind() == "connect/flow").collect();
    let is_draft = |l: &&&Live| l.document.portable.get("Status") == Some(&json!("SAVED"));
    let drafts: Vec<&&Live> = flows.iter().filter(is_draft).collect();
    let mut problems = Vec::new();
    for user in live {
        let needed = needs(&Value::Object(user.document.portable.clone()));
        for draft in drafts.iter().filter(|d| needed.contains(&d.found.address)) {
            let (user, draft) = (&user.found.address, &draft.found.address);
            problems.push(format!("{user} refers to {draft}, which was saved and never published"));
        }
    }
    let detail = match drafts.len() {
        0 => format!("{} flows", flows.len()),
        n => format!("{} flows, {n} of them drafts", flows.len()),
    };
    check("published flows", detail, problems)
}

/// Is nothing archived that something else refers to? That is no failure: what is archived may still run.
pub fn archived(live: &[Live]) -> Check {
    let is_archived = |l: &&Live| l.document.portable.get("State") == Some(&json!("ARCHIVED"));
    let archived: Vec<&Live> = live.iter().filter(is_archived).collect();
    let mut problems = Vec::new();
    for user in live {
        let mut needed = needs(&Value::Object(user.document.portable.clone()));
        needed.extend(needs(&Value::Object(user.document.local.clone())));
        needed.remove(&user.found.address);
        for old in archived.iter().filter(|a| needed.contains(&a.found.address)) {
            problems
                .push(format!("{} refers to {}, which is archived", user.found.address, old.found.address));
        }
    }
    let detail = format!("{} archived", archived.len());
    Check { healthy: true, ..check("archived flows and modules", detail, problems) }
}

/// Is everything that is referred to there?
pub fn references(live: &[Live], inventory: &Inventory) -> Check {
    let mut problems = Vec::new();
    let mut count = 0;
    for l in live {
        for part in [&l.document.portable, &l.document.local] {
            for address in needs(&Value::Object(part.clone())) {
                count += 1;
                if inventory.get(&address).is_none() {
                    problems.push(format!("{} refers to {address}, which is not there", l.found.address));
                }
            }
        }
        let dangling = l.findings.iter().filter(|f| f.dangling && !f.well_here);
        problems.extend(dangling.map(|f| format!("{} {}", l.found.address, f.message)));
    }
    check("live references", format!("{count} references"), problems)
}

fn check(name: &str, detail: String, problems: Vec<String>) -> Check {
    Check { name: name.into(), healthy: problems.is_empty(), detail, problems }
}
