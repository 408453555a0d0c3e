//! A guard: the last look at the time before a call leaves this process.
//!
//! Between the moment at which a lease is known to be held and the moment at which a call is sent, a process can be
//! suspended for as long as anybody likes. So the time is looked at once more when the request is built and signed, and
//! again when its body is written, by when there is a connection: a request whose body ends early is none. What is left
//! of that gap are some microseconds, and the connecting of a call that has no body.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use jiff::Timestamp;

use crate::core::Clock;
use crate::core::sabotage::{Ingredient, lacks};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

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

    /// Fails when it is too late.
    fn look(&self) -> std::result::Result<(), BoxError> {
        if lacks(Ingredient::Guard) || self.clock.now() < self.until {
            return Ok(());
        }
        self.stopped.store(true, Ordering::SeqCst);
        Err("it is too late to send this".into())
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

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), BoxError> {
        self.look()?;
        let body = context.request_mut().body_mut();
        if let Some(bytes) = body.bytes().filter(|b| !b.is_empty()).map(Bytes::copy_from_slice) {
            *body = SdkBody::from_body_1_x(Guarded { bytes: Some(bytes), guard: self.clone() });
        }
        Ok(())
    }
}

/// A request's body, which is not written when it is too late.
struct Guarded {
    bytes: Option<Bytes>,
    guard: Guard,
}

impl Body for Guarded {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<std::result::Result<Frame<Bytes>, BoxError>>> {
        // What has been written cannot be called back.
        let Some(bytes) = self.bytes.take() else { return Poll::Ready(None) };
        Poll::Ready(Some(self.guard.look().map(|()| Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.bytes.as_ref().map_or(0, |b| b.len() as u64))
    }
}
