//! Results for people: tables without borders, times, places.

use std::io::{self, Write};

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use jiff::Timestamp;

use crate::cli::ui::Ink;
use crate::core::Pin;
use crate::core::finding::{Finding, Weight};
use crate::core::pin::SERVICES;

/// Below this many columns a table is not squeezed: words of three letters are read by nobody.
const NARROW: u16 = 72;

/// A table without borders: one record a line where it is piped, as wide as the terminal where there is one.
pub(in crate::cli) struct Grid(Table);

impl Grid {
    /// Returns a table with these headings.
    pub(in crate::cli) fn new<const N: usize>(headings: [&str; N], ink: Ink) -> Grid {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).force_no_tty();
        match ink.width {
            Some(width) if width >= NARROW => {
                table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
            }
            _ => {
                table.set_content_arrangement(ContentArrangement::Disabled);
            }
        }
        table.set_header(headings.map(str::to_uppercase));
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        // What comes first is what is typed again: it stays in one piece.
        if let Some(first) = table.column_mut(0) {
            first.set_constraint(ColumnConstraint::ContentWidth);
        }
        Grid(table)
    }

    /// Adds a row.
    pub(in crate::cli) fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.0.add_row(cells);
    }

    /// Writes it.
    pub(in crate::cli) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        self.0.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
    }
}

/// Returns a time, to the second, in UTC.
pub(in crate::cli) fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// Returns how many there are, with the word for one or for more.
pub(in crate::cli) fn counted(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// Returns where an environment really is.
pub(in crate::cli) fn place_of(pin: &Pin) -> String {
    match pin.instance.as_str() {
        // It has none: that word is there to tell it from others in the same account.
        SERVICES => format!("{}, {}", pin.account, pin.region),
        instance => format!("{}, {}, instance {instance}", pin.account, pin.region),
    }
}

/// From so many resources on, what is the same for all of them is said once.
const MANY: usize = 4;

/// Writes the findings, the gravest first. What is the same for many is said once.
pub(in crate::cli) fn finding_lines(findings: &[Finding], out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    let mut groups: Vec<(&Finding, Vec<&Finding>)> = Vec::new();
    for f in findings {
        match groups.iter_mut().find(|(g, _)| (g.weight, &g.message) == (f.weight, &f.message)) {
            Some((_, members)) => members.push(f),
            None => groups.push((f, vec![f])),
        }
    }
    groups.sort_by_key(|(f, _)| std::cmp::Reverse(f.weight));
    for (first, members) in groups {
        if members.len() >= MANY && first.weight == Weight::Note {
            let names: Vec<String> =
                members.iter().filter_map(|m| m.address.as_ref()).map(ToString::to_string).collect();
            let word = ink.style().dim().apply_to("note:");
            writeln!(out, "{word} each of these {}: {}", first.message, names.join(", "))?;
            continue;
        }
        members.into_iter().try_for_each(|f| finding_line(f, out, ink))?;
    }
    Ok(())
}

fn finding_line(f: &Finding, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
    let (word, style) = match f.weight {
        Weight::Note => ("note:", ink.style().dim()),
        Weight::Warning => ("warning:", ink.style().yellow()),
        Weight::Block => ("blocked:", ink.style().red()),
    };
    let about = f.address.as_ref().map(|a| format!("{a} ")).unwrap_or_default();
    writeln!(out, "{} {about}{}", style.apply_to(word), f.message)?;
    match &f.hint {
        // What is to be pasted stands on lines of its own.
        Some(hint) => writeln!(out, "  hint: {}", hint.replace('\n', "\n    ")),
        None => Ok(()),
    }
}
