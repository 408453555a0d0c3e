//! Annotations for GitHub Actions.
//!
//! Source: "Workflow commands for GitHub Actions": `%`, CR and LF are escaped in the message; `:` and `,` also in
//! properties.

use crate::core::finding::{Finding, Weight};

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// Returns one annotation, with a line feed.
pub(in crate::cli) fn annotation(level: &str, title: Option<&str>, message: &str) -> String {
    match title {
        Some(title) => format!("::{level} title={}::{}\n", property(title), data(message)),
        None => format!("::{level}::{}\n", data(message)),
    }
}

/// Returns an annotation for each finding.
pub(in crate::cli) fn annotations(findings: &[Finding]) -> String {
    let one = |f: &Finding| {
        let level = match f.weight {
            Weight::Note => "notice",
            Weight::Warning => "warning",
            Weight::Block => "error",
        };
        annotation(level, f.address.as_ref().map(ToString::to_string).as_deref(), &f.message)
    };
    findings.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_an_annotation_is_escaped() {
        assert_eq!(
            annotation("error", Some("a:b,c"), "50%\nx: y"),
            "::error title=a%3Ab%2Cc::50%25%0Ax: y\n"
        );
    }
}
