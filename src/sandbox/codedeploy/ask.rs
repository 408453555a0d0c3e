//! From a call to the operation.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::world::World;
use super::held::{Application, Held};
use super::{application, config, control, create, group, list, show, target};

/// How many items a page has: the reference does not say (assumed).
const PAGE: usize = 100;

/// A call, its body and the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) now: f64,
}

impl Ask<'_> {
    pub(crate) fn region(&self) -> &str {
        &self.call.region
    }

    /// A text; empty when it is not given.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        let items = self.body.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).collect()
    }

    /// The application that a request names.
    pub(crate) fn application<'h>(&self, held: &'h mut Held) -> Result<&'h mut Application, Fail> {
        let name = self.text("applicationName");
        if name.is_empty() {
            let message = "The application name was not specified.";
            return Err(Fail::new(400, "ApplicationNameRequiredException", message));
        }
        let key = (self.region().to_owned(), name.to_owned());
        held.applications.get_mut(&key).ok_or_else(|| {
            let message = format!("No application found for name: {name}");
            Fail::new(400, "ApplicationDoesNotExistException", message)
        })
    }

    /// A page of a list, with further members.
    pub(crate) fn page(
        &self,
        name: &str,
        items: Vec<Value>,
        more: Map<String, Value>,
    ) -> Result<Answer, Fail> {
        let from: usize = match self.text("nextToken") {
            "" => 0,
            token => token.parse().map_err(|_| {
                Fail::new(
                    400,
                    "InvalidNextTokenException",
                    "The next token was specified in an invalid format.",
                )
            })?,
        };
        let next = from.saturating_add(PAGE);
        let mut out = more;
        if next < items.len() {
            out.insert("nextToken".into(), json!(next.to_string()));
        }
        out.insert(name.into(), items.into_iter().skip(from).take(PAGE).collect());
        Ok(Answer::json(&Value::Object(out)))
    }
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !["Get", "List", "BatchGet"].iter().any(|head| operation.starts_with(head))
}

/// The resource that a call is about.
pub(crate) fn hint(call: &Call) -> String {
    let body = call.json().unwrap_or_default();
    let names = ["deploymentId", "applicationName", "deploymentGroupName", "currentDeploymentGroupName"];
    names.iter().filter_map(|name| body.get(*name)?.as_str()).collect::<Vec<_>>().join("/")
}

/// Carries an operation out, on what the caller's account has in the region.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let body = call.json()?;
    let ask = Ask { call, body: &body, now: world.clock.now() };
    match call.operation.as_str() {
        "CreateDeployment" => return create::create(world, &ask),
        "GetDeploymentTarget" => return target::get(world, &ask),
        "BatchGetDeploymentTargets" => return target::batch(world, &ask),
        "StopDeployment" => return control::stop(world, &ask),
        _ => {}
    }
    let held = &mut world.accounts.entry(call.caller.account.clone()).or_default().codedeploy;
    match call.operation.as_str() {
        "CreateApplication" => application::create(held, &ask),
        "GetApplication" => application::get(held, &ask),
        "ListApplications" => application::list(held, &ask),
        "DeleteApplication" => application::delete(held, &ask),
        "CreateDeploymentGroup" => group::create(held, &ask),
        "GetDeploymentGroup" => group::get(held, &ask),
        "BatchGetDeploymentGroups" => group::batch(held, &ask),
        "ListDeploymentGroups" => group::list(held, &ask),
        "UpdateDeploymentGroup" => group::update(held, &ask),
        "DeleteDeploymentGroup" => group::delete(held, &ask),
        "GetDeploymentConfig" => config::get(held, &ask),
        "ListDeploymentConfigs" => config::list(held, &ask),
        "CreateDeploymentConfig" => config::create(held, &ask),
        "GetDeployment" => show::get(held, &ask),
        "BatchGetDeployments" => show::batch(held, &ask),
        "ListDeployments" => list::deployments(held, &ask),
        "ListDeploymentTargets" => target::list(held, &ask),
        "ContinueDeployment" => control::proceed(held, &ask),
        "PutLifecycleEventHookExecutionStatus" => control::report(held, &ask),
        other => Err(Fail::not_implemented(&format!("codedeploy:{other}"))),
    }
}
