//! What an operation is asked, and under which rules.

use serde_json::{Map, Value};

use super::super::call::Call;
use super::super::world::World;

/// The switches and the time, as they stand when a call is carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Env {
    pub(crate) now: f64,
    /// The number of this call.
    pub(crate) n: u64,
    pub(crate) publishes_saved: bool,
    pub(crate) saved_can_be_referenced: bool,
    pub(crate) names_unique_across_types: bool,
    pub(crate) delete_referenced_flow: bool,
    pub(crate) reserialised: bool,
    pub(crate) hours_reordered: bool,
    pub(crate) lag: u64,
    pub(crate) search_fills_content: bool,
    pub(crate) foreign_lambda_accepted: bool,
    pub(crate) associate_again: bool,
    pub(crate) delete_linked_quick_connect: bool,
    pub(crate) delete_referenced_queue: bool,
    pub(crate) quota_is_limit_exceeded: bool,
}

impl Env {
    pub(crate) fn of(world: &World) -> Env {
        let on = |name| world.switches.on(name);
        Env {
            now: world.clock.now(),
            n: world.n + 1,
            publishes_saved: on("update_publishes_saved_flow"),
            saved_can_be_referenced: on("saved_flow_can_be_referenced"),
            names_unique_across_types: on("flow_names_unique_across_types"),
            delete_referenced_flow: on("delete_referenced_flow"),
            reserialised: on("content_reserialised"),
            hours_reordered: on("hours_config_reordered"),
            lag: world.switches.number("list_lag_calls"),
            search_fills_content: on("search_fills_content"),
            foreign_lambda_accepted: on("foreign_lambda_accepted"),
            associate_again: on("associate_again"),
            delete_linked_quick_connect: on("delete_linked_quick_connect"),
            delete_referenced_queue: on("delete_referenced_queue"),
            quota_is_limit_exceeded: on("profile_quota_is_limit_exceeded"),
        }
    }
}

/// A call, its body, and the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) env: Env,
}
