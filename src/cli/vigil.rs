//! A vigil: asking again and again how an environment is, and telling what has changed.

use std::collections::BTreeMap;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::{SignedDuration, Timestamp};

use crate::core::driver::Check;
use crate::core::event::Events;
use crate::core::lease::Stop;
use crate::core::redact::redact;
use crate::core::{Clock, Result};

use super::context::Face;
use super::health::Asker;
use super::healthy::HealthReport;
use super::output::{Report, moment};
use super::progress;
use super::ui::{Drawing, Ink, Ui};

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(5);
/// How soon Ctrl-C is heard.
const SLICE: Duration = Duration::from_millis(100);

/// When a vigil is over.
#[derive(Clone, Copy, Debug)]
pub(super) struct Vigil {
    end: End,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// When somebody says so.
    Asked,
    /// When all has been well for `stable`, or else when `patience` is over; without one, at the first break.
    Well { patience: Option<Duration>, stable: Duration },
}

impl Vigil {
    /// Returns the vigil that somebody has to end.
    pub(super) fn endless() -> Vigil {
        Vigil { end: End::Asked }
    }

    /// Returns the vigil that ends when all is well, and has been so for `stable`.
    pub(super) fn until(patience: Option<Duration>, stable: Option<Duration>) -> Vigil {
        Vigil { end: End::Well { patience, stable: stable.unwrap_or_default() } }
    }
}

/// Asks until the vigil is over, and returns the verdict: the last answer, not well where it was not well for long
/// enough.
pub(super) async fn keep(vigil: Vigil, asker: &mut Asker<'_>, face: &Face) -> Result<HealthReport> {
    let context = asker.context;
    let clock = &context.clock;
    let stop = face.signals.stop();
    if let End::Asked = vigil.end {
        face.signals.watching();
    }
    let began = clock.now();
    let mut view = View::new(&face.ui);
    // A question that cannot be put at all fails at once; later ones are answers, and asked again.
    let mut report = progress::show(face, async |events| asker.ask(events).await).await?;
    let mut well_since: Option<Timestamp> = None;
    loop {
        let now = clock.now();
        well_since = if report.healthy { well_since.or(Some(now)) } else { None };
        view.show(&report, now);
        if let End::Well { patience, stable } = vigil.end {
            let passed = |since: Timestamp, time: Duration| {
                let time = SignedDuration::try_from(clock.scale(time)).unwrap_or(SignedDuration::MAX);
                now.duration_since(since) >= time
            };
            if well_since.is_some_and(|since| passed(since, stable)) {
                break;
            }
            let over = patience.map_or(!report.healthy, |patience| passed(began, patience));
            if over {
                if report.healthy {
                    report = too_short(report, stable);
                }
                break;
            }
        }
        if !pause(clock, &stop).await {
            break;
        }
        let events = Events::silent();
        let answer = tokio::select! {
            answer = asker.ask(&events) => Some(answer),
            () = asked(&stop) => None,
        };
        match answer {
            Some(Ok(next)) => report = next,
            Some(Err(why)) => report = asker.unanswered(why),
            None => break,
        }
    }
    view.clear();
    Ok(report)
}

/// Returns the report of what is well, and has not been so for long enough.
fn too_short(report: HealthReport, stable: Duration) -> HealthReport {
    let stable = SignedDuration::try_from(stable).unwrap_or(SignedDuration::MAX);
    let mut checks = report.checks;
    checks.push(Check {
        name: "stable".into(),
        healthy: false,
        detail: String::new(),
        problems: vec![format!("all is well, but has not been for {stable:#} without a break")],
    });
    HealthReport { healthy: false, checks, ..report }
}

/// Waits until it is time to ask again. Returns whether to go on.
async fn pause(clock: &Clock, stop: &Stop) -> bool {
    tokio::select! {
        () = clock.sleep(EVERY) => stop.asked().is_none(),
        () = asked(stop) => false,
    }
}

async fn asked(stop: &Stop) {
    while stop.asked().is_none() {
        tokio::time::sleep(SLICE).await;
    }
}

/// What is seen meanwhile: at a terminal the whole, drawn over; else a line for each change.
struct View<'a> {
    ui: &'a Ui,
    bar: Option<ProgressBar>,
    seen: Option<BTreeMap<String, Check>>,
}

impl View<'_> {
    fn new(ui: &Ui) -> View<'_> {
        let bar = (ui.drawing() == Drawing::Bar).then(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar
        });
        View { ui, bar, seen: None }
    }

    fn show(&mut self, report: &HealthReport, now: Timestamp) {
        if let Some(bar) = &self.bar {
            let mut text = Vec::new();
            let ink = Ink { width: None, ..self.ui.err() };
            if report.human(&mut text, ink).is_ok() {
                let text = String::from_utf8_lossy(&text);
                bar.set_message(redact(&format!("{text}{}", moment(now))).into_owned());
            }
            return;
        }
        let checks: BTreeMap<String, Check> =
            report.checks.iter().map(|check| (check.name.clone(), check.clone())).collect();
        match &self.seen {
            // At first only what is not well: the rest is told in the end.
            None => {
                for check in report.checks.iter().filter(|check| !check.healthy) {
                    self.line(now, check);
                }
                if report.healthy {
                    self.ui.say(format!("{}  all is well", moment(now)));
                }
            }
            Some(seen) => {
                for check in report.checks.iter().filter(|check| seen.get(&check.name) != Some(check)) {
                    self.line(now, check);
                }
                for name in seen.keys().filter(|name| !checks.contains_key(*name)) {
                    self.ui.say(format!("{}  gone    {name}", moment(now)));
                }
            }
        }
        self.seen = Some(checks);
    }

    fn line(&self, now: Timestamp, check: &Check) {
        let word = if check.healthy { "ok" } else { "not ok" };
        let what: Vec<&str> = std::iter::once(check.detail.as_str())
            .chain(check.problems.iter().map(String::as_str))
            .filter(|text| !text.is_empty())
            .collect();
        let line = format!("{}  {word:<6}  {}  {}", moment(now), check.name, what.join("; "));
        self.ui.say(line.trim_end());
    }

    fn clear(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
