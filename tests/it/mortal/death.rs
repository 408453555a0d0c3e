//! A process that dies at a given call: everything that it talks to stops answering, before or after the call.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::Notify;

use snapdeploy::core::moves::Move;

/// On which side of the call the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The call is never made.
    Before,
    /// The call has had its effect, and nobody has heard the answer.
    After,
    /// The answer has been heard, and what was to be noted of it has not been written.
    Unnoted,
}

/// Which calls are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// All, to whatever it talks to.
    All,
    /// Those that write to the environment.
    Moves,
}

thread_local! {
    /// The moves at which processes have died, each as its kind and its call: every test has a thread of its own.
    static MET: RefCell<BTreeSet<(String, String)>> = RefCell::default();
}

/// Returns the moves at which processes of this test have died so far, each as its kind and its call.
pub fn met() -> BTreeSet<(String, String)> {
    MET.with_borrow(Clone::clone)
}

/// When the process dies. Cheap to clone: all its parts share one count.
#[derive(Clone)]
pub struct Death {
    at: usize,
    side: Side,
    of: Of,
    calls: Arc<AtomicUsize>,
    /// Calls that only look: to die after one is to die before the next.
    looks: Arc<Mutex<BTreeSet<usize>>>,
    /// It dies before it writes to the ledger again.
    doomed: Arc<AtomicBool>,
    dead: Arc<Notify>,
}

impl Death {
    pub fn at(at: usize, side: Side) -> Death {
        let (calls, looks, doomed, dead) = Default::default();
        Death { at, side, of: Of::All, calls, looks, doomed, dead }
    }

    /// Dies at a call that writes to the environment.
    pub fn at_move(at: usize, side: Side) -> Death {
        Death { of: Of::Moves, ..Death::at(at, side) }
    }

    /// A life without death, to count its calls.
    pub fn never() -> Death {
        Death::at(usize::MAX, Side::Before)
    }

    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// Does `work` until it is done or the process dies; then all that it holds is gone.
    pub async fn live<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.dead.notified() => None,
            out = work => Some(out),
        }
    }

    /// Returns the sides of the call `n` on which dying makes a difference, once a whole life has been counted.
    pub fn sides(&self, n: usize) -> &'static [Side] {
        let only_looks = self.looks.lock().unwrap().contains(&n) && n + 1 < self.calls();
        if only_looks { &[Side::Before] } else { &[Side::Before, Side::After] }
    }

    pub(super) async fn look<T>(&self, call: impl Future<Output = T>) -> T {
        if self.of == Of::All {
            self.looks.lock().unwrap().insert(self.calls());
        }
        self.call(call).await
    }

    pub(super) async fn call<T>(&self, call: impl Future<Output = T>) -> T {
        if self.of == Of::All { self.count(call).await } else { call.await }
    }

    pub(super) async fn count<T>(&self, call: impl Future<Output = T>) -> T {
        let n = self.calls.fetch_add(1, Ordering::SeqCst);
        if n == self.at && self.side == Side::Before || n > self.at {
            self.die().await;
        }
        let out = call.await;
        if n == self.at && self.side == Side::Unnoted {
            self.doomed.store(true, Ordering::SeqCst);
        } else if n == self.at {
            self.die().await;
        }
        out
    }

    /// Sends a move.
    pub(super) async fn send<T>(&self, m: &Move, call: impl Future<Output = T>) -> T {
        if self.calls() == self.at {
            MET.with_borrow_mut(|met| met.insert((m.address.kind().into(), m.call.clone())));
        }
        self.count(call).await
    }

    /// Writes to the ledger.
    pub(super) async fn write<T>(&self, call: impl Future<Output = T>) -> T {
        if self.doomed.load(Ordering::SeqCst) {
            self.die().await;
        }
        self.call(call).await
    }

    async fn die(&self) {
        self.dead.notify_one();
        std::future::pending::<()>().await;
    }
}

/// One of the things that a process talks to.
pub struct Mortal<'a, T: ?Sized> {
    pub inner: &'a T,
    pub death: Death,
}
