//! What a container does that runs an image, as its configuration says it in labels: a copy behaves as the original does.

use serde_json::{Map, Value, json};

/// What a container does that runs an image.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Behaviour {
    /// After how many seconds on the clock its process ends, and with which code; never, if nothing is said.
    pub exits: Option<(f64, i64)>,
    /// Whether it ends since it is out of memory.
    pub out_of_memory: bool,
    /// Whether it answers health checks: those of its container and those of its target groups.
    pub unhealthy: bool,
    /// After how many seconds it answers them.
    pub warms_up: f64,
    /// What it logs when it starts.
    pub log: Vec<String>,
}

const EXITS_AFTER: &str = "sandbox.exits-after";
const EXITS_WITH: &str = "sandbox.exits-with";
const OUT_OF_MEMORY: &str = "sandbox.out-of-memory";
const UNHEALTHY: &str = "sandbox.unhealthy";
const WARMS_UP: &str = "sandbox.warms-up";
const LOG: &str = "sandbox.log";

impl Behaviour {
    /// The labels that say it; nothing for what a container does anyway.
    pub(super) fn labels(&self) -> Map<String, Value> {
        let mut out = Map::new();
        let mut say = |name: &str, text: String| out.insert(name.to_owned(), json!(text));
        if let Some((after, code)) = self.exits {
            say(EXITS_AFTER, after.to_string());
            say(EXITS_WITH, code.to_string());
        }
        if self.out_of_memory {
            say(OUT_OF_MEMORY, "true".into());
        }
        if self.unhealthy {
            say(UNHEALTHY, "true".into());
        }
        if self.warms_up > 0.0 {
            say(WARMS_UP, self.warms_up.to_string());
        }
        if !self.log.is_empty() {
            say(LOG, json!(self.log).to_string());
        }
        out
    }

    /// Reads the labels of an image's configuration (OCI image specification, "Image Configuration", `config.Labels`).
    pub(super) fn of_config(config: &[u8]) -> Behaviour {
        let config: Value = serde_json::from_slice(config).unwrap_or_default();
        let text = |name: &str| config["config"]["Labels"][name].as_str();
        let after = text(EXITS_AFTER).and_then(|text| text.parse().ok());
        let with = text(EXITS_WITH).and_then(|text| text.parse().ok());
        Behaviour {
            exits: after.zip(with),
            out_of_memory: text(OUT_OF_MEMORY) == Some("true"),
            unhealthy: text(UNHEALTHY) == Some("true"),
            warms_up: text(WARMS_UP).and_then(|text| text.parse().ok()).unwrap_or(0.0),
            log: text(LOG).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_all_of_it() {
        let all = Behaviour {
            exits: Some((1.5, 137)),
            out_of_memory: true,
            unhealthy: true,
            warms_up: 30.0,
            log: vec!["starts".into(), "says \"no\"".into()],
        };
        for one in [all, Behaviour::default()] {
            let config = json!({"config": {"Labels": one.labels()}}).to_string();
            assert_eq!(Behaviour::of_config(config.as_bytes()), one);
        }
        assert_eq!(Behaviour::of_config(b"no JSON"), Behaviour::default());
    }
}
