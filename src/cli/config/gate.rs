//! `[environments.NAME.gates.GATE]`: the questions that decide whether a deployment goes on.

use std::ops::Range;
use std::time::Duration;

use crate::core::gate::{Gate, GateAt, Probe, Undecided};
use crate::core::rollout::duration;
use crate::core::{Error, Result};

use super::addresses::selection;
use super::gate_metric::metric;
use super::gate_probe::{alarms, command, http, invoke, scan};
use super::read::plain;
use super::table::{At, Table};

/// What a gate may ask, of which it asks one.
const PROBES: [&str; 6] = ["http", "alarms", "metric", "command", "invoke", "scan"];
const KEYS: [&str; 14] = [
    "about",
    "at",
    "every",
    "tries",
    "undecided",
    "http",
    "alarms",
    "metric",
    "command",
    "invoke",
    "scan",
    // Of a command.
    "pass",
    "undecided_codes",
    "limit",
];
/// How often a gate is asked while a rung is held.
const EVERY: Duration = Duration::from_secs(30);
/// The most answers in a row that may be bad.
const MOST_TRIES: f64 = 100.0;

/// Reads the gates, by the order of their names.
pub(super) fn gates(table: &Table<'_>) -> Result<Vec<Gate>> {
    let Some(inner) = table.inner("gates", "gates")? else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (name, span, value) in table.below("gates")? {
        if !plain(&name) {
            let message = format!("`{name}` cannot be the name of a gate: use A-Z a-z 0-9 - _ only");
            return Err(table.place.error(&span, message));
        }
        let path = format!("the gate {name}");
        match value.get_ref().as_table() {
            Some(entries) => all.push(gate(&Table::new(table.place, &path, entries), &name, &span)?),
            None => return Err(inner.wrong(&name, value, "a table")),
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn gate(table: &Table<'_>, name: &str, whole: &Range<usize>) -> Result<Gate> {
    table.only(&KEYS, &[])?;
    let about = table.list("about")?;
    if let Some(at) = &about {
        if at.value.is_empty() {
            let error = table.place.error(&at.span, format!("the gate {name} is about nothing"));
            return Err(error.hint("leave `about` out, and it is about everything"));
        }
        selection(table.place, &at.value)?;
    }
    let undecided = match table.get("undecided") {
        None => Undecided::Pause,
        Some(_) => choice(
            table,
            "undecided",
            &[("pause", Undecided::Pause), ("fail", Undecided::Fail), ("pass", Undecided::Pass)],
        )?,
    };
    let at = match table.get("at") {
        None => None,
        Some(_) => Some(choice(
            table,
            "at",
            &[("rungs", GateAt::Rungs), ("after", GateAt::After), ("both", GateAt::Both)],
        )?),
    };
    let mut gate = Gate {
        name: name.to_string(),
        about: about.into_iter().flat_map(|at| at.value).map(|at| at.value).collect(),
        at: at.unwrap_or(GateAt::Both),
        every: long(table, "every")?.unwrap_or(EVERY),
        tries: tries(table)?,
        undecided,
        probe: probe(table, name, whole)?,
    };
    match (gate.of_a_shift(), at) {
        (Some(_), None | Some(GateAt::Rungs)) => gate.at = GateAt::Rungs,
        (Some(text), Some(_)) => {
            let message =
                format!("the gate {name} has {text}, which means something on the rungs of a ladder only");
            return Err(table.place.error(whole, message).hint("at = \"rungs\""));
        }
        (None, _) => {}
    }
    Ok(gate)
}

fn probe(table: &Table<'_>, name: &str, whole: &Range<usize>) -> Result<Probe> {
    let asked: Vec<&str> = PROBES.into_iter().filter(|key| table.get(key).is_some()).collect();
    let one = match &asked[..] {
        [one] => *one,
        [] => {
            let message = format!("the gate {name} asks nothing");
            let error = table.place.error(whole, message);
            return Err(error.hint(format!("say one of {}: alarms = [\"orders-5xx\"]", PROBES.join(", "))));
        }
        [_, second, ..] => {
            let span = table.get(second).map_or(whole.clone(), |value| value.span());
            let message = format!("the gate {name} asks {}, and a gate asks one thing", asked.join(" and "));
            return Err(table.place.error(&span, message).hint("make two gates of it"));
        }
    };
    if one != "command" {
        for key in ["pass", "undecided_codes", "limit"] {
            let Some(value) = table.get(key) else { continue };
            let message = format!("`{key}` is of a command, and the gate {name} asks {one}");
            let hint = match (key, one) {
                ("limit", "invoke") => {
                    "write it into the table: invoke = { function = \"NAME\", limit = \"30s\" }"
                }
                _ => "leave it out",
            };
            return Err(table.place.error(&value.span(), message).hint(hint));
        }
    }
    match one {
        "http" => http(table),
        "alarms" => alarms(table),
        "metric" => metric(table),
        "command" => command(table),
        "invoke" => invoke(table),
        _ => scan(table),
    }
}

fn tries(table: &Table<'_>) -> Result<u32> {
    let Some(at) = table.number("tries")? else { return Ok(1) };
    if at.value.fract() != 0.0 || !(1.0..=MOST_TRIES).contains(&at.value) {
        let message = "`tries` has to be a whole number from 1 to 100: so many bad answers in a row fail";
        return Err(table.place.error(&at.span, message));
    }
    Ok(at.value as u32)
}

/// Returns the one of `choices` that stands under `key`, as a text.
pub(super) fn choice<T: Copy>(table: &Table<'_>, key: &str, choices: &[(&str, T)]) -> Result<T> {
    let at = table.text(key)?;
    let (said, span) = at.map_or((String::new(), 0..0), |at| (at.value, at.span));
    if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == said) {
        return Ok(*chosen);
    }
    let words: Vec<String> = choices.iter().map(|(word, _)| format!("\"{word}\"")).collect();
    let words = match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => words.concat(),
    };
    Err(table.place.error(&span, format!("`{key}` has to be {words}, not \"{said}\"")))
}

/// Returns a duration that stands under `key`.
pub(super) fn long(table: &Table<'_>, key: &str) -> Result<Option<Duration>> {
    let Some(at) = table.text(key)? else { return Ok(None) };
    match duration(&at.value) {
        Some(long) => Ok(Some(long)),
        None => Err(no_duration(table, key, &at)),
    }
}

fn no_duration(table: &Table<'_>, key: &str, at: &At<String>) -> Error {
    let message = format!("`{key}` has to be a duration such as 800ms, 30s or 5m, not \"{}\"", at.value);
    table.place.error(&at.span, message)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use toml::de::DeTable;

    use super::super::table::Place;
    use super::*;

    fn read(text: &str) -> Result<Vec<Gate>> {
        let parsed = DeTable::parse(text).unwrap();
        let place = Place { file: Path::new("snapdeploy.toml"), text };
        gates(&Table::new(place, "[environments.prod]", parsed.get_ref()))
    }

    fn one(text: &str) -> Gate {
        read(&format!("[gates.smoke]\n{text}\n")).unwrap().remove(0)
    }

    #[test]
    fn each_probe_is_read_with_what_goes_without_saying() {
        let gate = one("command = \"./smoke.sh\"");
        assert_eq!(
            (gate.name.as_str(), gate.at, gate.every.as_secs(), gate.tries),
            ("smoke", GateAt::Both, 30, 1)
        );
        let limit = Duration::from_secs(60);
        let line = "./smoke.sh".to_string();
        assert_eq!(gate.probe, Probe::Command { line, pass: vec![0], undecided: vec![], limit });
        let gate = one(
            "command = \"terraform plan -detailed-exitcode\"\nundecided_codes = [2]\nlimit = \"5m\"\ntries = 3",
        );
        assert!(matches!(gate.probe, Probe::Command { undecided, .. } if undecided == [2]));
        assert_eq!(gate.tries, 3);
        let gate = one("http = { url = \"https://{alias}.acme.test/up\", status = 204, within = \"800ms\" }");
        assert_eq!(gate.at, GateAt::Rungs, "an alias is known there only");
        let Probe::Http { status, within, .. } = gate.probe else { panic!() };
        assert_eq!((status, within), (vec![204], Some(Duration::from_millis(800))));
        let gate =
            one("http = { url = \"https://acme.test\", send_from = { Authorization = \"SMOKE_TOKEN\" } }");
        assert!(matches!(gate.probe, Probe::Http { status, .. } if status.len() == 100 && status[0] == 200));
        let gate = one("alarms = [\"orders-5xx\"]\nabout = [\"lambda/function/*\"]\nundecided = \"fail\"");
        assert_eq!((gate.about, gate.undecided), (vec!["lambda/function/*".to_string()], Undecided::Fail));
        let metric =
            "namespace = \"AWS/Lambda\", name = \"Errors\", dimensions = { FunctionName = \"orders\" }";
        let gate =
            one(&format!("metric = {{ {metric}, per = \"Invocations\", above = \"5%\", at_least = 50 }}"));
        let Probe::Metric { of, per, above, at_least, over, .. } = gate.probe else { panic!() };
        assert_eq!((of.statistic.as_str(), above, at_least, over.as_secs()), ("Sum", Some(0.05), 50.0, 300));
        assert_eq!(per.unwrap().dimensions, of.dimensions);
        let gate = one(&format!("metric = {{ {metric}, statistic = \"p99.9\", above = 2, over = \"10m\" }}"));
        assert!(matches!(gate.probe, Probe::Metric { above: Some(2.0), .. }));
        let gate = one(
            "invoke = { function = \"smoke:live\", payload = { n = [1, true] }, expects = { ok = true } }",
        );
        let Probe::Invoke { payload, expects, .. } = gate.probe else { panic!() };
        assert_eq!(
            (payload.to_string().as_str(), expects.to_string().as_str()),
            (r#"{"n":[1,true]}"#, r#"{"ok":true}"#)
        );
        assert_eq!(one("scan = { worst = \"MEDIUM\" }").probe, Probe::Scan { worst: "MEDIUM".into() });
    }

    #[test]
    fn what_is_wrong_is_named_where_it_stands() {
        let metric = "namespace = \"N\", name = \"M\"";
        let cases = [
            ("every = \"30s\"", "1:8: the gate smoke asks nothing"),
            ("alarms = [\"a\"]\ncommand = \"b\"", "3:11: the gate smoke asks alarms and command"),
            ("alarms = []", "2:10: `alarms` has to name 1 to 100"),
            ("alarms = [\"a\"]\nlimit = \"5m\"", "3:9: `limit` is of a command"),
            ("alarms = [\"a\"]\nabout = []", "3:9: the gate smoke is about nothing"),
            ("alarms = [\"a\"]\nabout = [\"lambda\"]", "3:10: `lambda` selects nothing"),
            (
                "http = { url = \"https://{version}.acme.test\" }\nat = \"after\"",
                "has {version}, which means something on the rungs",
            ),
            (
                "alarms = [\"a\"]\nat = \"before\"",
                "3:6: `at` has to be \"rungs\", \"after\" or \"both\", not \"before\"",
            ),
            ("alarms = [\"a\"]\nundecided = 1", "3:13: `undecided` has to be a text"),
            ("alarms = [\"a\"]\nevery = \"soon\"", "3:9: `every` has to be a duration such as 800ms"),
            ("alarms = [\"a\"]\ntries = 0", "3:9: `tries` has to be a whole number"),
            ("command = \"x\"\npass = []", "3:8: `pass` is empty"),
            ("command = \"x\"\nundecided_codes = [0]", "3:20: 0 is in `pass` too"),
            ("command = \"x\"\npass = 256", "3:8: no command ends with 256"),
            ("http = { url = \"acme.test\" }", "2:16: `url` has to start with https://"),
            ("http = { url = \"https://a.test\", status = 99 }", "2:43: 99 is not a status"),
            ("http = { url = \"https://a.test\", method = \"get\" }", "2:43: `method` has to be one of GET"),
            ("http = { url = \"https://a.test\", send = { Authorization = \"x\" } }", "is a secret"),
            ("http = { url = \"https://a.test\", send = { X-Api-Key = \"x\" } }", "X-Api-Key is a secret"),
            ("http = { url = \"https://me:x@a.test\" }", "2:16: `url` has a secret"),
            ("http = { url = \"https://a.test?token=x\" }", "(its parameter `token`)"),
            (
                "http = { url = \"https://a.test\", send_from = { A = \"no-name\" } }",
                "is not the name of an environment",
            ),
            (
                "http = { url = \"https://a.test\", send = { \"a b\" = \"x\" } }",
                "cannot be the name of a header",
            ),
            ("http = { url = \"https://a.test\", within = \"2m\" }", "2:43: `within` has to be 60s at most"),
            ("http = { url = \"https://a.test\", body = \"x\" }", "2:34: unknown key `body` in `http`"),
            (&format!("metric = {{ {metric} }}"), "2:10: a metric needs a bound"),
            (
                &format!("metric = {{ {metric}, above = \"5%\" }}"),
                "`above` is a share, and nothing says of what",
            ),
            (&format!("metric = {{ {metric}, above = \"five\" }}"), "`above` has to be a number"),
            (
                &format!("metric = {{ {metric}, above = 1, statistic = \"p101\" }}"),
                "there is no statistic `p101`",
            ),
            (
                &format!("metric = {{ {metric}, above = 1, per = \"X\", statistic = \"p99\" }}"),
                "`per` divides sums",
            ),
            (&format!("metric = {{ {metric}, above = 1, over = \"30s\" }}"), "`over` has to be at least 1m"),
            ("invoke = { payload = {} }", "2:10: `invoke` has no `function`"),
            ("invoke = { function = \"arn:aws:lambda:x\" }", "2:23: `function` has to be a name"),
            ("invoke = { function = \"f\", limit = \"1h\" }", "2:36: `limit` has to be 15m at most"),
            ("scan = { worst = \"CRITICAL\" }", "2:18: with CRITICAL nothing is worse"),
            ("scan = { worst = \"BAD\" }", "2:18: `worst` has to be \"NONE\""),
        ];
        for (text, said) in cases {
            let error = read(&format!("[gates.smoke]\n{text}\n")).unwrap_err();
            assert!(error.message.starts_with("snapdeploy.toml:"), "{text}: {error}");
            assert!(error.message.contains(said), "{text}: {error}");
        }
        assert!(
            read("[gates.\"a b\"]\nalarms = [\"x\"]")
                .unwrap_err()
                .message
                .contains("cannot be the name of a gate")
        );
        assert!(read("gates = 1").unwrap_err().message.contains("`gates` has to be a table"));
    }
}
