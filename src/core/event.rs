//! Events: what happens, told as it happens. The face draws them; losing one loses nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::address::Address;
use super::id::{RunId, SnapshotId};

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// A listing of everything began.
    Listing,
    /// So many resources will be read.
    Reading {
        /// How many.
        total: usize,
        /// How long that takes at least.
        least: Duration,
    },
    /// One of them was read.
    Read {
        /// Which.
        address: Address,
    },
    /// A snapshot was committed.
    Committed {
        /// Which.
        snapshot: SnapshotId,
    },
    /// A run began.
    Begun {
        /// Which.
        run: RunId,
        /// How many moves it has.
        moves: usize,
    },
    /// Moves are about to be made.
    Writing {
        /// How many there are.
        total: usize,
        /// How many are made already, by an earlier process.
        done: usize,
        /// How long the others take at least, with the looks before and after them.
        least: Duration,
    },
    /// A move is being made.
    Moving {
        /// Its place in the plan.
        index: usize,
        /// What it writes.
        address: Address,
        /// The call.
        call: String,
    },
    /// A move's effect is there.
    Moved {
        /// Its place in the plan.
        index: usize,
        /// What it wrote.
        address: Address,
        /// The call.
        call: String,
    },
    /// What AWS goes on with by itself has got further.
    Going {
        /// What is written.
        address: Address,
        /// A lowercase fragment: how far it is.
        what: String,
    },
    /// Something failed and will be tried again after a look.
    Retrying {
        /// What is written.
        address: Address,
        /// What was seen.
        why: String,
    },
    /// Waiting, and for what.
    Waiting {
        /// A lowercase fragment.
        why: String,
    },
    /// Something is wrong, and the run goes on all the same.
    Warned {
        /// A lowercase fragment.
        what: String,
    },
    /// A hook begins: from here on something may be changed.
    Hooked {
        /// Its name, and what it runs.
        what: String,
    },
    /// A file was put where AWS takes it from, and stays there.
    Staged {
        /// Where: a bucket, as `s3://BUCKET/PREFIX`.
        place: String,
    },
    /// What was written is being read again.
    Verifying {
        /// How many resources.
        total: usize,
    },
    /// What a run left could not be kept; the run is well all the same.
    NotKept {
        /// Why.
        why: String,
    },
    /// The run failed and another one undoes it.
    Turning {
        /// The failed run.
        from: RunId,
        /// The run that undoes it.
        to: RunId,
        /// Why.
        why: String,
    },
}

/// The sending end. Emitting never waits and never fails.
#[derive(Clone, Debug, Default)]
pub struct Events {
    sender: Option<mpsc::UnboundedSender<Event>>,
    sent: Arc<AtomicBool>,
}

impl Events {
    /// Returns both ends.
    pub fn channel() -> (Events, mpsc::UnboundedReceiver<Event>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Events { sender: Some(sender), sent: Arc::default() }, receiver)
    }

    /// Returns an end that nobody listens to.
    pub fn silent() -> Events {
        Events::default()
    }

    /// Returns the same end, which sets `sent` before the first call is sent that changes something, however slow
    /// whoever listens is.
    pub fn marking(self, sent: Arc<AtomicBool>) -> Events {
        Events { sent, ..self }
    }

    /// Tells `event` to whoever listens.
    pub fn emit(&self, event: Event) {
        if matches!(event, Event::Moving { .. } | Event::Hooked { .. }) {
            self.sent.store(true, Ordering::SeqCst);
        }
        if let Some(sender) = &self.sender {
            let _ = sender.send(event);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_marked_though_nobody_listens_yet() {
        let sent = Arc::new(AtomicBool::new(false));
        let (events, _unheard) = Events::channel();
        let events = events.marking(sent.clone());
        events.emit(Event::Listing);
        assert!(!sent.load(Ordering::SeqCst));
        let address = Address::new("connect/queue", "Sales");
        events.emit(Event::Moving { index: 0, address, call: "CreateQueue".into() });
        assert!(sent.load(Ordering::SeqCst));
    }
}
