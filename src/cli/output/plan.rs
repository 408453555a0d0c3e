//! A plan, as it is shown.

use std::io::{self, Write};
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::cli::duration::{WORTH_SAYING, roughly};
use crate::cli::ui::Ink;
use crate::core::finding::Finding;
use crate::core::hook::HookAt;
use crate::core::plan::{Action, Plan, Step};
use crate::core::run::RunKind;
use crate::kinds::impersonal;

use super::card::{beside, card_lines, card_table};
use super::human::{finding_lines, place_of};
use super::markdown::{cell, findings as finding_table, table};
use super::proof::{proof_lines, proof_list};
use super::report::Report;

/// A plan, as it is shown. The document is the plan as it is stored, without who users are.
pub(in crate::cli) struct PlanReport<'a> {
    pub(in crate::cli) plan: &'a Plan,
    /// How long performing it takes at least.
    pub(in crate::cli) least: Duration,
}

impl Serialize for PlanReport<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        impersonal(self.plan).serialize(serializer)
    }
}

impl PlanReport<'_> {
    /// Returns the report of a plan of which only what it changes is worth telling.
    pub(in crate::cli) fn of(plan: &Plan) -> PlanReport<'_> {
        PlanReport { plan, least: Duration::ZERO }
    }
}

const ACTIONS: [(Action, &str); 3] =
    [(Action::Create, "create"), (Action::Update, "update"), (Action::Delete, "delete")];

impl Report for PlanReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.plan/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let plan = self.plan;
        let bold = ink.style().bold();
        let what = title(plan);
        writeln!(out, "{} ({})", bold.apply_to(what), place_of(&plan.pin))?;
        for (action, word) in ACTIONS {
            let steps: Vec<&Step> = plan.steps.iter().filter(|s| s.action == action).collect();
            let width = steps.iter().map(|s| console::measure_text_width(&s.address.to_string())).max();
            for step in steps {
                let style = match action {
                    Action::Create => ink.style().green(),
                    Action::Update => ink.style().yellow(),
                    Action::Delete => ink.style().red(),
                };
                let members = members(step);
                let address = console::pad_str(
                    &step.address.to_string(),
                    width.unwrap_or(0),
                    console::Alignment::Left,
                    None,
                )
                .into_owned();
                let word = if step.is_again() { "restart" } else { word };
                let line = format!("  {}  {address}  {members}", style.apply_to(word));
                writeln!(out, "{}", line.trim_end())?;
            }
        }
        writeln!(out, "{}", counts(plan))?;
        if self.least > WORTH_SAYING {
            writeln!(out, "It takes {} at Connect's default quotas", roughly(self.least))?;
        }
        for line in conduct(plan) {
            writeln!(out, "{line}")?;
        }
        if !plan.left_alone.is_empty() {
            let names: Vec<String> = plan.left_alone.iter().map(ToString::to_string).collect();
            let there = &plan.environment;
            writeln!(out, "Needed, and left alone since {there} has them: {}", names.join(", "))?;
        }
        proof_lines(&plan.proof, out, ink)?;
        card_lines(&plan.card, out, ink)?;
        finding_lines(&beside(&plan.findings, &plan.card), out, ink)
    }

    fn markdown(&self) -> String {
        let plan = self.plan;
        let word = |action: Action| ACTIONS.iter().find(|(a, _)| *a == action).map_or("", |(_, word)| word);
        let rows: Vec<[String; 3]> = ACTIONS
            .iter()
            .flat_map(|(action, _)| plan.steps.iter().filter(|s| s.action == *action))
            .map(|s| {
                let members = if s.action == Action::Update { s.members.join(", ") } else { String::new() };
                let word = if s.is_again() { "restart" } else { word(s.action) };
                [s.address.to_string(), word.into(), members]
            })
            .collect();
        let place = cell(&place_of(&plan.pin));
        let head = format!("### {}\n\n{place}\n\n{}\n\n", cell(&title(plan)), cell(&counts(plan)));
        let steps = table(["what", "action", "members"], &rows);
        let (proof, card) = (proof_list(&plan.proof), card_table(&plan.card));
        let rest = finding_table(&beside(&plan.findings, &plan.card));
        let conduct: String = conduct(plan).iter().map(|line| format!("{}\n\n", cell(line))).collect();
        format!("{head}{steps}{conduct}{proof}{card}{rest}")
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("changes", self.plan.steps.len().to_string())]
    }

    fn findings(&self) -> Vec<Finding> {
        self.plan.findings.clone()
    }
}

/// Returns what the plan is, in a few words.
fn title(plan: &Plan) -> String {
    match plan.kind {
        RunKind::Deploy if plan.begins_again() => {
            let names: Vec<String> = plan.steps.iter().map(|s| s.address.to_string()).collect();
            format!("Restart {} in {}", names.join(", "), plan.environment)
        }
        RunKind::Deploy => format!("Deploy {} to {}", plan.source, plan.environment),
        RunKind::Rollback => format!("Roll {} back to what was there {}", plan.environment, plan.source),
    }
}

/// Returns how traffic is shifted, and what decides about it, a line each.
fn conduct(plan: &Plan) -> Vec<String> {
    let ladders = plan.moves.iter().filter_map(|m| Some((&m.address, m.rollout.as_ref()?)));
    let mut lines: Vec<String> =
        ladders.map(|(address, rollout)| format!("Traffic to {address}: {rollout}")).collect();
    if !plan.gates.is_empty() {
        let names: Vec<&str> = plan.gates.iter().map(|g| g.name.as_str()).collect();
        lines.push(format!("Gates: {}", names.join(", ")));
    }
    if !plan.hooks.is_empty() {
        for (word, at) in [("before", HookAt::before(plan.kind)), ("after", HookAt::after(plan.kind))] {
            let then = plan.hooks.iter().filter(|h| h.at.contains(&at));
            let names: Vec<&str> = then.map(|h| h.name.as_str()).collect();
            if !names.is_empty() {
                lines.push(format!("Hooks {word}: {}", names.join(", ")));
            }
        }
    }
    lines
}

/// Returns the members that are worth naming: all that an update changes, of a new one those that the overlay sets.
fn members(step: &Step) -> String {
    let names = step.members.iter().filter_map(|m| match step.overlaid.contains(m) {
        true => Some(format!("{m} (overlay)")),
        false => (step.action == Action::Update).then(|| m.clone()),
    });
    names.collect::<Vec<_>>().join(", ")
}

/// Returns `3 changes: 1 to create, 2 to update; 14 unchanged`.
fn counts(plan: &Plan) -> String {
    let n = plan.steps.len();
    if plan.begins_again() {
        return format!("{n} to restart, and nothing to change");
    }
    let mut out = match n {
        0 => "No changes".to_string(),
        1 => "1 change".to_string(),
        _ => format!("{n} changes"),
    };
    let parts: Vec<String> = ACTIONS
        .iter()
        .map(|(action, word)| (plan.count(*action), word))
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{count} to {word}"))
        .collect();
    if !parts.is_empty() {
        out.push_str(&format!(": {}", parts.join(", ")));
    }
    if !plan.unchanged.is_empty() {
        out.push_str(&format!("; {} unchanged", plan.unchanged.len()));
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_takes_long_is_said_with_the_plan() {
        let plan: Plan = serde_json::from_value(json!({
            "schema": "snapdeploy.plan/1", "kind": "deploy", "environment": "prod", "source": "dev@latest",
            "pin": "222222222222.eu-central-1.some-instance", "source_digest": "x", "undoes": null,
            "steps": [], "moves": [], "unchanged": [], "findings": [],
        }))
        .unwrap();
        let shown = |seconds: u64| {
            let mut out = Vec::new();
            let report = PlanReport { plan: &plan, least: Duration::from_secs(seconds) };
            report.human(&mut out, Ink { colour: false, width: None }).unwrap();
            String::from_utf8(out).unwrap()
        };
        assert!(shown(119).contains("It takes about 2 min at Connect's default quotas\n"), "{}", shown(119));
        assert!(!shown(9).contains("quotas"), "{}", shown(9));
        let json = |least| serde_json::to_value(PlanReport { plan: &plan, least }).unwrap();
        assert_eq!(json(Duration::from_secs(119)), serde_json::to_value(&plan).unwrap());
    }
}
