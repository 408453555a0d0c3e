//! The control path, `/_sandbox/`: calls, faults, holds, switches, state and the clock over HTTP.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Answer, Fail};
use super::call::Call;
use super::cloudwatch::AlarmState;
use super::fault::{Armed, Fault, Hold};
use super::lambda::Handling;
use super::server::Shared;
use super::state;
use super::{ecr, lex};

/// Answers a control request.
pub(crate) fn answer(shared: &Shared, call: &Call) -> Answer {
    match handle(shared, call) {
        Ok(value) => Answer::json(&value),
        Err(fail) => fail.answer(""),
    }
}

fn handle(shared: &Shared, call: &Call) -> Result<Value, Fail> {
    let body = if call.method == "POST" { Value::Object(call.json()?) } else { Value::Null };
    let mut world = shared.world();
    let rest = call.path.trim_start_matches("/_sandbox").trim_matches('/');
    let done = json!({"ok": true});
    Ok(match (call.method.as_str(), rest) {
        ("GET", "health") => json!({"ok": true, "calls": world.n, "held": world.held}),
        ("GET", "calls") => Value::Array(world.calls.iter().map(super::record::CallRecord::json).collect()),
        ("DELETE", "calls") => {
            world.calls.clear();
            done
        }
        ("POST", "faults") => {
            let fault = Fault::from_json(&body).map_err(|message| Fail::new(400, "BadFault", message))?;
            world.faults.push(Armed::new(fault));
            done
        }
        ("DELETE", "faults") => {
            world.faults.clear();
            done
        }
        ("GET", "state") => state::all(&world),
        ("POST", "hold") => {
            world.holds.push(Hold::from_json(&body));
            done
        }
        ("POST", "release") => {
            world.holds.clear();
            shared.released.notify_waiters();
            done
        }
        ("POST", "advance") => {
            let seconds = body.get("seconds").and_then(Value::as_f64).unwrap_or(0.0).clamp(0.0, 1e9);
            world.clock.advance(Duration::from_secs_f64(seconds));
            if body.get("late").and_then(Value::as_bool) == Some(true) {
                world.deliver_late();
            }
            done
        }
        ("GET", "switches") => json!(world.switches.all()),
        ("POST", "switches") => {
            for (name, value) in body.as_object().into_iter().flatten() {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                world
                    .switches
                    .set(name, &value)
                    .map_err(|why| Fail::new(400, "BadSwitch", why.to_string()))?;
            }
            json!(world.switches.all())
        }
        ("GET", path) if path.starts_with("state/connect/") => {
            state::connect(&world, path.trim_start_matches("state/connect/"))
        }
        ("POST", "alarm") => {
            let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
            let bad = |why: String| Fail::new(400, "BadControl", why);
            let state = AlarmState::of(text("state"));
            let state = state.ok_or_else(|| bad("state is not OK, ALARM or INSUFFICIENT_DATA".into()))?;
            world.set_alarm(text("account"), text("region"), text("name"), state).map_err(bad)?;
            done
        }
        ("POST", "lambda") => {
            let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
            let bad = |why: String| Fail::new(400, "BadControl", why);
            let handling = Handling::from_json(&body).map_err(bad)?;
            let (place, version) = ((text("account"), text("region")), (text("function"), text("version")));
            world.set_handling(place, version, handling).map_err(bad)?;
            done
        }
        ("POST", "scan") => {
            ecr::set_scan(&mut world, &body).map_err(|why| Fail::new(400, "BadControl", why))?;
            done
        }
        ("POST", path) if path.starts_with("lex/") => {
            let done = lex::control(&mut world, path.trim_start_matches("lex/"), &body);
            done.map_err(|why| Fail::new(400, "BadControl", why))?
        }
        _ => {
            return Err(Fail::new(404, "NotFound", format!("no control path {} {}", call.method, call.path)));
        }
    })
}
