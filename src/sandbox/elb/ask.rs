//! From a call to the operation.

use serde_json::{Map, Value};

use super::super::answer::{Answer, Fail};
use super::super::call::{Call, parse_pairs};
use super::super::ids;
use super::super::world::World;
use super::health::Timing;
use super::held::Held;
use super::{attribute, balancer, form, group, listener, rule, tags, target};

/// A call, its parameters and the time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) form: &'a Map<String, Value>,
    pub(crate) now: f64,
}

impl Ask<'_> {
    /// The ARN of something new of the caller's, which ends in 16 hexadecimal digits (Service Authorization Reference,
    /// "Resource types defined by AWS Elastic Load Balancing V2").
    pub(crate) fn new_arn(&self, path: &str) -> String {
        let Call { region, caller, .. } = self.call;
        let id = hex::encode(ids::random::<8>());
        format!("arn:aws:elasticloadbalancing:{region}:{}:{path}/{id}", caller.account)
    }

    /// Whether an ARN is of the region that is asked.
    pub(crate) fn here(&self, arn: &str) -> bool {
        arn.split(':').nth(3) == Some(self.call.region.as_str())
    }
}

/// The operation that a call means: `Action` of its body.
pub(crate) fn operation(call: &Call) -> String {
    let body = String::from_utf8_lossy(&call.body);
    let action = parse_pairs(&body, true).into_iter().find(|(name, _)| name == "Action");
    action.map(|(_, value)| value).unwrap_or_default()
}

/// The resource that a call is about.
pub(crate) fn hint(call: &Call) -> String {
    let form = form::tree(call);
    let names = ["RuleArn", "ListenerArn", "TargetGroupArn", "LoadBalancerArn", "Name"];
    names.iter().find_map(|name| form::text(&form, name)).unwrap_or_default().to_owned()
}

/// Whether an operation can change state.
pub(crate) fn mutates(operation: &str) -> bool {
    !operation.starts_with("Describe")
}

/// Before any call: the switches are as they are now, and targets that have left are gone.
pub(crate) fn attend(world: &mut World) {
    let (timing, now) = (Timing::of(&world.switches), world.clock.now());
    for account in world.accounts.values_mut() {
        account.balancing.timing = timing;
        account.balancing.sweep(now);
    }
}

/// Carries an operation out, on what the caller's account has in the region.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let form = form::tree(call);
    let ask = Ask { call, form: &form, now: world.clock.now() };
    let held: &mut Held = &mut world.accounts.entry(call.caller.account.clone()).or_default().balancing;
    match call.operation.as_str() {
        "CreateLoadBalancer" => balancer::create(held, &ask),
        "DescribeLoadBalancers" => balancer::describe(held, &ask),
        "DeleteLoadBalancer" => balancer::delete(held, &ask),
        "CreateTargetGroup" => group::create(held, &ask),
        "ModifyTargetGroup" => group::modify(held, &ask),
        "DescribeTargetGroups" => group::describe(held, &ask),
        "DeleteTargetGroup" => group::delete(held, &ask),
        "DescribeTargetGroupAttributes" => attribute::describe(held, &ask),
        "ModifyTargetGroupAttributes" => attribute::modify(held, &ask),
        "CreateListener" => listener::create(held, &ask),
        "ModifyListener" => listener::modify(held, &ask),
        "DescribeListeners" => listener::describe(held, &ask),
        "DeleteListener" => listener::delete(held, &ask),
        "CreateRule" => rule::create(held, &ask),
        "ModifyRule" => rule::modify(held, &ask),
        "DescribeRules" => rule::describe(held, &ask),
        "DeleteRule" => rule::delete(held, &ask),
        "RegisterTargets" => target::register(held, &ask),
        "DeregisterTargets" => target::deregister(held, &ask),
        "DescribeTargetHealth" => target::health(held, &ask),
        "AddTags" => tags::add(held, &ask),
        "RemoveTags" => tags::remove(held, &ask),
        "DescribeTags" => tags::describe(held, &ask),
        other => Err(Fail::not_implemented(&format!("elasticloadbalancing:{other}"))),
    }
}
