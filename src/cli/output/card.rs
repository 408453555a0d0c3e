//! The card of the preflight, as it is shown with the plan.

use std::io::{self, Write};

use crate::cli::ui::Ink;
use crate::core::finding::{Finding, Weight};
use crate::core::preflight::{Line, Outcome};

use super::markdown::table;

const fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "PASS",
        Outcome::Warn => "WARN",
        Outcome::Block => "BLOCK",
    }
}

/// Writes the card, what it is about above its lines.
pub(super) fn card_lines(card: &[Line], out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    let width = card.iter().map(|l| console::measure_text_width(&l.asked)).max().unwrap_or_default();
    let mut about = None;
    for line in card {
        if about != Some(&line.address) {
            writeln!(out, "Preflight of {}", line.address)?;
            about = Some(&line.address);
        }
        let style = match line.outcome {
            Outcome::Pass => ink.style().green(),
            Outcome::Warn => ink.style().yellow(),
            Outcome::Block => ink.style().red(),
        };
        let outcome = format!("{:<5}", word(line.outcome));
        let asked = console::pad_str(&line.asked, width, console::Alignment::Left, None);
        writeln!(out, "  {}  {asked}  {}", style.apply_to(outcome), line.detail)?;
        if let Some(hint) = &line.hint {
            writeln!(out, "         hint: {}", hint.replace('\n', "\n           "))?;
        }
    }
    Ok(())
}

/// Returns the card as a table.
pub(super) fn card_table(card: &[Line]) -> String {
    let row = |l: &Line| {
        let hint = l.hint.clone().unwrap_or_default();
        [word(l.outcome).into(), l.address.to_string(), l.asked.clone(), l.detail.clone(), hint]
    };
    table(["preflight", "what", "asked", "answer", "what to do"], &card.iter().map(row).collect::<Vec<_>>())
}

/// Returns those of `findings` that the card does not say already.
pub(super) fn beside(findings: &[Finding], card: &[Line]) -> Vec<Finding> {
    let said = |f: &Finding| card.iter().any(|l| f.weight == Weight::Block && l.finding() == *f);
    findings.iter().filter(|f| !said(f)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> Vec<Line> {
        let api = "ecs/service/shop/api".parse().unwrap();
        vec![
            Line::new(&api, "revision", Outcome::Pass, "api:41 is ACTIVE"),
            Line::new(&api, "image app", Outcome::Block, "it is archived").hint("bring it back"),
        ]
    }

    #[test]
    fn every_line_is_shown_and_nothing_is_said_twice() {
        let card = card();
        let mut out = Vec::new();
        card_lines(&card, &mut out, Ink { colour: false, width: None }).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "Preflight of ecs/service/shop/api\n  PASS   revision   api:41 is ACTIVE\n  BLOCK  image app  it is archived\n\
             \x20        hint: bring it back\n"
        );
        let shown = card_table(&card);
        assert!(
            shown.contains("| BLOCK | ecs/service/shop/api | image app | it is archived | bring it back |"),
            "{shown}"
        );
        let other = Finding::new(Weight::Block, None, "something else");
        assert_eq!(beside(&[card[1].finding(), other.clone()], &card), [other]);
    }
}
