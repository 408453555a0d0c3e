//! Workflow commands of GitHub Actions: annotations, groups, and text that must not be taken for a command.
//!
//! Source: "Workflow commands for GitHub Actions": `%`, CR and LF are escaped in the message; `:` and `,` also in
//! properties. A runner obeys commands on stdout and stderr alike: a line that begins with `::` after white space, and,
//! from older days, `##[` anywhere in a line (`ActionCommand.TryParseV2` and `TryParse` in actions/runner).

use std::borrow::Cow;

use crate::core::finding::{Finding, Weight};

/// How many annotations of one level a step can show; those beyond it are dropped by GitHub without a word.
///
/// Source: "Usage limits" of annotations: 10 warnings, 10 errors and 10 notices for each step.
const MOST: usize = 10;

const LEVELS: [(Weight, &str); 3] =
    [(Weight::Block, "error"), (Weight::Warning, "warning"), (Weight::Note, "notice")];

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Returns one annotation, with a line feed.
pub(in crate::cli) fn annotation(level: &str, title: Option<&str>, message: &str) -> String {
    // The older form is looked for in any line, also in what a newer command says.
    let (title, message) = (title.map(|t| guarded(t).into_owned()), guarded(message));
    match title {
        Some(title) => format!("::{level} title={}::{}\n", property(&title), data(&message)),
        None => format!("::{level}::{}\n", data(&message)),
    }
}

/// Returns an annotation for each finding, the gravest first. What a step can't show is counted in its last one.
pub(in crate::cli) fn annotations(findings: &[Finding]) -> String {
    let mut out = String::new();
    for (weight, level) in LEVELS {
        let of: Vec<&Finding> = findings.iter().filter(|f| f.weight == weight).collect();
        let shown = if of.len() > MOST { MOST - 1 } else { of.len() };
        for f in &of[..shown] {
            let message = match &f.hint {
                Some(hint) => format!("{}\nhint: {hint}", f.message),
                None => f.message.clone(),
            };
            out.push_str(&annotation(
                level,
                f.address.as_ref().map(ToString::to_string).as_deref(),
                &message,
            ));
        }
        if shown < of.len() {
            let more = format!("and {} more: see the summary of this step, or its log", of.len() - shown);
            out.push_str(&annotation(level, None, &more));
        }
    }
    out
}

/// Returns `text` as a group that can be folded.
pub(in crate::cli) fn group(title: &str, text: &str) -> String {
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("::group::{}\n{}{end}::endgroup::\n", data(&guarded(title)), guarded(text))
}

/// Returns `text` so that no line of it is a workflow command: `::` at a line's beginning becomes `: :`, and `##[`
/// becomes `## [`.
pub(in crate::cli) fn guarded(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##[") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    // A carriage return ends a line for the runner too.
    for line in text.split_inclusive(['\n', '\r']) {
        let begin = line.len() - line.trim_start_matches(blank).len();
        let (blank, rest) = line.split_at(begin);
        out.push_str(blank);
        match rest.strip_prefix("::") {
            Some(rest) => {
                out.push_str(": :");
                out.push_str(&rest.replace("##[", "## ["));
            }
            None => out.push_str(&rest.replace("##[", "## [")),
        }
    }
    Cow::Owned(out)
}

/// Returns JSON in which `##[` is spelled so that no runner sees it: the same value.
pub(in crate::cli) fn guarded_json(text: &str) -> Cow<'_, str> {
    // Outside of a string no JSON has a number sign.
    if text.contains("##[") { Cow::Owned(text.replace("##[", "##\\u005b")) } else { Cow::Borrowed(text) }
}

/// Returns whether a reader might skip `c` at the beginning of a line.
fn blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the lines that a runner would obey.
    fn obeyed(text: &str) -> Vec<&str> {
        let lines = text.split(['\n', '\r']);
        lines.filter(|l| l.trim().starts_with("::") || l.contains("##[")).collect()
    }

    #[test]
    fn what_would_end_an_annotation_is_escaped() {
        assert_eq!(
            annotation("error", Some("a:b,c\n"), "50%\nx: y"),
            "::error title=a%3Ab%2Cc%0A::50%25%0Ax: y\n"
        );
        assert_eq!(obeyed(&annotation("error", Some("x\r::a::"), "b\n::set-output::##[error]")).len(), 1);
        assert!(!annotation("error", Some("##[x"), "##[error]").contains("##["));
    }

    #[test]
    fn no_name_is_a_command() {
        for name in [
            "::add-mask::x",
            "  ::stop-commands::x",
            "a\n\t::error::x",
            "a\r::error::x",
            "\u{a0}::error::x",
            "\u{b}::error::x",
            "\u{200b}::error::x",
            "x ##[error]y",
            "::##[add-path]x",
            ":::::group::",
        ] {
            assert_eq!(obeyed(&guarded(name)), Vec::<&str>::new(), "{name:?}");
            assert_eq!(obeyed(&group(name.trim_end(), name)).len(), 2, "{name:?}: the group and its end");
            let json = serde_json::to_string_pretty(&[name]).unwrap();
            let kept = guarded_json(&json);
            assert_eq!(obeyed(&kept), Vec::<&str>::new(), "{name:?}");
            assert_eq!(serde_json::from_str::<[String; 1]>(&kept).unwrap(), [name]);
        }
        assert_eq!(guarded("a::b and # [c]"), "a::b and # [c]");
    }

    #[test]
    fn what_a_step_cannot_show_is_counted() {
        let note = |i: usize| Finding::new(Weight::Warning, None, format!("no. {i}"));
        let ten: Vec<Finding> = (0..10).map(note).collect();
        assert!(annotations(&ten).ends_with("::warning::no. 9\n"));
        let many: Vec<Finding> = (0..30).map(note).collect();
        let shown = annotations(&many);
        assert_eq!(shown.lines().count(), MOST);
        assert!(
            shown.ends_with("::warning::and 21 more: see the summary of this step, or its log\n"),
            "{shown}"
        );
    }
}
