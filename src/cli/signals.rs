//! Ctrl-C and SIGTERM: the first asks, the second leaves.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::core::lease::Stop;

use super::exit::Exit;
use super::ui;

/// Listens for signals, on a thread of its own, so that neither a prompt nor a slow call holds it up.
#[derive(Clone, Debug)]
pub(super) struct Signals {
    stop: Stop,
    changing: Arc<AtomicBool>,
    code: Arc<AtomicU8>,
}

impl Signals {
    /// Begins to listen.
    pub(super) fn listen() -> Signals {
        let signals = Signals {
            stop: Stop::new(),
            changing: Arc::default(),
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
        self.changing.store(true, Ordering::SeqCst);
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
                ui::show_cursor();
                if !self.changing.load(Ordering::SeqCst) || self.stop.asked().is_some() {
                    std::process::exit(i32::from(exit as u8));
                }
                self.stop.ask(if exit == Exit::Terminated { "terminated" } else { "interrupted" });
                ui::write_err("\nStopping after this call; press Ctrl-C again to leave at once.\n");
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
