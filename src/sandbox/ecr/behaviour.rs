//! What a container does that runs an image, as its configuration says it in labels: a copy behaves as the original does.

use std::collections::BTreeMap;

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
    /// What it does where it runs another command than the image's own, by that command.
    pub commands: BTreeMap<String, Act>,
}

/// What a command of an image does: it ends by itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Act {
    /// After how many seconds on the clock.
    pub after: f64,
    /// With which code.
    pub code: i64,
    /// What it logs when it starts.
    pub log: Vec<String>,
}

const EXITS_AFTER: &str = "sandbox.exits-after";
const EXITS_WITH: &str = "sandbox.exits-with";
const OUT_OF_MEMORY: &str = "sandbox.out-of-memory";
const UNHEALTHY: &str = "sandbox.unhealthy";
const WARMS_UP: &str = "sandbox.warms-up";
const COMMANDS: &str = "sandbox.commands";
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
        if !self.commands.is_empty() {
            let one = |(command, act): (&String, &Act)| {
                let act = json!({"after": act.after, "code": act.code, "log": act.log});
                (command.clone(), act)
            };
            say(COMMANDS, Value::Object(self.commands.iter().map(one).collect()).to_string());
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
            commands: text(COMMANDS).map(commands).unwrap_or_default(),
        }
    }

    /// What a container does that runs `command` in the place of the image's own. One that the image says nothing of is not
    /// in it: a shell ends with 127 then (POSIX, "Exit Status for Commands").
    pub(crate) fn running(&self, command: &[String]) -> Behaviour {
        let line = command.join(" ");
        let act = self.commands.get(&line).cloned().unwrap_or_else(|| {
            let log = vec![format!("exec: {}: not found", command.first().map_or("", String::as_str))];
            Act { after: 0.0, code: 127, log }
        });
        Behaviour { exits: Some((act.after, act.code)), log: act.log, ..Behaviour::default() }
    }
}

fn commands(text: &str) -> BTreeMap<String, Act> {
    let all: Map<String, Value> = serde_json::from_str(text).unwrap_or_default();
    let one = |(command, act): (String, Value)| {
        let log = act["log"].as_array().into_iter().flatten().filter_map(Value::as_str).map(String::from);
        let after = act["after"].as_f64().unwrap_or_default();
        (command, Act { after, code: act["code"].as_i64().unwrap_or_default(), log: log.collect() })
    };
    all.into_iter().map(one).collect()
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
            commands: [("bin/x up".into(), Act { after: 0.5, code: 3, log: vec!["up".into()] })].into(),
        };
        for one in [all, Behaviour::default()] {
            let config = json!({"config": {"Labels": one.labels()}}).to_string();
            assert_eq!(Behaviour::of_config(config.as_bytes()), one);
        }
        assert_eq!(Behaviour::of_config(b"no JSON"), Behaviour::default());
    }
}
