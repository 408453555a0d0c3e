//! Progress: events become a bar on a terminal, and lines elsewhere. Drawn on a thread of its own, so that neither a
//! slow terminal nor a closed pipe holds up the work.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use tokio::sync::mpsc::UnboundedReceiver;

use crate::core::event::{Event, Events};
use crate::core::redact::redact;

use super::context::Face;
use super::duration::{WORTH_SAYING, roughly};
use super::ui::{Drawing, Ui};

/// What is over sooner than this is not worth a word.
const PATIENCE: Duration = Duration::from_millis(250);
/// How often a bar moves while nothing else happens.
const TICK: Duration = Duration::from_millis(200);

/// Does `work`, and draws what happens meanwhile.
pub(super) async fn show<T>(face: &Face, work: impl AsyncFnOnce(&Events) -> T) -> T {
    let (events, stream) = Events::channel();
    let events = events.marking(face.signals.sent());
    let drawer = Drawer {
        ui: face.ui.clone(),
        bar: None,
        began: Instant::now(),
        total: 0,
        done: 0,
        what: "",
        least: Duration::ZERO,
        staged: BTreeMap::new(),
    };
    let watcher = thread::Builder::new().name("progress".into()).spawn(move || drawer.watch(stream));
    let outcome = work(&events).await;
    drop(events);
    if let Ok(watcher) = watcher {
        // A watcher that panicked has said so; the work's outcome stands.
        let _ = watcher.join();
    }
    outcome
}

struct Drawer {
    ui: Ui,
    bar: Option<ProgressBar>,
    began: Instant,
    total: usize,
    done: usize,
    /// What is being done, and how long that takes at least.
    what: &'static str,
    least: Duration,
    /// How many files were put where AWS takes them from, by place.
    staged: BTreeMap<String, usize>,
}

/// Returns what is to be said of `count` files that stay in `place`.
fn left_over(place: &str, count: usize) -> String {
    let (files, them) =
        if count == 1 { ("1 file stays".to_string(), "it") } else { (format!("{count} files stay"), "them") };
    format!("note: {files} in {place}, where AWS has taken {them} from; nothing needs {them} any more")
}

impl Drawer {
    fn watch(mut self, mut stream: UnboundedReceiver<Event>) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_time().build() else { return };
        runtime.block_on(async {
            loop {
                match tokio::time::timeout(TICK, stream.recv()).await {
                    Ok(Some(event)) => self.draw(event),
                    Ok(None) => break,
                    Err(_) => {
                        let left = self.left();
                        if let Some(bar) = self.bar() {
                            bar.set_prefix(left);
                            bar.tick();
                        }
                    }
                }
            }
            self.clear();
            for (place, count) in std::mem::take(&mut self.staged) {
                self.tell(&left_over(&place, count));
            }
        });
    }

    fn draw(&mut self, event: Event) {
        match event {
            Event::Listing => self.begin(0, "listing", Duration::ZERO),
            Event::Reading { total, least } => {
                self.begin(total, "reading", least);
                if least > WORTH_SAYING {
                    let takes = roughly(least);
                    self.line(&format!("Reading {total} resources: {takes} at the quotas' pace"));
                }
            }
            Event::Read { .. } => {
                self.step(|bar, done, total| {
                    bar.set_length(total);
                    bar.set_position(done);
                });
                if self.done == self.total && self.began.elapsed() > PATIENCE {
                    let s = if self.total == 1 { "" } else { "s" };
                    self.line(&format!("Read {} resource{s}", self.total));
                }
            }
            Event::Committed { snapshot } => self.line(&format!("Committed the snapshot {snapshot}")),
            Event::Begun { run, moves } => {
                self.tell(&format!("Run {run}: {moves} {}", if moves == 1 { "call" } else { "calls" }));
                self.ui.given("run", &run);
            }
            Event::Writing { total, done, least } => {
                self.begin(total, "writing", least);
                self.done = done;
                if least > WORTH_SAYING {
                    let takes = roughly(least);
                    self.line(&format!("Making {} calls: {takes} at the quotas' pace", total - done));
                }
            }
            Event::Moving { address, call, .. } => {
                if let Some(bar) = self.bar() {
                    bar.set_message(redact(&format!("{call} {address}")).into_owned());
                }
            }
            Event::Moved { address, call, .. } => {
                self.step(|bar, done, _| bar.set_position(done));
                self.line(&format!("[{}/{}] {call} {address}", self.done, self.total));
            }
            Event::Going { address, what } => {
                let text = format!("{address}: {what}");
                if let Some(bar) = self.bar() {
                    bar.set_message(redact(&text).into_owned());
                }
                self.line(&text);
            }
            Event::Retrying { address, why } => self.line(&format!("Trying again: {address}: {why}")),
            Event::Warned { what } => self.tell(&format!("warning: {what}")),
            Event::Hooked { what } => self.tell(&format!("Hook {what}")),
            Event::Waiting { why } => self.tell(&format!("Waiting: {why}")),
            Event::Staged { place } => *self.staged.entry(place).or_default() += 1,
            Event::Verifying { total } => {
                self.clear();
                let s = if total == 1 { "" } else { "s" };
                self.line(&format!("Verifying {total} resource{s}"));
            }
            Event::NotKept { why } => {
                self.tell(&format!("warning: what the run left could not be kept as a snapshot: {why}"));
            }
            Event::Turning { from, to, why } => {
                self.tell(&format!("Run {from} failed: {why}"));
                self.tell(&format!("Run {to} puts back what was there before"));
                self.ui.given("rollback", &to);
            }
        }
    }

    /// Returns what is being done, and about how long it goes on if that is long.
    fn left(&self) -> String {
        match self.least.saturating_sub(self.began.elapsed()) {
            left if left > WORTH_SAYING => format!("{}, {} left", self.what, roughly(left)),
            _ => self.what.to_string(),
        }
    }

    fn begin(&mut self, total: usize, what: &'static str, least: Duration) {
        self.clear();
        (self.began, self.total, self.done) = (Instant::now(), total, 0);
        (self.what, self.least) = (what, least);
        if self.ui.drawing() == Drawing::Bar {
            let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::hidden());
            let template = if total == 0 {
                "{prefix} {elapsed} {msg}"
            } else {
                "{prefix} [{bar:24}] {pos}/{len} {elapsed} {wide_msg}"
            };
            let style =
                ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
            bar.set_style(style.progress_chars("=> "));
            bar.set_prefix(self.left());
            self.bar = Some(bar);
        }
    }

    /// Returns the bar, which shows itself once patience has run out.
    fn bar(&mut self) -> Option<&ProgressBar> {
        let bar = self.bar.as_ref()?;
        if bar.is_hidden() && self.began.elapsed() > PATIENCE {
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Some(bar)
    }

    fn step(&mut self, draw: impl FnOnce(&ProgressBar, u64, u64)) {
        self.done += 1;
        let (done, total) = (self.done as u64, self.total as u64);
        if let Some(bar) = self.bar() {
            draw(bar, done, total);
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Says one finished thing, where there is no bar that shows it.
    fn line(&self, line: &str) {
        if self.ui.drawing() == Drawing::Lines {
            self.ui.say(line);
        }
    }

    /// Says something that a person ought to see in any case.
    fn tell(&self, line: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.ui.say(line)),
            None => self.ui.say(line),
        }
    }
}

#[cfg(test)]
mod staged {
    use super::left_over;

    #[test]
    fn what_stays_is_counted() {
        let said = left_over("s3://b/p", 2);
        assert_eq!(
            said,
            "note: 2 files stay in s3://b/p, where AWS has taken them from; nothing needs them any more"
        );
        assert!(
            left_over("s3://b/p", 1)
                .starts_with("note: 1 file stays in s3://b/p, where AWS has taken it from")
        );
    }
}
