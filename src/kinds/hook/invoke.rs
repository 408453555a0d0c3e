//! A function that is called once.

use std::time::Duration;

use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::config::{Builder, retry::RetryConfig};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::LogType;
use serde_json::{Value, json};

use crate::aws::{Account, Fate, classify};
use crate::core::base64;
use crate::core::hook::{Begun, Hook, HookEnd, Running};
use crate::core::printed::printed;
use crate::core::{Error, ErrorKind, Result};

/// How much later than the hook the client itself gives up.
const AFTER: Duration = Duration::from_secs(5);
/// How much of an answer is told.
const WIDEST: usize = 300;
/// So much of the end of its log comes with an answer.
const LOG: usize = 4096;

/// Calls `function` with `payload`, and waits for its answer: as long as the hook may take. Without an answer nobody knows
/// whether it has run, or runs still. `Interrupted` where somebody wished to let go of it.
///
/// Source: "Invoke" of the API reference: a function that fails is answered with 200 and `X-Amz-Function-Error`; the last
/// 4 KB of its log come in base64 where they are asked for.
pub async fn invoke(
    account: &Account,
    hook: &Hook,
    function: &str,
    payload: &Value,
    with: &Running<'_>,
) -> Result<Begun> {
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
            if let Some(why) = with.sending.lease.ends(account.clock.now()) {
                return why;
            }
        }
    };
    let answer = tokio::select! {
        answer = sending => answer,
        () = tokio::time::sleep(limit) => {
            return Ok(Begun::Lost(format!(
                "{function} did not answer within its limit of {:?}, and may go on until its own timeout", hook.limit
            )));
        }
        why = stopped => {
            let message = format!("{why}; nobody waits for {function} any more, which may go on");
            return Err(Error::new(ErrorKind::Interrupted, message));
        }
    };
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) if failure.fate == Fate::Unknown => {
            let why = failure.error.message;
            return Ok(Begun::Lost(format!("{function} gave no clear answer, and may have run: {why}")));
        }
        Err(failure) => return Err(failure.error),
    };
    let output = answer.log_result().and_then(base64::decode).map(|log| lines(&log)).unwrap_or_default();
    let told = answer.payload().map(|blob| String::from_utf8_lossy(blob.as_ref()).into_owned());
    let told = printed(&told.unwrap_or_default(), WIDEST);
    let good = answer.function_error().is_none();
    let said = match answer.function_error() {
        None => format!("answered {told}"),
        Some(how) => format!("{function} failed ({how}): {told}"),
    };
    Ok(Begun::Ended(HookEnd { good, said, output }))
}

/// Returns the lines of the end of a log. The first of what AWS has cut may begin within a secret, and is left out.
fn lines(log: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(log);
    let cut = usize::from(log.len() >= LOG);
    text.lines().skip(cut).map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_was_cut_is_left_out() {
        assert_eq!(lines(b"a\nb"), ["a", "b"]);
        let long = format!("{}\nb", "x".repeat(LOG - 2));
        assert_eq!(lines(long.as_bytes()), ["b"]);
    }
}
