//! `--break-glass`: a change while the shared ledger cannot be reached, with one on this machine in its place.

use std::path::PathBuf;
use std::time::Duration;

use crate::core::ledger::Ledger;
use crate::core::{Clock, Error, ErrorKind, Result};
use crate::store::{self, open_embedded};

use super::config::{Config, Store};
use super::ui::Ui;

/// Where the ledger in its place is, beside the configuration.
pub(super) const PLACE: &str = ".snapdeploy/break-glass";

/// How long the shared ledger has to answer.
const LIMIT: Duration = Duration::from_secs(60);

/// Returns the directory in which the ledger in its place is.
pub(super) fn directory(config: &Config) -> PathBuf {
    config.file.parent().unwrap_or(&config.file).join(PLACE)
}

/// Returns whether there is such a ledger.
pub(super) fn is_there(config: &Config) -> bool {
    matches!(config.store, Store::Shared { .. }) && directory(config).join("ledger.sqlite3").is_file()
}

/// What the ledger in the place of the shared one is opened for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To begin something: only while the shared one cannot be reached.
    Begin,
    /// To bring to an end what was begun in it, also once the shared one answers again.
    GoOn,
}

/// Fails unless `shared` can be read, and takes writes.
async fn answers(shared: &dyn Ledger) -> Result<()> {
    shared.check().await?;
    shared.takes_writes().await
}

/// Opens the ledger in the place of `shared`, and says what that means.
///
/// Fails with `Blocked` while the shared one answers, with `Input` where the store is on this machine anyway, and with the
/// shared one's own error where that is no outage.
pub(super) async fn open(
    config: &Config,
    shared: &dyn Ledger,
    purpose: Purpose,
    clock: &Clock,
    ui: &Ui,
) -> Result<store::Store> {
    if let Store::Embedded(_) = config.store {
        return Err(Error::input("--break-glass is for a shared ledger, and this one is on this machine")
            .hint("leave --break-glass out"));
    }
    let why = match tokio::time::timeout(LIMIT, answers(shared)).await {
        Ok(Ok(())) if purpose == Purpose::GoOn && is_there(config) => {
            "answers again: this goes on with what was begun without it".to_string()
        }
        Ok(Ok(())) => {
            let message = format!("the ledger answers ({}): there is no glass to break", shared.place());
            return Err(Error::blocked(message).hint("leave --break-glass out"));
        }
        Ok(Err(e)) if e.kind == ErrorKind::Unavailable => format!("cannot be reached: {}", e.message),
        Ok(Err(e)) => return Err(e),
        Err(_) => "cannot be reached: it does not answer".to_string(),
    };
    let base = config.file.parent().unwrap_or(&config.file);
    let opened = open_embedded(&format!("file://{PLACE}"), base, clock.clone()).await?;
    let opened = opened.ok_or_else(|| Error::bug(format!("{PLACE} is not a directory's name")))?;
    ui.say(format!("BREAK GLASS: {} {why}", shared.place()));
    ui.say("BREAK GLASS: nobody on another machine is kept out, or sees this: agree with them first");
    if purpose == Purpose::Begin {
        ui.say(
            "BREAK GLASS: what the ledger knows is not asked: who approved, where a release has succeeded, what is held",
        );
    }
    ui.say(format!(
        "BREAK GLASS: what is done is written to {}; once the ledger answers: snapdeploy history import {}",
        directory(config).display(),
        directory(config).display()
    ));
    ui.say(
        "BREAK GLASS: until then each command that goes on with this or undoes it needs --break-glass too",
    );
    Ok(opened)
}
