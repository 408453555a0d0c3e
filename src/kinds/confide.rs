//! Secrets of this process's environment: a command that is run has them, and may print them.

use crate::core::redact::register;

/// What the name of an environment variable has in it whose value is nobody's business.
const SECRET: [&str; 6] = ["PASSWORD", "PASSWD", "SECRET", "TOKEN", "CREDENTIAL", "API_KEY"];

/// Notes them, so that they are found in what a command says.
pub fn confide() {
    for (name, value) in std::env::vars_os() {
        let name = name.to_string_lossy().to_uppercase();
        if let (true, Some(value)) = (SECRET.iter().any(|s| name.contains(s)), value.to_str()) {
            register(value);
        }
    }
}
