//! Markdown for the summary of a step. Whatever comes from outside is escaped: it is shown, never obeyed.

use crate::core::finding::{Finding, Weight};

/// The longest text in a cell, in characters.
const LONGEST: usize = 500;

/// Returns `text` as plain words in one line, whatever is in it.
pub(in crate::cli) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (i, c) in text.chars().enumerate() {
        if i == LONGEST {
            out.push_str("...");
            break;
        }
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '#' | '!' | '|' | '~' | '$' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            '\n' | '\r' | '\t' => out.push(' '),
            // What turns the direction of writing could make a name look like another.
            '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' => {
                out.push('\u{fffd}');
            }
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// Returns a table; nothing if it has no rows.
pub(in crate::cli) fn table<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut out = format!("| {} |\n|{}\n", headings.join(" | "), " --- |".repeat(N));
    for row in rows {
        out.push_str(&format!("| {} |\n", row.each_ref().map(|c| cell(c)).join(" | ")));
    }
    out.push('\n');
    out
}

/// Returns `text` as it is, in a block that nothing in it can end.
pub(in crate::cli) fn block(language: &str, text: &str) -> String {
    let (mut longest, mut run) = (2, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}\n\n")
}

/// Returns the findings as a table, the gravest first.
pub(in crate::cli) fn findings(all: &[Finding]) -> String {
    let mut sorted: Vec<&Finding> = all.iter().collect();
    sorted.sort_by_key(|f| std::cmp::Reverse(f.weight));
    let row = |f: &Finding| {
        let word = match f.weight {
            Weight::Note => "note",
            Weight::Warning => "warning",
            Weight::Block => "blocked",
        };
        let about = f.address.as_ref().map(ToString::to_string).unwrap_or_default();
        [word.into(), about, f.message.clone(), f.hint.clone().unwrap_or_default()]
    };
    table(["", "what", "finding", "what to do"], &sorted.into_iter().map(row).collect::<Vec<_>>())
}

/// Returns as much of `section` as fits into `room` bytes: whole lines, an open block ended, and a word on the rest.
pub(in crate::cli) fn cut(section: &str, room: usize) -> String {
    if section.len() <= room {
        return section.to_string();
    }
    const REST: &str = "\n(Cut here: a step's summary holds 1 MiB at most. The rest is in the log.)\n\n";
    let fence = |line: &str| line.chars().take_while(|c| *c == '`').collect::<String>();
    let (mut out, mut open) = (String::new(), None::<String>);
    for line in section.split_inclusive('\n') {
        let close = open.as_ref().map_or(0, |f| f.len() + 1);
        if out.len() + line.len() + close + REST.len() > room {
            break;
        }
        out.push_str(line);
        match &open {
            Some(f) if line.trim_end() == f => open = None,
            None if line.starts_with("```") => open = Some(fence(line)),
            _ => {}
        }
    }
    if let Some(fence) = open {
        out.push_str(&fence);
        out.push('\n');
    }
    if out.len() + REST.len() <= room {
        out.push_str(REST);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_cell_is_obeyed() {
        assert_eq!(
            cell("a|b\n<img src=x> [l](u) `c` \\| &"),
            "a\\|b &lt;img src=x&gt; \\[l\\]\\(u\\) \\`c\\` \\\\\\| &amp;"
        );
        assert_eq!(cell("safe\u{202e}live\u{1b}"), "safe\u{fffd}live\u{fffd}");
        let rows = [["x | y\n| z".to_string(), "é".repeat(600)]];
        let table = table(["a", "b"], &rows);
        assert_eq!(table.lines().count(), 4, "{table}");
        assert!(table.contains("| x \\| y \\| z | ") && table.contains("é..."), "{table}");
    }

    #[test]
    fn nothing_in_a_block_ends_it() {
        assert_eq!(block("sh", "a ```` b"), "`````sh\na ```` b\n`````\n\n");
        assert_eq!(block("", "a\n"), "```\na\n```\n\n");
    }

    #[test]
    fn what_is_too_long_is_cut_between_lines_and_its_block_is_ended() {
        let section = format!("### A\n\n{}", block("", &"line\n".repeat(1000)));
        assert_eq!(cut(&section, section.len()), section);
        for room in [0, 1, 80, 100, 1000, section.len() - 1] {
            let cut = cut(&section, room);
            assert!(cut.len() <= room, "{room}: {}", cut.len());
            assert_eq!(cut.matches("```").count() % 2, 0, "{room}: {cut}");
        }
        assert!(cut(&section, 1000).ends_with("in the log.)\n\n"));
    }
}
