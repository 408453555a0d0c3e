//! Ctrl-C and SIGTERM: the first asks, the second leaves. What it is right to do depends on how far the work has come.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::core::lease::Stop;

use super::exit::Exit;
use super::ui;

/// How far the work has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
enum Phase {
    /// Nothing is changed: it may be left at once.
    Looking = 0,
    /// Somebody else's command runs, and gets the terminal's signals itself.
    Hosting = 1,
    /// Something may be about to be changed.
    Changing = 2,
    /// Nothing is changed, and whoever looks on ends by a signal, and says what it saw last.
    Watching = 3,
}

/// Listens for signals, on a thread of its own, so that neither a prompt nor a slow call holds it up.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    stop: Stop,
    phase: Arc<AtomicU8>,
    /// Whether a call that changes something has been sent.
    sent: Arc<AtomicBool>,
    code: Arc<AtomicU8>,
}

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> Signals {
        let signals = Signals {
            stop: Stop::new(),
            phase: Arc::new(AtomicU8::new(Phase::Looking as u8)),
            sent: Arc::default(),
            code: Arc::new(AtomicU8::new(Exit::Interrupted as u8)),
        };
        let own = signals.clone();
        // Without the thread the system's own handling stays: the signal ends the process at once.
        let _ = std::thread::Builder::new().name("signals".into()).spawn(move || own.serve());
        signals
    }

    /// Returns the wish to stop, as the work sees it.
    pub(super) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// From now on something may be changed, so the first signal only asks.
    pub(super) fn changing(&self) {
        self.phase.fetch_max(Phase::Changing as u8, Ordering::SeqCst);
    }

    /// From now on the first signal ends the looking on, in good order.
    pub(super) fn watching(&self) {
        self.phase.fetch_max(Phase::Watching as u8, Ordering::SeqCst);
    }

    /// Something was changed before: whatever happens now, nobody may take it for nothing.
    pub(super) fn changed(&self) {
        self.sent.store(true, Ordering::SeqCst);
    }

    /// Returns what is to be set before a call is sent that changes something. Set by whoever sends it, not by who
    /// draws it: a terminal that stands still must not make it late.
    pub(super) fn sent(&self) -> Arc<AtomicBool> {
        self.sent.clone()
    }

    /// From now on another command decides what Ctrl-C means.
    #[cfg(feature = "sandbox")]
    pub(super) fn hosting(&self) {
        self.phase.fetch_max(Phase::Hosting as u8, Ordering::SeqCst);
    }

    /// Returns `exit`, or the code of a run that stopped part-way if a call that changes something has been sent.
    pub(super) fn at_least_stopped(&self, exit: Exit) -> Exit {
        if self.sent.load(Ordering::SeqCst) { Exit::Stopped } else { exit }
    }

    /// Returns the code of whichever signal came.
    pub(super) fn code(&self) -> Exit {
        if self.code.load(Ordering::SeqCst) == Exit::Terminated as u8 {
            Exit::Terminated
        } else {
            Exit::Interrupted
        }
    }

    fn serve(&self) {
        let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
        runtime.block_on(async {
            let mut arrivals = match Arrivals::new() {
                Ok(arrivals) => arrivals,
                Err(e) => return ui::write_err(&format!("warning: cannot listen for signals: {e}\n")),
            };
            loop {
                let exit = arrivals.next().await;
                self.code.store(exit as u8, Ordering::SeqCst);
                let phase = self.phase.load(Ordering::SeqCst);
                if phase == Phase::Hosting as u8 && exit == Exit::Interrupted {
                    continue;
                }
                ui::show_cursor();
                if phase < Phase::Changing as u8 || self.stop.asked().is_some() {
                    // A prompt may have left the cursor in mid-line.
                    ui::end_line();
                    std::process::exit(i32::from(self.at_least_stopped(exit) as u8));
                }
                self.stop.ask(if exit == Exit::Terminated { "terminated" } else { "interrupted" });
                if phase == Phase::Watching as u8 {
                    ui::end_line();
                } else {
                    ui::write_err("\nStopping after this call; press Ctrl-C again to leave at once.\n");
                }
            }
        });
    }
}

#[cfg(unix)]
struct Arrivals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Arrivals {
    fn new() -> std::io::Result<Arrivals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Arrivals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }
}

#[cfg(not(unix))]
struct Arrivals;

#[cfg(not(unix))]
impl Arrivals {
    fn new() -> std::io::Result<Arrivals> {
        Ok(Arrivals)
    }

    async fn next(&mut self) -> Exit {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Exit::Interrupted
    }
}
