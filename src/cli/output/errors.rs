//! Errors: what failed, on what and why; what lies beneath; what to type next.

use std::error::Error as _;

use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::ui::Ink;
use crate::core::{Error, ErrorKind};

use super::json::document;
use super::markdown::{block, cell};

#[derive(Serialize)]
struct Failure<'a> {
    kind: ErrorKind,
    exit: Exit,
    message: &'a str,
    caused_by: Vec<String>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    explained: &'a [String],
    hint: Option<&'a str>,
    code: Option<&'a str>,
}

fn causes(error: &Error) -> Vec<String> {
    let mut causes: Vec<String> = Vec::new();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        // A layer that only repeats what stands above it says nothing.
        if !error.message.contains(&text) && causes.last() != Some(&text) {
            causes.push(text);
        }
        next = cause.source();
    }
    causes
}

/// Returns the error as a JSON document.
pub(in crate::cli) fn error_document(error: &Error, exit: Exit) -> String {
    let failure = Failure {
        kind: error.kind,
        exit,
        message: &error.message,
        caused_by: causes(error),
        explained: &error.explained,
        hint: error.hint.as_deref(),
        code: error.code.as_deref(),
    };
    let mut out = Vec::new();
    match document("snapdeploy.error/1", &failure, &mut out) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(_) => format!("error: {}\n", error.message),
    }
}

/// Returns the error for a person.
pub(in crate::cli) fn human_error(error: &Error, ink: Ink) -> String {
    let (red, dim) = (ink.style().red().bold(), ink.style().cyan());
    let mut out = format!("{} {}\n", red.apply_to("error:"), error.message);
    for line in &error.explained {
        out.push_str(&format!("  {line}\n"));
    }
    for cause in causes(error) {
        out.push_str(&format!("  caused by: {cause}\n"));
    }
    if let Some(hint) = &error.hint {
        out.push_str(&format!("{} {hint}\n", dim.apply_to("hint:")));
    }
    out
}

/// Returns the error as a section of Markdown.
pub(in crate::cli) fn error_section(error: &Error, exit: Exit) -> String {
    let mut out = format!("### Failed with {}: {}\n\n", exit as u8, cell(exit.meaning()));
    // All reasons of a plan that is blocked may be in it, so it is not cut as a cell is.
    out.push_str(&block("", &error.message));
    if !error.explained.is_empty() {
        out.push_str(&block("", &error.explained.join("\n")));
    }
    for cause in causes(error) {
        out.push_str(&format!("Caused by: {}\n\n", cell(&cause)));
    }
    if let Some(hint) = &error.hint {
        out.push_str(&format!("What to do: {}\n\n", cell(hint)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_lies_beneath_and_what_to_do() {
        let error = Error::failed("cannot read x").source(Error::failed("disk full")).hint("buy a disk");
        let plain = Ink { colour: false, width: None };
        assert_eq!(
            human_error(&error, plain),
            "error: cannot read x\n  caused by: disk full\nhint: buy a disk\n"
        );
        let json: serde_json::Value = serde_json::from_str(&error_document(&error, Exit::Failed)).unwrap();
        assert_eq!(json["schema"], "snapdeploy.error/1");
        assert_eq!(json["data"]["kind"], "failed");
        assert_eq!(json["data"]["exit"], 1);
    }
}
