//! HTTP checks: a gate that asks what a URL answers.

use std::collections::BTreeMap;
use std::time::Duration;

use super::texts::Texts;
use crate::aws::http::{self, Ask};
use crate::core::finding::{Finding, Weight};
use crate::core::gate::{ANSWER, Answer, BEYOND, Decision, Gate};
use crate::core::redact;
use crate::core::{Error, ErrorKind};

/// What is asked, and what the answer has to be.
pub struct Web<'a> {
    pub url: &'a str,
    pub method: &'a str,
    pub status: &'a [u16],
    pub send: &'a BTreeMap<String, String>,
    pub send_from: &'a BTreeMap<String, String>,
    pub headers: &'a BTreeMap<String, String>,
    pub contains: Option<&'a str>,
    pub within: Option<Duration>,
}

/// Asks once.
pub async fn ask(web: &Web<'_>, texts: &Texts<'_>) -> Answer {
    let mut headers: Vec<(String, String)> =
        web.send.iter().map(|(name, value)| (name.clone(), texts.fill(value))).collect();
    for (name, variable) in web.send_from {
        let Some(value) = value_of(variable) else {
            return Answer::new(
                Decision::Inconclusive,
                format!("{variable} is not set, which the header {name} is from"),
            );
        };
        headers.push((name.clone(), value));
    }
    let url = texts.fill(web.url);
    let limit = web.within.map_or(ANSWER, |within| within + BEYOND);
    let host = http::host(&url).unwrap_or_default().to_string();
    let asked = Ask { url: &url, method: web.method, headers: &headers, limit };
    let told = match http::ask(&asked).await {
        Ok(told) => told,
        Err(e) => return Answer::new(unreached(&e), e.message),
    };
    let took = format!("{} answered {} in {} ms", host, told.status, told.took.as_millis());
    let mut wrong = Vec::new();
    if !web.status.contains(&told.status) {
        wrong.push(format!("not {}", ranges(web.status)));
    }
    for (name, part) in web.headers {
        let part = texts.fill(part);
        let has =
            |(other, value): &&(String, String)| other.eq_ignore_ascii_case(name) && value.contains(&part);
        if !told.headers.iter().any(|header| has(&header)) {
            wrong.push(format!("without a header {name} that contains `{part}`"));
        }
    }
    if let Some(part) = web.contains.map(|part| texts.fill(part)) {
        let body = String::from_utf8_lossy(&told.body);
        match (body.contains(&part), told.whole) {
            (true, _) => {}
            (false, true) => wrong.push(format!("without `{part}` in its body")),
            (false, false) => {
                wrong.push(format!("without `{part}` in the first {} bytes of its body", told.body.len()))
            }
        }
    }
    if let Some(within) = web.within.filter(|within| told.took > *within) {
        wrong.push(format!("later than {} ms", within.as_millis()));
    }
    match wrong.is_empty() {
        true => Answer::new(Decision::Passed, took),
        false => Answer::new(Decision::Failed, format!("{took}: {}", wrong.join(", "))),
    }
}

/// Returns what it means that nothing was answered: what cannot be asked decides nothing.
fn unreached(e: &Error) -> Decision {
    if e.kind == ErrorKind::Input { Decision::Inconclusive } else { Decision::Failed }
}

/// Returns the value of a header out of the process's environment. It is a secret from then on, also by the word behind
/// `Bearer`.
fn value_of(variable: &str) -> Option<String> {
    let value = std::env::var(variable).ok().filter(|value| !value.is_empty())?;
    redact::register(&value);
    value.split_whitespace().skip(1).for_each(redact::register);
    Some(value)
}

/// Says what has to be there before.
pub fn foresee(gate: &Gate, send_from: &BTreeMap<String, String>) -> Vec<Finding> {
    let missing = send_from.iter().filter(|(_, variable)| value_of(variable).is_none());
    let line = |(name, variable): (&String, &String)| {
        let message =
            format!("the gate {} sends the header {name} from {variable}, which is not set", gate.name);
        Finding::new(Weight::Block, None, message)
            .hint(format!("set {variable}, or go without the gate: --skip-gate {}", gate.name))
    };
    missing.map(line).collect()
}

/// Returns `all`, in order, with its runs as ranges: `200..299, 304`.
fn ranges(all: &[u16]) -> String {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for status in all {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *status => *last = *status,
            _ => runs.push((*status, *status)),
        }
    }
    let shown = |(from, to): &(u16, u16)| if from == to { from.to_string() } else { format!("{from}..{to}") };
    runs.iter().map(shown).collect::<Vec<_>>().join(", ")
}
