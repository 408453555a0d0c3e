//! `health`: asks whether all is well with an environment and with the store.

use std::io::{self, Write};

use clap::Args;
use serde::Serialize;

use crate::core::driver::Check;
use crate::core::environment::Access;
use crate::core::finding::{Finding, Weight};
use crate::core::select::Selection;
use crate::core::{Error, Pin, Result, health};

use super::context::{Context, Face, Reach};
use super::exit::Exit;
use super::output::{Report, place_of};
use super::progress;
use super::ui::Ink;

/// Ask whether all is well with an environment and with the store
///
/// Every check is asked, also after one has failed. Nothing is changed. Ends with 4 if something is not well.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy health prod
  snapdeploy health prod 'connect/flow/*' --output json")]
pub(super) struct HealthArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    environment: String,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
}

/// Runs the verb.
pub(super) async fn run(args: &HealthArgs, face: &Face) -> Result<Exit> {
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    let unreached = async |identity: Option<&str>, why| {
        let pin = context.written_pin(&args.environment)?;
        let checks =
            health::unreached(&context.repository(), context.ledger(), pin.as_ref(), identity, why).await;
        Ok::<_, Error>((pin, checks))
    };
    let (pin, checks) = match context.reach(&args.environment, Access::Read).await? {
        Reach::Site(site) => {
            let identity = Context::identity(&site);
            let work =
                async |events: &_| health::health(&context.means(&site, events), &identity, &select).await;
            (Some(site.driver.pin().clone()), progress::show(face, work).await?)
        }
        Reach::NoAccount(why) => unreached(None, why).await?,
        Reach::NoInstance(identity, why) => unreached(Some(&identity), why).await?,
    };
    let healthy = checks.iter().all(|c| c.healthy);
    let environment = args.environment.clone();
    face.ui.result(&HealthReport { environment, pin, healthy, checks })?;
    Ok(if healthy { Exit::Done } else { Exit::Unclean })
}

#[derive(Serialize)]
struct HealthReport {
    environment: String,
    /// `None` where only AWS could tell, and did not.
    pin: Option<Pin>,
    healthy: bool,
    checks: Vec<Check>,
}

impl Report for HealthReport {
    const SCHEMA: &'static str = "snapdeploy.health/1";

    fn human(&self, out: &mut dyn Write, ink: Ink) -> io::Result<()> {
        let width = self.checks.iter().map(|c| c.name.chars().count()).max().unwrap_or(0);
        for check in &self.checks {
            let (word, style) =
                if check.healthy { ("ok", ink.style().green()) } else { ("not ok", ink.style().red()) };
            let word = style.apply_to(format!("{word:<6}"));
            let line = format!("{word}  {:<width$}  {}", check.name, check.detail);
            writeln!(out, "{}", line.trim_end())?;
            for problem in &check.problems {
                writeln!(out, "        {problem}")?;
            }
        }
        let verdict = if self.healthy { "is healthy" } else { "is not healthy" };
        match &self.pin {
            Some(pin) => writeln!(out, "{} {verdict} ({}).", self.environment, place_of(pin)),
            None => writeln!(out, "{} {verdict}.", self.environment),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let bad = self.checks.iter().filter(|c| !c.healthy);
        let line =
            |c: &Check| Finding::new(Weight::Block, None, format!("{}: {}", c.name, c.problems.join("; ")));
        bad.map(line).collect()
    }
}
