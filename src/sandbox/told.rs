//! What the sandbox has handed out or has been sent that nobody else is to see: a test can look for it elsewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::answer::Answer;
use super::call::Call;

/// Each as what it is and its text.
#[derive(Debug, Default)]
pub(crate) struct Told(BTreeSet<(&'static str, String)>);

impl Told {
    /// All so far, in the order of their sorts.
    pub(crate) fn all(&self) -> Vec<(&'static str, String)> {
        self.0.iter().cloned().collect()
    }

    /// Takes what a call brings, and what its answer, as far as it is sent, hands out.
    pub(crate) fn note(&mut self, call: &Call, answer: Option<&Answer>) {
        if let Some(presigned) = &call.presigned {
            self.0.insert(("a signature in a URL", presigned.signature().to_owned()));
        }
        if call.operation == "CreateUser" {
            let body = call.json().unwrap_or_default();
            if let Some(password) = body.get("Password").and_then(Value::as_str) {
                self.0.insert(("a password", password.to_owned()));
            }
        }
        self.signatures(&call.body);
        let Some(answer) = answer else { return };
        self.signatures(&answer.body);
        if call.operation == "AssumeRole" {
            let text = String::from_utf8_lossy(&answer.body);
            for (what, element) in
                [("a session's secret key", "SecretAccessKey"), ("a session's token", "SessionToken")]
            {
                let inside = text.split(&format!("<{element}>")).nth(1);
                if let Some((value, _)) = inside.and_then(|rest| rest.split_once("</")) {
                    self.0.insert((what, value.to_owned()));
                }
            }
        }
    }

    /// Takes the signatures of the URLs in a body.
    fn signatures(&mut self, body: &[u8]) {
        const NAME: &[u8] = b"X-Amz-Signature=";
        let mut rest = body;
        while let Some(at) = rest.windows(NAME.len()).position(|window| window == NAME) {
            rest = &rest[at + NAME.len()..];
            let length = rest.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            let signature = String::from_utf8_lossy(&rest[..length]).into_owned();
            if length == 64 {
                self.0.insert(("a signature in a URL", signature));
            }
        }
    }
}
