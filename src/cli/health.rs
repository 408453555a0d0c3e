//! `health`: asks whether all is well with an environment and with the store.

use clap::Args;

use crate::core::driver::Check;
use crate::core::environment::Access;
use crate::core::event::Events;
use crate::core::gate_checks::Ask;
use crate::core::select::Selection;
use crate::core::{Error, Pin, Result, health};

use super::context::{Context, Face, Reach, Site};
use super::duration::Typed;
use super::exit::Exit;
use super::healthy::HealthReport;
use super::vigil::Vigil;
use super::{progress, vigil};

/// Ask whether all is well with an environment and with the store
///
/// Every check is asked, also after one has failed. Nothing is changed. Ends with 0 if all is well, and with 4 if
/// something is not.
///
/// With --watch it asks again and again and tells what has changed, until Ctrl-C; the code is then that of the last
/// answer. With --wait it asks until all is well: 0 then, or 4 when the time is over. With --stable-for it asks until all
/// has been well without a break for that long: without --wait the first break ends it with 4.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy health prod
  snapdeploy health prod 'connect/flow/*' --wait 10m --stable-for 2m")]
pub(super) struct HealthArgs {
    /// The environment
    #[arg(value_name = "ENV")]
    pub(super) environment: String,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    addresses: Vec<String>,
    /// Ask the gates too that do more than to look: commands and functions
    #[arg(long)]
    gates: bool,
    /// Ask again every 5 seconds and tell what has changed, until Ctrl-C
    #[arg(long, conflicts_with_all = ["wait", "stable_for"])]
    watch: bool,
    /// Ask again until all is well, for this long at most, such as 10m
    #[arg(long, value_name = "DURATION")]
    wait: Option<Typed>,
    /// All has to be well for this long without a break, such as 2m
    #[arg(long, value_name = "DURATION")]
    stable_for: Option<Typed>,
}

/// Runs the verb.
pub(super) async fn run(args: &HealthArgs, face: &Face) -> Result<Exit> {
    let select = Selection::new(&args.addresses)?;
    let context = Context::open(face).await?;
    let gates = if args.gates { Ask::All } else { Ask::Looking };
    let mut asker = Asker { context: &context, environment: &args.environment, select, gates, site: None };
    let vigil = match (args.watch, args.wait, args.stable_for) {
        (true, ..) => Some(Vigil::endless()),
        (false, None, None) => None,
        (false, wait, stable) => Some(Vigil::until(wait.map(|w| w.0), stable.map(|s| s.0))),
    };
    let report = match vigil {
        None => progress::show(face, async |events| asker.ask(events).await).await?,
        Some(vigil) => vigil::keep(vigil, &mut asker, face).await?,
    };
    let exit = if report.healthy { Exit::Done } else { Exit::Unclean };
    face.ui.result(&report)?;
    Ok(exit)
}

/// Asks an environment how it is, once or often.
pub(super) struct Asker<'a> {
    pub(super) context: &'a Context,
    environment: &'a str,
    select: Selection,
    /// Which gates are asked.
    gates: Ask,
    /// The environment, once it was reached.
    site: Option<Box<Site>>,
}

impl Asker<'_> {
    /// Asks all checks.
    pub(super) async fn ask(&mut self, events: &Events) -> Result<HealthReport> {
        if self.site.is_none() {
            match self.context.reach(self.environment, Access::Read).await? {
                Reach::Site(site) => self.site = Some(site),
                Reach::NoAccount(why) => return self.unreached(None, why).await,
                Reach::NoInstance(identity, why) => return self.unreached(Some(&identity), why).await,
            }
        }
        let Some(site) = &self.site else { return Err(Error::bug("the environment is not reached")) };
        let identity = Context::identity(site);
        let means = self.context.means(site, events);
        let checks = health::health_with(&means, &identity, &self.select, self.gates).await?;
        Ok(self.report(Some(site.driver.pin().clone()), checks))
    }

    /// Returns the answer where the question itself failed for `why`.
    pub(super) fn unanswered(&self, why: Error) -> HealthReport {
        let problems = std::iter::once(why.message).chain(why.hint.map(|hint| format!("hint: {hint}")));
        let (detail, problems) = (String::new(), problems.collect());
        let pin = self.site.as_ref().map(|site| site.driver.pin().clone());
        self.report(pin, vec![Check { name: "answer".into(), healthy: false, detail, problems }])
    }

    async fn unreached(&self, identity: Option<&str>, why: Error) -> Result<HealthReport> {
        let (context, pin) = (self.context, self.context.written_pin(self.environment)?);
        let checks =
            health::unreached(&context.repository(), context.ledger(), pin.as_ref(), identity, why).await;
        Ok(self.report(pin, checks))
    }

    fn report(&self, pin: Option<Pin>, checks: Vec<Check>) -> HealthReport {
        let healthy = checks.iter().all(|c| c.healthy);
        HealthReport { environment: self.environment.to_string(), pin, healthy, checks }
    }
}
