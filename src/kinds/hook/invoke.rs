//! A function that is called once.

use std::time::Duration;

use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{Builder, retry::RetryConfig};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use serde_json::{Value, json};

use crate::aws::{Account, Fate, classify};
use crate::core::base64;
use crate::core::hook::{Hook, HookEnd, Running};
use crate::core::{Error, ErrorKind, Result};

/// How much later than the hook the client itself gives up.
const AFTER: Duration = Duration::from_secs(5);
/// How much of an answer is told.
const WIDEST: usize = 300;

/// Calls `function` with `payload`, and waits for its answer: as long as the hook may take. `Interrupted` where somebody
/// wished to let go of it.
///
/// Source: "Invoke" of the API reference: a function that fails is answered with 200 and `X-Amz-Function-Error`; the last
/// 4 KB of its log come in base64 where they are asked for.
pub async fn invoke(
    account: &Account,
    hook: &Hook,
    function: &str,
    payload: &Value,
    with: &Running<'_>,
) -> Result<HookEnd> {
    let addresses: Vec<String> = with.addresses.iter().map(ToString::to_string).collect();
    let given = match payload {
        Value::Null => json!({ "run": with.run, "environment": with.environment, "hook": hook.name,
            "at": with.at.word(), "addresses": addresses }),
        said => said.clone(),
    };
    let limit = account.clock.scale(hook.limit);
    // One attempt: a second one would run it a second time. An answer may take as long as the hook may, so the client's own
    // limits come after that.
    let longer = limit + AFTER;
    let patient = TimeoutConfig::builder().operation_attempt_timeout(longer).read_timeout(longer).build();
    let patient = Builder::new().timeout_config(patient).retry_config(RetryConfig::disabled());
    let call = account.lambda.invoke().function_name(function).log_type(LogType::Tail);
    let call = call.payload(Blob::new(given.to_string())).customize().config_override(patient);
    let sending = Box::pin(async { call.send().await.map_err(|e| classify("Invoke", e)) });
    let stopped = async {
        loop {
            account.clock.sleep(Duration::from_secs(1)).await;
            if let Some(why) = with.sending.lease.stop() {
                return why;
            }
        }
    };
    let answer = tokio::select! {
        answer = sending => answer,
        () = tokio::time::sleep(limit) => {
            let said = format!(
                "did not answer within its limit of {:?}; {function} may go on until its own timeout", hook.limit
            );
            return Ok(HookEnd { good: false, said, output: Vec::new() });
        }
        why = stopped => {
            let message = format!("{why}; nobody waits for {function} any more, which may go on");
            return Err(Error::new(ErrorKind::Interrupted, message));
        }
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) if failure.fate == Fate::Unknown => {
            let said = format!("gave no clear answer, and may have run: {}", failure.error.message);
            return Ok(HookEnd { good: false, said, output: Vec::new() });
        }
        Err(failure) => return Err(failure.error),
    };
    let mut output: Vec<String> = Vec::new();
    if let Some(log) = answer.log_result().and_then(base64::decode) {
        output.extend(String::from_utf8_lossy(&log).lines().map(String::from));
    }
    let told = answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned());
    let told: String = told.unwrap_or_default().chars().take(WIDEST).collect();
    let good = answer.function_error().is_none();
    let said = match answer.function_error() {
        None => format!("answered {told}"),
        Some(how) => format!("{function} failed ({how}): {told}"),
    };
    Ok(HookEnd { good, said, output })
}
