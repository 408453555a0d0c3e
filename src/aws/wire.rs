//! Wire JSON: a response's body as the service sent it, a request's body as we wrote it.
//!
//! The SDK's types drop members that they do not know, and cannot be written as JSON. So a call goes through the typed
//! builder for what stands in the URI; its body is swapped before signing, and the response's body is taken as it
//! comes. The SDK buffers the body of a response that is not a stream before it parses it, so it is there to be read.

use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

use crate::core::{Error, Result};

/// Takes the body of one call's response. Attach a new one to each call.
#[derive(Clone, Debug, Default)]
pub struct Capture(Arc<Mutex<Option<Vec<u8>>>>);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for Capture {
    fn name(&self) -> &'static str {
        "Capture"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> std::result::Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let body = context.response().body().bytes().map(<[u8]>::to_vec);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = body;
        Ok(())
    }
}

impl Capture {
    /// Returns the body as JSON; `null` for an empty one.
    pub fn json(&self) -> Result<Value> {
        let body = self.0.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default();
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&body).map_err(|e| Error::failed(format!("the answer is not JSON: {e}")))
    }
}

/// Puts `body` in the place of the request's.
pub fn swap_body(request: &mut HttpRequest, body: &str) {
    *request.body_mut() = SdkBody::from(body);
    request.headers_mut().insert("content-length", body.len().to_string());
    request.headers_mut().insert("content-type", "application/json");
}

/// Sends one call and returns its response as JSON: `wire!("DescribeQueue", builder)`, or with a body of our own
/// `wire!("UpdateQueueName", builder, body)`. The error is a [`super::Failure`].
#[macro_export]
macro_rules! wire {
    ($operation:expr, $builder:expr) => {{
        let operation = $operation;
        let send = move || async move {
            let capture = $crate::aws::wire::Capture::default();
            match $builder.customize().interceptor(capture.clone()).send().await {
                Ok(_) => $crate::aws::wire::answer(operation, &capture),
                Err(e) => Err($crate::aws::classify(operation, e)),
            }
        };
        $crate::aws::wire::apart(send).await
    }};
    ($operation:expr, $builder:expr, $body:expr) => {{
        let operation = $operation;
        let body: String = $body.to_string();
        let send = move || async move {
            let capture = $crate::aws::wire::Capture::default();
            let swap = move |request: &mut _| $crate::aws::wire::swap_body(request, &body);
            match $builder.customize().interceptor(capture.clone()).mutate_request(swap).send().await {
                Ok(_) => $crate::aws::wire::answer(operation, &capture),
                Err(e) => Err($crate::aws::classify(operation, e)),
            }
        };
        $crate::aws::wire::apart(send).await
    }};
}

/// Returns what `begin` begins, in a place of its own: who chooses among a hundred calls needs the room of one.
#[inline(never)]
pub fn apart<F: Future>(begin: impl FnOnce() -> F) -> std::pin::Pin<Box<F>> {
    Box::pin(begin())
}

/// Returns what was captured of a call that AWS said yes to. If that cannot be read, nobody knows what the call did.
pub fn answer(operation: &str, capture: &Capture) -> std::result::Result<Value, super::Failure> {
    tracing::debug!(operation, "answered");
    capture.json().map_err(|error| super::Failure { error, fate: super::Fate::Unknown })
}
