//! Proof: how what a plan brings has stood where it comes from, in a few lines.

use std::io::{self, Write};
use std::time::Duration;

use crate::cli::duration::roughly;
use crate::cli::ui::Ink;
use crate::core::driver::Check;
use crate::core::proof::Proof;

use super::human::moment;
use super::markdown::cell;

/// Writes what is known, some lines for each service.
pub(super) fn proof_lines(proof: &[Proof], out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    for one in proof {
        writeln!(out, "Proof of {}: {}", one.address, stood(one))?;
        writeln!(out, "  {}", came(one))?;
        for check in &one.checks {
            let word = match check.healthy {
                true => ink.style().green().apply_to("passed"),
                false => ink.style().red().apply_to("not passed"),
            };
            writeln!(out, "  {word} {}", asked(check))?;
        }
    }
    Ok(())
}

/// Returns the same as a list.
pub(super) fn proof_list(proof: &[Proof]) -> String {
    let mut out = String::new();
    for one in proof {
        out.push_str(&format!(
            "- **{}** {}; {}\n",
            cell(&one.address.to_string()),
            cell(&stood(one)),
            cell(&came(one))
        ));
        for check in &one.checks {
            let word = if check.healthy { "passed" } else { "**not passed**" };
            out.push_str(&format!("  - {word} {}\n", cell(&asked(check))));
        }
    }
    if out.is_empty() { out } else { format!("Proof:\n\n{out}\n") }
}

/// Returns which images, and for how long they have been there.
fn stood(proof: &Proof) -> String {
    let images: Vec<String> =
        proof.images.iter().map(|digest| digest.chars().take(19).collect::<String>() + "…").collect();
    let images = images.join(", ");
    let place = match &proof.environment {
        Some(environment) => environment.clone(),
        None => format!("{} {}", proof.pin.account, proof.pin.region),
    };
    let end = proof.until.unwrap_or(proof.at);
    let time = Duration::try_from(end.duration_since(proof.since)).unwrap_or_default();
    match (&proof.run, proof.until) {
        (None, _) => format!("{images} was seen in {place} at {}", moment(proof.since)),
        (Some(_), None) => format!("{images} has been in {place} for {}", roughly(time)),
        (Some(_), Some(until)) => {
            format!("{images} was in {place} for {}, until {}", roughly(time), moment(until))
        }
    }
}

/// Returns how they came there.
fn came(proof: &Proof) -> String {
    match (&proof.run, &proof.by) {
        (Some(run), Some(by)) => format!("deployed {} by {by} (run {run})", moment(proof.since)),
        _ => "no run of snapdeploy has deployed it there: who did, and how long ago, is not known".into(),
    }
}

fn asked(check: &Check) -> String {
    let problems = match check.problems.is_empty() {
        true => String::new(),
        false => format!(": {}", check.problems.join("; ")),
    };
    format!("{}: {}{problems}", check.name, check.detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(proof: &Proof) -> String {
        let mut out = Vec::new();
        proof_lines(std::slice::from_ref(proof), &mut out, Ink { colour: false, width: None }).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_proof_is_a_few_lines() {
        let proof = json!({
            "address": "ecs/service/main/web", "images": [format!("sha256:{}", "ab".repeat(32))],
            "pin": "111111111111.eu-west-1.services", "environment": "stage",
            "run": "20260301t100000000-7k2m9x", "by": "arn:aws:iam::111111111111:user/ada",
            "since": "2026-03-01T10:00:00Z", "until": null, "at": "2026-03-02T04:00:00Z",
            "checks": [
                { "name": "verdict", "healthy": true, "detail": "what was deployed was read again" },
                { "name": "health", "healthy": false, "detail": "of the environment", "problems": ["web has no tasks"] },
            ],
        });
        let mut proof: Proof = serde_json::from_value(proof).unwrap();
        assert_eq!(
            shown(&proof),
            "Proof of ecs/service/main/web: sha256:abababababab… has been in stage for about 18 h\n  \
             deployed 2026-03-01 10:00:00Z by arn:aws:iam::111111111111:user/ada (run 20260301t100000000-7k2m9x)\n  \
             passed verdict: what was deployed was read again\n  \
             not passed health: of the environment: web has no tasks\n"
        );
        proof.until = Some("2026-03-01T12:00:00Z".parse().unwrap());
        assert!(shown(&proof).contains("was in stage for about 2 h, until 2026-03-01 12:00:00Z\n"));
        (proof.run, proof.by, proof.environment) = (None, None, None);
        let unknown = shown(&proof);
        assert!(
            unknown.contains("was seen in 111111111111 eu-west-1 at 2026-03-01 10:00:00Z\n"),
            "{unknown}"
        );
        assert!(unknown.contains("no run of snapdeploy has deployed it there"), "{unknown}");
    }
}
