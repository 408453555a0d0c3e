//! What a version of a function does when it is invoked: nothing runs here, so a scenario or a test says it.

use serde_json::{Map, Value, json};

/// What a version does with an invocation. Without a word about it, it answers what it is given.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Handling {
    /// What it answers; what it was given, if nothing is said.
    pub payload: Option<Value>,
    /// The share of invocations that end with an error of the function: from 0 to 1.
    pub errors: f64,
    /// How many milliseconds it takes, as `Duration` tells it. The answer comes at once all the same.
    pub duration_ms: f64,
    /// The lines that it prints.
    pub log: Vec<String>,
}

impl Handling {
    /// Reads it as the control path has it: `payload`, `errors`, `duration_ms`, `log`.
    pub(crate) fn from_json(body: &Value) -> Result<Handling, String> {
        let number = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(0.0),
            Some(value) => {
                value.as_f64().filter(|n| *n >= 0.0).ok_or(format!("{name} is no number from 0 on"))
            }
        };
        let errors = number("errors")?;
        if errors > 1.0 {
            return Err("errors is a share: 1 at most".into());
        }
        let payload = body.get("payload").filter(|payload| !payload.is_null()).cloned();
        let lines = body.get("log").and_then(Value::as_array).into_iter().flatten();
        let log = lines.filter_map(Value::as_str).map(str::to_owned).collect();
        Ok(Handling { payload, errors, duration_ms: number("duration_ms")?, log })
    }

    /// The error that a function ends with, as a runtime tells it ("Lambda function errors in Node.js": `errorType` and
    /// `errorMessage`).
    pub(super) fn error() -> Value {
        let mut out = Map::new();
        out.insert("errorType".into(), json!("Error"));
        out.insert("errorMessage".into(), json!("an error of the sandbox's making"));
        Value::Object(out)
    }
}

/// A number from 0 to 1 that is the same for the same function, invocation and purpose: SplitMix64, whose numbers are spread
/// evenly, so that shares hold over many invocations.
pub(super) fn draw(arn: &str, n: u64, purpose: u64) -> f64 {
    // FNV-1a of the ARN.
    let seed = arn.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let step = n.wrapping_mul(4).wrapping_add(purpose).wrapping_add(1);
    let mut z = seed.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_hold_and_the_sequence_is_the_same_each_time() {
        for share in [0.01, 0.1, 0.5, 0.9] {
            let below = |purpose| (0..10_000).filter(|n| draw("arn:one", *n, purpose) < share).count();
            for purpose in [0, 1] {
                let seen = below(purpose) as f64 / 10_000.0;
                assert!((seen - share).abs() < 0.015, "{share}: {seen}");
            }
        }
        assert_eq!(draw("arn:one", 7, 0), draw("arn:one", 7, 0));
        assert_ne!(draw("arn:one", 7, 0), draw("arn:two", 7, 0));
    }

    #[test]
    fn what_is_no_handling_is_refused() {
        assert_eq!(Handling::from_json(&json!({})), Ok(Handling::default()));
        assert!(Handling::from_json(&json!({"errors": 2})).is_err());
        assert!(Handling::from_json(&json!({"duration_ms": -1})).is_err());
    }
}
