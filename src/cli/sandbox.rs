//! `sandbox`: a simulated AWS on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::core::{Error, Result};
use crate::sandbox::{Sandbox, Scenario};

use super::context::Face;
use super::exit::Exit;
use super::output::Report;
use super::ui::Ink;

/// Where a scenario is looked for if none is named.
const USUAL: [&str; 2] = [".", "examples/acme"];
const REGION: &str = "us-east-1";

/// Simulate AWS on this machine
///
/// With a command it runs that with the environment set so that every AWS tool talks to the simulation, and ends with
/// its code. Without one it runs until Ctrl-C. Nothing is kept: what was changed in it is gone when it ends.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy sandbox --scenario examples/acme --port 4560
  snapdeploy sandbox -- sh -c 'snapdeploy extract dev && snapdeploy deploy dev@latest --to prod --yes'")]
pub(super) struct SandboxArgs {
    /// What is in the simulated accounts: a directory with a scenario.toml. If not given: this one, examples/acme, or
    /// two small accounts, dev (111111111111) and prod (222222222222)
    #[arg(long, value_name = "DIR")]
    scenario: Option<PathBuf>,
    /// The port on 127.0.0.1; a free one if not given
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    port: u16,
    /// Whether calls are throttled as AWS does
    #[arg(long, value_name = "WHAT")]
    quotas: Option<Quotas>,
    /// A command to run against it
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

/// Whether calls are throttled.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Quotas {
    /// Connect by AWS's default quotas, other services without
    Aws,
    /// Not at all
    Off,
}

/// Runs the verb. `Ok(Err(code))` is the code of the command.
pub(super) async fn run(args: &SandboxArgs, face: &Face) -> Result<Result<Exit, u8>> {
    let mut scenario = scenario(args.scenario.as_deref())?;
    if let Some(quotas) = args.quotas {
        let value = match quotas {
            Quotas::Aws => "aws",
            Quotas::Off => "off",
        };
        scenario.switch("quotas", value).map_err(|e| Error::bug(e.to_string()))?;
    }
    let sandbox = Sandbox::start_on(scenario, args.port)
        .map_err(|e| Error::failed(format!("cannot listen on 127.0.0.1, port {}: {e}", args.port)))?;
    let endpoint = sandbox.endpoint();
    let Some((program, rest)) = args.command.split_first() else {
        face.ui.result(&Endpoint { endpoint: &endpoint })?;
        face.ui.say("Running until Ctrl-C");
        // The signal's own thread ends the process.
        std::future::pending::<()>().await;
        return Ok(Ok(Exit::Done));
    };
    face.ui.say(format!("A simulated AWS is at {endpoint}"));
    face.signals.hosting();
    let elsewhere = std::env::vars_os().map(|(name, _)| name).filter(|name| {
        let name = name.to_string_lossy();
        name.starts_with("AWS_ENDPOINT_URL_") || name == "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"
    });
    let mut command = tokio::process::Command::new(program);
    // Nothing that was meant for the simulation may reach AWS.
    elsewhere.for_each(|name| {
        command.env_remove(name);
    });
    let status = command
        .args(rest)
        .env("AWS_ENDPOINT_URL", &endpoint)
        .env("AWS_ACCESS_KEY_ID", "sandbox")
        .env("AWS_SECRET_ACCESS_KEY", "sandbox")
        .env("AWS_REGION", std::env::var_os("AWS_REGION").unwrap_or_else(|| REGION.into()))
        .env("AWS_DEFAULT_REGION", std::env::var_os("AWS_REGION").unwrap_or_else(|| REGION.into()))
        .env_remove("AWS_SESSION_TOKEN")
        .env_remove("AWS_PROFILE")
        .kill_on_drop(true)
        .status()
        .await
        .map_err(|e| {
            let program = program.to_string_lossy();
            Error::not_found(format!("cannot run {program}: {e}"))
        })?;
    Ok(Err(code_of(status)))
}

fn code_of(status: std::process::ExitStatus) -> u8 {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return u8::try_from(128 + signal).unwrap_or(Exit::Failed as u8);
    }
    status.code().and_then(|c| u8::try_from(c).ok()).unwrap_or(Exit::Failed as u8)
}

fn scenario(given: Option<&Path>) -> Result<Scenario> {
    let usual = || USUAL.iter().map(Path::new).find(|folder| folder.join("scenario.toml").is_file());
    let folder = given.or_else(usual);
    match folder {
        Some(folder) => Scenario::load(folder).map_err(|e| Error::input(e.to_string())),
        None => Ok(small()),
    }
}

/// Returns a scenario for a first try: `dev` with a contact centre, and `prod` without one yet.
fn small() -> Scenario {
    let mut scenario = Scenario::empty();
    let roles = |seed: &mut crate::sandbox::AccountSeed| {
        seed.role("snapdeploy", None);
    };
    let dev = scenario.account("111111111111");
    roles(dev.name("dev"));
    dev.instance(REGION, "acme-dev")
        .hours("Office", serde_json::json!({ "TimeZone": "Europe/Berlin" }))
        .queue("Sales", serde_json::json!({ "Description": "New customers" }));
    let prod = scenario.account("222222222222");
    roles(prod.name("prod"));
    prod.instance(REGION, "acme-prod");
    scenario
}

#[derive(serde::Serialize)]
struct Endpoint<'a> {
    endpoint: &'a str,
}

impl Report for Endpoint<'_> {
    const SCHEMA: &'static str = "snapdeploy.sandbox/1";

    fn human(&self, out: &mut dyn std::io::Write, _: Ink) -> std::io::Result<()> {
        writeln!(out, "export AWS_ENDPOINT_URL={}", self.endpoint)?;
        writeln!(out, "export AWS_ACCESS_KEY_ID=sandbox AWS_SECRET_ACCESS_KEY=sandbox AWS_REGION={REGION}")
    }
}
