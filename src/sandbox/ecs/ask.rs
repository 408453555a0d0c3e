//! A call to ECS: what it says, where it goes, and how its answer is written.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::world::World;
use super::cluster::Cluster;
use super::held::{Region, last};
use super::rules::Rules;
use super::service::Service;
use super::{
    cluster, deployment_calls, deregister, family, register, service_calls, service_create, service_delete,
    service_list, service_update, tag_calls, task_calls, task_run,
};

/// A call that is being carried out.
#[derive(Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) body: Map<String, Value>,
    pub(crate) now: f64,
    pub(crate) rules: Rules,
    /// What is in its region.
    pub(crate) place: &'a mut Region,
}

/// `ClientException`: a request that cannot be carried out ("These errors are usually caused by a client action").
pub(crate) fn client(message: impl Into<String>) -> Fail {
    Fail::new(400, "ClientException", message)
}

/// `InvalidParameterException`.
pub(crate) fn invalid(message: impl Into<String>) -> Fail {
    Fail::new(400, "InvalidParameterException", message)
}

/// No such cluster.
pub(crate) fn no_cluster() -> Fail {
    Fail::new(400, "ClusterNotFoundException", "Cluster not found.")
}

/// No such service.
pub(crate) fn no_service() -> Fail {
    Fail::new(400, "ServiceNotFoundException", "Service not found.")
}

impl Ask<'_> {
    /// A member that is text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name).and_then(Value::as_str)
    }

    /// A member that must be there.
    pub(crate) fn needed(&self, name: &str) -> Result<&str, Fail> {
        self.text(name)
            .filter(|text| !text.is_empty())
            .ok_or_else(|| invalid(format!("{name} cannot be empty.")))
    }

    /// A list of texts.
    pub(crate) fn texts(&self, name: &str) -> Vec<String> {
        let items = self.body.get(name).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    /// Whether a list has a word.
    pub(crate) fn includes(&self, name: &str, word: &str) -> bool {
        self.texts(name).iter().any(|one| one == word)
    }

    /// A member that is true or false.
    pub(crate) fn flag(&self, name: &str) -> bool {
        self.body.get(name).and_then(Value::as_bool) == Some(true)
    }

    /// The name of the cluster that is meant: `default` if none is.
    pub(crate) fn cluster_name(&self) -> String {
        last(self.text("cluster").unwrap_or("default")).to_owned()
    }

    /// The cluster that is meant.
    pub(crate) fn cluster(&mut self) -> Result<&mut Cluster, Fail> {
        let name = self.cluster_name();
        self.place.cluster_mut(&name).ok_or_else(no_cluster)
    }

    /// The service that is meant.
    pub(crate) fn service(&mut self) -> Result<&mut Service, Fail> {
        let name = last(self.needed("service")?).to_owned();
        self.cluster()?.services.get_mut(&name).ok_or_else(no_service)
    }

    /// The start of ARNs of this region and account.
    pub(crate) fn arn(&self) -> String {
        format!("arn:aws:ecs:{}:{}", self.call.region, self.call.caller.account)
    }

    /// A page of `items`, as `member`, with `nextToken` where there are more. The token is the place of the next item.
    pub(crate) fn page(&self, member: &str, items: Vec<Value>, default: usize) -> Result<Value, Fail> {
        let limit = match self.body.get("maxResults").and_then(Value::as_u64) {
            None => default,
            Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(default),
            Some(_) => return Err(invalid("maxResults must be between 1 and 100.")),
        };
        let from = match self.text("nextToken") {
            None => 0,
            Some(token) => token.parse().map_err(|_| invalid("Invalid token."))?,
        };
        let count = items.len();
        let page: Vec<Value> = items.into_iter().skip(from).take(limit).collect();
        let mut out = json!({ member: page });
        if from + limit < count {
            out["nextToken"] = json!((from + limit).to_string());
        }
        Ok(out)
    }
}

/// Carries an operation out: what was due happens first, and then what the call begins.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let (account, region) = (call.caller.account.clone(), call.region.clone());
    let body = call.json()?;
    let now = world.clock.now();
    super::settle(world, &account, &region);
    let rules = Rules::of(&world.switches);
    let known = world.accounts.get_mut(&account).ok_or_else(|| client("There is no such account."))?;
    let mut held = std::mem::take(&mut known.ecs);
    let place = held.regions.entry(region.clone()).or_default();
    if place.settled == 0.0 {
        place.settled = now;
    }
    let answer = carry_out(&mut Ask { call, body, now, rules, place });
    if let Some(known) = world.accounts.get_mut(&account) {
        known.ecs = held;
    }
    let mut answer = Answer::json(&answer?);
    answer.headers = vec![("content-type".into(), "application/x-amz-json-1.1".into())];
    Ok(answer)
}

fn carry_out(ask: &mut Ask<'_>) -> Result<Value, Fail> {
    match ask.call.operation.as_str() {
        "CreateCluster" => cluster::create(ask),
        "DescribeClusters" => cluster::describe(ask),
        "ListClusters" => cluster::list(ask),
        "RegisterTaskDefinition" => register::register(ask),
        "DescribeTaskDefinition" => family::describe(ask),
        "ListTaskDefinitions" => family::list(ask),
        "DeregisterTaskDefinition" => deregister::deregister(ask),
        "DeleteTaskDefinitions" => deregister::delete(ask),
        "CreateService" => service_create::create(ask),
        "UpdateService" => service_update::update(ask),
        "DeleteService" => service_delete::delete(ask),
        "DescribeServices" => service_list::describe(ask),
        "ListServices" => service_list::list(ask),
        "ListTasks" => task_calls::list(ask),
        "DescribeTasks" => task_calls::describe(ask),
        "StopTask" => task_run::stop(ask),
        "RunTask" => task_run::run(ask),
        "ListServiceDeployments" => deployment_calls::list(ask),
        "DescribeServiceDeployments" => deployment_calls::describe(ask),
        "DescribeServiceRevisions" => deployment_calls::revisions(ask),
        "StopServiceDeployment" => service_calls::stop(ask),
        "ContinueServiceDeployment" => service_calls::go_on(ask),
        "TagResource" => tag_calls::tag(ask),
        "UntagResource" => tag_calls::untag(ask),
        "ListTagsForResource" => tag_calls::list(ask),
        other => Err(Fail::not_implemented(&format!("ecs:{other}"))),
    }
}
