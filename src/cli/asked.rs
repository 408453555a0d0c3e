//! A change that was really asked for and is refused before it begins: the audit is told of that too.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::core::ledger::{Act, Ledger, Notice};
use crate::core::redact::redact;
use crate::core::run::{Actor, Refusal, RunKind};
use crate::core::witness::Seen;
use crate::core::{Clock, Error, ErrorKind, Pin, Result};

use super::exit::Exit;

/// How long the audit may take to be told: whoever was refused waits for it.
const LIMIT: Duration = Duration::from_secs(20);

/// What is known of the change by now; every step adds what it finds out. Clones share it.
#[derive(Clone, Default)]
pub(super) struct Asked(Rc<RefCell<Draft>>);

#[derive(Default)]
struct Draft {
    about: Option<(RunKind, String)>,
    reason: Option<String>,
    source: Option<String>,
    why: Vec<String>,
    actor: Option<Actor>,
    pin: Option<Pin>,
    ledger: Option<(Arc<dyn Ledger>, Clock)>,
}

impl Asked {
    /// A change of `environment` is asked for, for `reason`.
    pub(super) fn about(&self, kind: RunKind, environment: &str, reason: Option<&str>) {
        let mut draft = self.0.borrow_mut();
        draft.about = Some((kind, environment.to_string()));
        draft.reason = reason.map(str::to_string);
    }

    /// What is to be put there, as it was typed.
    pub(super) fn source(&self, source: &str) {
        self.0.borrow_mut().source = Some(source.to_string());
    }

    /// What forbids it, a reason each.
    pub(super) fn because(&self, why: Vec<String>) {
        self.0.borrow_mut().why = why;
    }

    /// Where the audit is.
    pub(super) fn ledger(&self, ledger: Arc<dyn Ledger>, clock: Clock) {
        self.0.borrow_mut().ledger = Some((ledger, clock));
    }

    /// Who asks.
    pub(super) fn actor(&self, actor: &Actor) {
        self.0.borrow_mut().actor = Some(actor.clone());
    }

    /// What the environment `name` points at.
    pub(super) fn at(&self, name: &str, pin: &Pin) {
        let mut draft = self.0.borrow_mut();
        if draft.about.as_ref().is_some_and(|(_, environment)| environment == name) {
            draft.pin = Some(pin.clone());
        }
    }

    /// Tells the audit that what was asked for ended with `error` and the code `exit` before it began, if it did. An
    /// audit that cannot be told is a shortfall, never an error of its own.
    pub(super) async fn refused(&self, error: &Error, exit: Exit, seen: &Seen) {
        let counts =
            matches!(exit, Exit::Unconfirmed | Exit::Locked | Exit::Denied | Exit::Blocked | Exit::Stale);
        if !counts || seen.has_begun() {
            return;
        }
        let told = self.0.borrow().notice(error, exit);
        let Some((ledger, notice)) = told else { return };
        let told: Result<_> = match tokio::time::timeout(LIMIT, ledger.tell(&notice)).await {
            Ok(told) => told,
            Err(_) => Err(Error::new(ErrorKind::Unavailable, "it takes too long")),
        };
        if let Err(e) = told {
            seen.fell_short(format!("the audit was not told of this refusal: {}", e.message));
        }
    }
}

impl Draft {
    fn notice(&self, error: &Error, exit: Exit) -> Option<(Arc<dyn Ledger>, Notice)> {
        let (kind, environment) = self.about.clone()?;
        let (ledger, clock) = self.ledger.clone()?;
        let plain = |text: &str| redact(text).into_owned();
        let why = match self.why.is_empty() {
            true => vec![error.message.clone()],
            false => self.why.clone(),
        };
        let refusal = Refusal {
            kind,
            environment,
            actor: self.actor.clone()?,
            reason: self.reason.as_deref().map(plain),
            source: self.source.as_deref().map(plain),
            code: u8::from(exit),
            why: why.iter().map(|why| plain(why)).collect(),
            tool: env!("CARGO_PKG_VERSION").to_string(),
        };
        let what = Act::Refused { refusal: Box::new(refusal) };
        Some((ledger, Notice { pin: self.pin.clone()?, at: clock.now(), run: None, what }))
    }
}
