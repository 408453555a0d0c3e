//! Waiting: for what Lex does in its own time.

use std::future::Future;
use std::time::Duration;

use serde_json::Value;

use super::calls::Calls;
use crate::aws::{Failure, Fate};
use crate::core::driver::Leash;
use crate::core::redact::redact_foreign;
use crate::core::{Error, ErrorKind};

/// The first pause between two looks, and the longest; each is twice the one before. And how many looks there are at most:
/// an hour in all.
///
/// Source: botocore's `lexv2-models` waiters look every 10 seconds, for six minutes; large locales build for longer, and
/// small bots for less than a second.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(5));
const LOOKS: u32 = 720;

/// What a look showed.
pub enum Seen {
    /// It is over.
    Over(Value),
    /// It has failed, and why.
    Failed(String),
    /// It goes on.
    Going,
}

impl Calls {
    /// Waits until `look` shows that `what` is over, and returns what it showed.
    ///
    /// `Refused` where it has failed, or takes too long; `Later` where `leash` says to stop. What is under way goes on, and
    /// is found by whoever looks again.
    pub async fn wait<F>(
        &self,
        what: &str,
        leash: Option<&dyn Leash>,
        mut look: impl FnMut() -> F,
    ) -> Result<Value, Failure>
    where
        F: Future<Output = Result<Seen, Failure>>,
    {
        let mut pause = PAUSES.0;
        for _ in 0..LOOKS {
            match look().await? {
                Seen::Over(answer) => return Ok(answer),
                Seen::Failed(why) => {
                    let error = Error::failed(format!("{what} failed: {why}"));
                    return Err(Failure { error, fate: Fate::Refused });
                }
                Seen::Going => {}
            }
            if let Some(why) = leash.and_then(Leash::stop) {
                return Err(Failure { error: Error::new(ErrorKind::Interrupted, why), fate: Fate::Later });
            }
            self.account.clock.sleep(pause).await;
            pause = (pause * 2).min(PAUSES.1);
        }
        // Waiting again would be hours more, while the environment is held.
        let error = Error::new(ErrorKind::Unavailable, format!("{what} has not ended within an hour"));
        let hint = "look at it in the console; the same command goes on from what has ended by then";
        Err(Failure { error: error.hint(hint), fate: Fate::Refused })
    }
}

/// Returns what `answer` shows by its status at `member`: over at one of `over`, failed at `Failed`.
pub fn seen(answer: Value, member: &str, over: &[&str]) -> Seen {
    match answer[member].as_str().unwrap_or_default() {
        status if over.contains(&status) => Seen::Over(answer),
        "Failed" => Seen::Failed(reasons(&answer)),
        _ => Seen::Going,
    }
}

/// Returns the reasons in `answer`, and what Lex recommends, without the secrets that they quote.
fn reasons(answer: &Value) -> String {
    let list = |member: &str| answer[member].as_array().into_iter().flatten().filter_map(Value::as_str);
    let all: Vec<&str> = list("failureReasons").chain(list("recommendedActions")).collect();
    if all.is_empty() { "Lex does not say why".into() } else { redact_foreign(&all.join("; ")).into_owned() }
}
