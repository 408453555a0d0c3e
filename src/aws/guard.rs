//! A guard: the last look at the time before a call leaves this process.
//!
//! Between the moment at which a lease is known to be held and the moment at which a call is sent, a process can be
//! suspended for as long as anybody likes. So the time is looked at once more when the request is built, signed and about
//! to be written; what is left of that gap are some microseconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use jiff::Timestamp;

use crate::core::Clock;

/// Stops a call that would be sent too late.
#[derive(Clone, Debug)]
pub struct Guard {
    until: Timestamp,
    clock: Clock,
    stopped: Arc<AtomicBool>,
}

impl Guard {
    /// Returns a guard that stops what would be sent at `until` or later, as `clock` tells.
    pub fn new(until: Timestamp, clock: &Clock) -> Guard {
        Guard { until, clock: clock.clone(), stopped: Arc::default() }
    }

    /// Returns whether it has stopped a call, which then had no effect.
    pub fn has_stopped_it(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "Guard"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        if self.clock.now() < self.until {
            return Ok(());
        }
        self.stopped.store(true, Ordering::SeqCst);
        Err("it is too late to send this".into())
    }
}
