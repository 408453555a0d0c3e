//! The only place that prints. Colour, width and quiet are decided here, once.

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::ValueEnum;
use console::Term;

use crate::core::redact::redact;
use crate::core::{Error, ErrorKind, Result, RunId};

use super::actions::Actions;
use super::change::FORBIDDEN;
use super::exit::Exit;
use super::output::{
    Report, annotation, annotations, error_document, error_section, group, guarded, guarded_json,
    human_error, result_document,
};

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Output {
    /// Sentences and tables
    #[default]
    Human,
    /// One JSON document
    Json,
    /// Sentences; and for GitHub Actions: annotations, a summary of the step, and outputs
    Github,
}

/// When there is colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// If it is a terminal, and NO_COLOR, CLICOLOR and TERM do not say otherwise
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Whether progress may be drawn over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawing {
    /// A bar that moves.
    Bar,
    /// Lines, one after the other.
    Lines,
    /// Nothing.
    None,
}

/// What one stream can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ink {
    /// Whether it shows colour.
    pub(super) colour: bool,
    /// How many columns it has; `None` if it is no terminal.
    pub(super) width: Option<u16>,
}

impl Ink {
    /// Returns a style that is plain where there is no colour.
    pub(super) fn style(self) -> console::Style {
        console::Style::new().force_styling(self.colour)
    }
}

/// The terminal, or what stands in its place.
#[derive(Clone, Debug)]
pub(super) struct Ui {
    output: Output,
    quiet: bool,
    out: Ink,
    err: Ink,
    actions: Arc<Actions>,
    /// Whether what is reported has been seen by whoever sees errors.
    seen: Arc<AtomicBool>,
}

/// Returns whether a stream shows colour: the flag, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM, then whether it
/// is a terminal.
fn colour(choice: Color, get: &dyn Fn(&str) -> Option<OsString>, terminal: bool) -> bool {
    let set = |name: &str| get(name).filter(|v| !v.is_empty());
    match choice {
        Color::Always => true,
        Color::Never => false,
        Color::Auto if set("NO_COLOR").is_some() => false,
        Color::Auto if set("CLICOLOR_FORCE").is_some_and(|v| v != "0") => true,
        Color::Auto if set("CLICOLOR").is_some_and(|v| v == "0") => false,
        Color::Auto if set("TERM").is_some_and(|v| v == "dumb") => false,
        Color::Auto => terminal,
    }
}

/// Returns the colour choice for clap's own messages, before clap has read the arguments.
pub(super) fn clap_choice(color: Color, terminal: bool) -> clap::ColorChoice {
    if colour(color, &|name| std::env::var_os(name), terminal) {
        clap::ColorChoice::Always
    } else {
        clap::ColorChoice::Never
    }
}

impl Ui {
    /// Looks at the streams and the environment.
    pub(super) fn new(output: Output, quiet: bool, color: Color) -> Ui {
        let get = |name: &str| std::env::var_os(name);
        let ink = |term: &Term, terminal: bool| Ink {
            colour: colour(color, &get, terminal),
            width: terminal.then(|| term.size_checked().map(|(_, columns)| columns)).flatten(),
        };
        let out = ink(&Term::stdout(), io::stdout().is_terminal());
        let err = ink(&Term::stderr(), io::stderr().is_terminal());
        console::set_colors_enabled(out.colour);
        console::set_colors_enabled_stderr(err.colour);
        Ui { output, quiet, out, err, actions: Arc::new(Actions::new()), seen: Arc::default() }
    }

    /// Says something along the way. Nothing here can fail: a closed stderr stops no work.
    pub(super) fn say(&self, line: impl AsRef<str>) {
        if !self.quiet {
            self.err_text(&format!("{}\n", line.as_ref()));
        }
    }

    /// Shows a report along the way, before the question that is about it.
    pub(super) fn show(&self, report: &impl Report) {
        let mut text = Vec::new();
        if !self.quiet && report.human(&mut text, self.err).is_ok() {
            let text = String::from_utf8_lossy(&text);
            match self.output {
                // Commands are obeyed on either stream, and what is told on the way belongs on this one.
                Output::Github => {
                    write_raw(&group("Plan", &text));
                    write_raw(&annotations(&report.findings()));
                }
                _ => self.err_text(&text),
            }
            self.seen.store(true, Ordering::Relaxed);
        }
        self.hand_over(&report.markdown(), &report.outputs());
    }

    /// Prints the result. A pipe that nobody reads any more is no failure; anything else is.
    pub(super) fn result(&self, report: &impl Report) -> Result<()> {
        let mut text = Vec::new();
        let drawn = match self.output {
            Output::Json => result_document(report, &mut text),
            Output::Human | Output::Github => report.human(&mut text, self.out),
        };
        let text = String::from_utf8_lossy(&text);
        let text = match self.output {
            Output::Json if self.in_runner() => guarded_json(&text).into_owned(),
            Output::Human if self.in_runner() => guarded(&text).into_owned(),
            Output::Json | Output::Human => text.into_owned(),
            Output::Github => format!("{}{}", guarded(&text), annotations(&report.findings())),
        };
        self.hand_over(&report.markdown(), &report.outputs());
        if self.out.width.is_some() && self.err.width.is_some() {
            self.seen.store(true, Ordering::Relaxed);
        }
        drawn.and_then(|()| write_out(text.as_bytes())).or_else(|e| match e.kind() {
            io::ErrorKind::BrokenPipe => Ok(()),
            _ => Err(Error::failed("cannot write the result").source(e)),
        })
    }

    /// Says that the command fails, and why.
    pub(super) fn error(&self, error: &Error, exit: Exit) {
        let text = match self.output {
            Output::Json => error_document(error, exit),
            Output::Human if error.message.starts_with(FORBIDDEN) && self.seen.load(Ordering::Relaxed) => {
                human_error(
                    &Error::blocked(format!("{} (see above)", FORBIDDEN.trim_end_matches(": "))),
                    self.err,
                )
            }
            Output::Human => human_error(error, self.err),
            Output::Github => {
                let title = format!("snapdeploy: {} ({})", exit.word(), exit as u8);
                let message = match &error.hint {
                    Some(hint) => format!("{}\nhint: {hint}", error.message),
                    None => error.message.clone(),
                };
                let _ = write_out(annotation("error", Some(&title), &message).as_bytes());
                human_error(error, self.err)
            }
        };
        match self.output {
            Output::Json if self.in_runner() => write_raw(&guarded_json(&text)),
            _ => self.err_text(&text),
        }
        self.hand_over(&error_section(error, exit), &[("message", error.message.clone())]);
    }

    /// Says how the command ends to the steps that follow.
    pub(super) fn ended(&self, exit: Exit) {
        let values = [
            ("status", exit.word().to_string()),
            ("exit_code", (exit as u8).to_string()),
            ("meaning", exit.meaning().to_string()),
        ];
        self.hand_over("", &values);
    }

    /// Gives a run's id to the steps that follow, whatever the output: while there is still a run to speak of.
    pub(super) fn given(&self, name: &str, run: &RunId) {
        if self.actions.takes_outputs() || self.output == Output::Github {
            self.warned(self.actions.output(&[(name, run.to_string())]));
        }
    }

    /// Gives a section to the step's summary, and values to the steps that follow, where that is asked for.
    fn hand_over(&self, section: &str, values: &[(&str, String)]) {
        if self.output == Output::Github {
            self.warned(self.actions.output(values));
            if !section.is_empty() {
                self.warned(self.actions.summary(section));
            }
        }
    }

    fn warned(&self, outcome: Result<(), Option<String>>) {
        if let Err(Some(why)) = outcome {
            self.say(format!("warning: {why}"));
        }
    }

    /// Returns whether what is printed may be read by a runner of GitHub Actions, which obeys some of it.
    fn in_runner(&self) -> bool {
        self.output == Output::Github || in_actions()
    }

    fn err_text(&self, text: &str) {
        if self.in_runner() { write_raw(&guarded(text)) } else { write_raw(text) }
    }

    /// Returns how progress is drawn.
    pub(super) fn drawing(&self) -> Drawing {
        if self.quiet {
            Drawing::None
        } else if io::stderr().is_terminal() && self.output == Output::Human {
            Drawing::Bar
        } else {
            Drawing::Lines
        }
    }

    /// Returns what stderr can show.
    pub(super) fn err(&self) -> Ink {
        self.err
    }

    /// Says `what` would be done and asks whether it is to be, where the default is no. Without a terminal, an error that
    /// says which flag answers it.
    pub(super) fn ask(&self, what: &str, flag: &str) -> Result<()> {
        self.need_terminal(flag)?;
        // The question itself stays short: a prompt that wraps is drawn twice.
        write_err(&format!("{what}.\n"));
        let theme = dialoguer::theme::SimpleTheme;
        let prompt = dialoguer::Confirm::with_theme(&theme).with_prompt("Go on?").default(false);
        match prompt.wait_for_newline(true).interact_opt() {
            Ok(Some(true)) => Ok(()),
            _ => Err(Error::new(ErrorKind::Unconfirmed, "not confirmed; nothing was changed")),
        }
    }

    /// Says `what` would be done and asks to have `phrase` typed.
    pub(super) fn ask_phrase(&self, what: &str, phrase: &str, flag: &str) -> Result<()> {
        self.need_terminal(flag)?;
        write_err(&format!("{what}.\n"));
        let theme = dialoguer::theme::SimpleTheme;
        let prompt = dialoguer::Input::<String>::with_theme(&theme)
            .with_prompt(format!("Type {phrase} to go on"))
            .allow_empty(true);
        match prompt.interact_text() {
            Ok(typed) if typed.trim() == phrase => Ok(()),
            _ => Err(Error::new(
                ErrorKind::Unconfirmed,
                format!("`{phrase}` was not typed; nothing was changed"),
            )),
        }
    }

    /// Returns whether there is a terminal to ask at.
    pub(super) fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks for a text. With `usual`, that is the answer if nothing is typed; an empty text is one too.
    pub(super) fn input(&self, what: &str, usual: Option<&str>) -> Result<String> {
        let theme = dialoguer::theme::SimpleTheme;
        let mut prompt =
            dialoguer::Input::<String>::with_theme(&theme).with_prompt(what).allow_empty(usual == Some(""));
        if let Some(usual) = usual {
            prompt = prompt.default(usual.into()).show_default(!usual.is_empty());
        }
        Ok(prompt.interact_text().map_err(unanswered)?.trim().to_string())
    }

    /// Asks to choose one of `items`, where the one at `usual` is chosen already; returns its place.
    pub(super) fn choose(&self, what: &str, items: &[String], usual: usize) -> Result<usize> {
        let theme = dialoguer::theme::SimpleTheme;
        let prompt = dialoguer::Select::with_theme(&theme).with_prompt(what).items(items).default(usual);
        prompt.interact().map_err(unanswered)
    }

    /// Asks a question about nothing dangerous, where the default is no.
    pub(super) fn is_so(&self, what: &str) -> Result<bool> {
        let theme = dialoguer::theme::SimpleTheme;
        let prompt = dialoguer::Confirm::with_theme(&theme).with_prompt(what).default(false);
        prompt.wait_for_newline(true).interact().map_err(unanswered)
    }

    fn need_terminal(&self, flag: &str) -> Result<()> {
        if self.can_ask() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::Unconfirmed, "not confirmed, and there is no terminal to ask at")
            .hint(format!("look at the plan with --dry-run, then add {flag}")))
    }
}

fn unanswered(e: dialoguer::Error) -> Error {
    Error::new(ErrorKind::Unconfirmed, "not answered; nothing was changed").source(e)
}

/// Writes a finished text, such as help, to stdout, without any known secret. With [`write_raw`] the one way out to the
/// streams.
pub(super) fn write_out(text: &[u8]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(redact(&String::from_utf8_lossy(text)).as_bytes())?;
    out.flush()
}

/// Writes a finished text to stderr; used where there is no [`Ui`] yet. In GitHub Actions no line of it is obeyed.
pub(super) fn write_err(text: &str) {
    if in_actions() { write_raw(&guarded(text)) } else { write_raw(text) }
}

/// Writes a text to stderr as it is, but for any known secret.
fn write_raw(text: &str) {
    let _ = io::stderr().write_all(redact(text).as_bytes());
}

/// Returns whether a runner of GitHub Actions reads what is printed.
///
/// Source: "Variables reference": `GITHUB_ACTIONS` is always `true` there.
pub(super) fn in_actions() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|v| v == "true")
}

/// Makes the cursor visible again; a prompt that was left may have hidden it.
pub(super) fn show_cursor() {
    if io::stderr().is_terminal() {
        let _ = Term::stderr().show_cursor();
    }
}

/// Begins a new line on a terminal.
pub(super) fn end_line() {
    if io::stderr().is_terminal() {
        write_err("\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], terminal: bool) -> bool {
        let get =
            |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| OsString::from(value));
        colour(Color::Auto, &get, terminal)
    }

    #[test]
    fn colour_is_decided_in_one_order() {
        assert!(auto(&[], true) && !auto(&[], false));
        assert!(!auto(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], true));
        assert!(auto(&[("NO_COLOR", "")], true), "an empty NO_COLOR says nothing");
        assert!(auto(&[("CLICOLOR_FORCE", "1"), ("TERM", "dumb")], false));
        assert!(!auto(&[("CLICOLOR", "0")], true) && !auto(&[("TERM", "dumb")], true));
        let none = |_: &str| Some(OsString::from("1"));
        assert!(colour(Color::Always, &none, false) && !colour(Color::Never, &none, true));
    }
}
