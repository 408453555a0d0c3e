//! The tree of verbs, and where each is run.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::builder::FalseyValueParser;
use clap::error::ErrorKind as Usage;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

use crate::core::witness::Seen;
use crate::core::{Error, Result};

use super::asked::Asked;
use super::context::Face;
use super::exit::Exit;
use super::notify::Notice;
use super::output::error_document;
use super::signals::Signals;
use super::ui::{self, Color, Output, Ui};
use super::{
    approve, deploy, diff, extract, generate, health, history, init, logs, package, rollback, show, store,
};

/// Extract, package, deploy and roll back Amazon Connect contact centres across AWS accounts
///
/// What is in an environment is kept as a snapshot, made into a package, put into another environment, and put back
/// exactly as it was. Environments are written in snapdeploy.toml.
#[derive(Parser, Debug)]
#[command(name = "snapdeploy", version, max_term_width = 100)]
struct Command {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Args, Debug)]
#[command(next_help_heading = "Global options")]
struct Global {
    /// The configuration; the nearest snapdeploy.toml upwards if not given
    #[arg(long, global = true, value_name = "FILE", env = "SNAPDEPLOY_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, global = true, value_name = "FORMAT", env = "SNAPDEPLOY_OUTPUT", hide_env_values = true)]
    #[arg(default_value = "human")]
    output: Output,
    /// Say nothing but the result, errors and questions
    #[arg(long, short, global = true, env = "SNAPDEPLOY_QUIET", hide_env_values = true)]
    #[arg(value_parser = FalseyValueParser::new(), action = ArgAction::SetTrue)]
    quiet: bool,
    /// Log what happens beneath; more with -vv
    #[arg(long, short, global = true, action = ArgAction::Count, env = "SNAPDEPLOY_VERBOSE", hide_env_values = true)]
    verbose: u8,
    /// When there is colour
    #[arg(long, global = true, value_name = "WHEN", env = "SNAPDEPLOY_COLOR", hide_env_values = true)]
    #[arg(default_value = "auto")]
    color: Color,
}

#[derive(Subcommand, Debug)]
enum Verb {
    Extract(extract::ExtractArgs),
    Show(show::ShowArgs),
    Package(package::PackageArgs),
    Deploy(deploy::DeployArgs),
    Rollback(rollback::RollbackArgs),
    Approve(approve::ApproveArgs),
    Diff(diff::DiffArgs),
    History(history::HistoryArgs),
    Health(health::HealthArgs),
    Store(store::StoreArgs),
    Init(init::InitArgs),
    #[cfg(feature = "sandbox")]
    Sandbox(super::sandbox::SandboxArgs),
    #[command(hide = true)]
    Generate(generate::GenerateArgs),
}

/// Returns the tree of verbs.
pub(super) fn tree() -> clap::Command {
    Command::command().after_long_help(Exit::table())
}

/// Runs the command that was typed.
pub fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let (output, color) = (peek(&arguments, "output"), peek(&arguments, "color"));
    on_panic(output.unwrap_or_default());
    let command = match parse(&arguments, color.unwrap_or_default()) {
        Ok(command) => command,
        Err(e) => return usage(&e, output.unwrap_or_default()),
    };
    let signals = Signals::listen();
    // A panic has been reported by the hook.
    let end = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| start(&command, &signals)));
    end.unwrap_or_else(|_| signals.at_least_stopped(Exit::Bug).into())
}

/// Returns what a global flag or its twin says, before clap has read the arguments: its own messages need it.
fn peek<T: ValueEnum>(arguments: &[OsString], name: &str) -> Option<T> {
    let flag = format!("--{name}");
    let mut typed = arguments
        .iter()
        .take_while(|a| *a != "--")
        .filter_map(|a| a.to_str())
        .skip_while(|a| *a != flag && !a.strip_prefix(&flag).is_some_and(|rest| rest.starts_with('=')));
    let value = typed.next().and_then(|a| match a.split_once('=') {
        Some((_, value)) => Some(value.to_string()),
        None => typed.next().map(str::to_string),
    });
    let twin = || std::env::var(format!("SNAPDEPLOY_{}", name.to_uppercase())).ok();
    T::from_str(&value.or_else(twin)?, false).ok()
}

fn parse(arguments: &[OsString], color: Color) -> Result<Command, clap::Error> {
    let terminal = std::io::stderr().is_terminal() && std::io::stdout().is_terminal();
    let matches = tree().color(ui::clap_choice(color, terminal)).try_get_matches_from(arguments)?;
    Command::from_arg_matches(&matches)
}

/// Prints help, or what is wrong with the arguments.
fn usage(e: &clap::Error, output: Output) -> ExitCode {
    if matches!(e.kind(), Usage::DisplayHelp | Usage::DisplayVersion) {
        // A pipe that nobody reads any more is no failure.
        let _ = e.print();
        return Exit::Done.into();
    }
    if output == Output::Json && e.kind() != Usage::DisplayHelpOnMissingArgumentOrSubcommand {
        let text = e.to_string();
        let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_string();
        ui::write_err(&error_document(&Error::input(message).hint("snapdeploy --help"), Exit::Usage));
    } else {
        match ui::in_actions() || output == Output::Github {
            // It quotes arguments, and those may be anybody's.
            true => ui::write_err(&super::output::guarded(&e.render().to_string())),
            false => drop(e.print()),
        }
    }
    Exit::Usage.into()
}

fn start(command: &Command, signals: &Signals) -> ExitCode {
    let global = &command.global;
    let ui = Ui::new(global.output, global.quiet, global.color);
    logs::start(global.verbose, ui.err().colour);
    if let Verb::Generate(args) = &command.verb {
        return generate::run(args).unwrap_or_else(|e| failed(&ui, &e, Exit::Interrupted)).into();
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return failed(&ui, &Error::failed(format!("cannot start: {e}")), Exit::Interrupted).into(),
    };
    let (notice, asked, seen) = (Notice::default(), Asked::default(), Seen::default());
    let face = Face { ui, config: global.config.clone(), signals: signals.clone(), notice, asked, seen };
    let end = runtime.block_on(run(&command.verb, &face));
    #[cfg(debug_assertions)]
    super::mishap::on_cue();
    let exit = match end {
        Ok(Ok(exit)) => exit,
        Ok(Err(code)) => return ExitCode::from(code),
        Err(e) => {
            face.notice.failed(&e);
            let exit = failed(&face.ui, &e, face.signals.code());
            runtime.block_on(face.asked.refused(&e, exit, &face.seen));
            exit
        }
    };
    face.seen.take_shortfalls().into_iter().for_each(|what| face.ui.say(format!("warning: {what}")));
    face.ui.ended(exit);
    runtime.block_on(face.notice.send(exit, &face.ui));
    exit.into()
}

fn failed(ui: &Ui, e: &Error, interrupted: Exit) -> Exit {
    let exit = Exit::of(e, interrupted);
    ui.error(e, exit);
    exit
}

/// Runs the verb. `Ok(Err(code))` is the code of a command that ran inside a sandbox.
async fn run(verb: &Verb, face: &Face) -> Result<Result<Exit, u8>> {
    Ok(Ok(match verb {
        Verb::Extract(args) => extract::run(args, face).await?,
        Verb::Show(args) => show::run(args, face).await?,
        Verb::Package(args) => package::run(args, face).await?,
        Verb::Deploy(args) => deploy::run(args, face).await?,
        Verb::Rollback(args) => rollback::run(args, face).await?,
        Verb::Approve(args) => approve::run(args, face).await?,
        Verb::Diff(args) => diff::run(args, face).await?,
        Verb::History(args) => history::run(args, face).await?,
        Verb::Health(args) => health::run(args, face).await?,
        Verb::Store(args) => store::run(args, face).await?,
        Verb::Init(args) => init::run(args, face).await?,
        Verb::Generate(args) => generate::run(args)?,
        #[cfg(feature = "sandbox")]
        Verb::Sandbox(args) => return super::sandbox::run(args, face).await,
    }))
}

/// A panic is a bug in snapdeploy, and is reported as one. A message that was made while running is left out: it may
/// hold what must not be seen.
fn on_panic(output: Output) {
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map_or_else(String::new, |l| format!(" at {}:{}", l.file(), l.line()));
        let what = info.payload().downcast_ref::<&'static str>().map_or(String::new(), |s| format!(": {s}"));
        let error = Error::bug(format!("a bug in snapdeploy{place}{what}"))
            .hint("if a run had begun, snapdeploy history says how far it came; please report this");
        ui::show_cursor();
        ui::write_err(&match output {
            Output::Json => error_document(&error, Exit::Bug),
            _ => super::output::human_error(&error, ui::Ink { colour: false, width: None }),
        });
    }));
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tree_of_verbs_is_sound() {
        super::tree().debug_assert();
    }
}
