//! How a service deployment stands: forwards, back, or at one of its ends.
//!
//! Source: "ServiceDeployment" (ECS API reference); deploy-peers 4.1: only SUCCESSFUL is success, and what a later version of
//! the service says is read as "goes on".

use serde_json::Value;

/// How a service deployment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It goes on, forwards.
    Forwards,
    /// It goes on, back.
    Back,
    /// It has succeeded.
    Succeeded,
    /// What was there before is there again.
    TakenBack,
    /// It has stopped where it was.
    Stopped,
    /// It has failed to go back.
    Stuck,
}

/// Returns how `deployment` stands.
pub fn standing(deployment: &Value) -> Standing {
    match deployment["status"].as_str().unwrap_or_default() {
        "SUCCESSFUL" => Standing::Succeeded,
        "ROLLBACK_SUCCESSFUL" => Standing::TakenBack,
        "ROLLBACK_FAILED" => Standing::Stuck,
        "STOPPED" => Standing::Stopped,
        "ROLLBACK_REQUESTED" | "ROLLBACK_IN_PROGRESS" | "STOP_REQUESTED" => Standing::Back,
        _ => Standing::Forwards,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_successful_is_success_and_new_words_go_on() {
        for (status, expected) in [
            ("SUCCESSFUL", Standing::Succeeded),
            ("ROLLBACK_SUCCESSFUL", Standing::TakenBack),
            ("ROLLBACK_FAILED", Standing::Stuck),
            ("STOPPED", Standing::Stopped),
            ("STOP_REQUESTED", Standing::Back),
            ("ROLLBACK_IN_PROGRESS", Standing::Back),
            ("PENDING", Standing::Forwards),
            ("IN_PROGRESS", Standing::Forwards),
            ("SOMETHING_NEW", Standing::Forwards),
        ] {
            assert_eq!(standing(&json!({ "status": status })), expected, "{status}");
        }
    }
}
