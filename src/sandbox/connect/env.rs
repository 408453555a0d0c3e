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
    pub(crate) archived_holds_name: bool,
    pub(crate) delete_referenced_prompt: bool,
    pub(crate) draft_leaves_published: bool,
    pub(crate) flow_versions_of_all_types: bool,
    pub(crate) foreign_prompt_url: bool,
    pub(crate) unchanged_version_is_new: bool,
    pub(crate) publishes_saved: bool,
    pub(crate) saved_can_be_referenced: bool,
    pub(crate) names_unique_across_types: bool,
    pub(crate) delete_referenced_flow: bool,
    pub(crate) reserialised: bool,
    pub(crate) hours_reordered: bool,
    pub(crate) lag: u64,
    pub(crate) search_fills_content: bool,
    pub(crate) foreign_lambda_accepted: bool,
    pub(crate) associate_twice_refused: bool,
    pub(crate) associations_by_arn: bool,
    pub(crate) override_touches_hours: bool,
    pub(crate) associate_again: bool,
    pub(crate) delete_linked_quick_connect: bool,
    pub(crate) delete_referenced_queue: bool,
    pub(crate) quota_is_limit_exceeded: bool,
    pub(crate) hierarchy_names_unique: bool,
    pub(crate) phone_config_mirrored: bool,
    pub(crate) unpublished_view_not_found: bool,
    pub(crate) delete_active_form: bool,
    pub(crate) rule_update_keeps_filters: bool,
    pub(crate) vocabulary_creation_calls: u64,
    pub(crate) vocabulary_deletion_calls: u64,
}

impl Env {
    pub(crate) fn of(world: &World) -> Env {
        let on = |name| world.switches.on(name);
        Env {
            now: world.clock.now(),
            n: world.n + 1,
            archived_holds_name: on("archived_holds_name"),
            delete_referenced_prompt: on("delete_referenced_prompt"),
            draft_leaves_published: on("draft_leaves_published"),
            flow_versions_of_all_types: on("flow_versions_of_all_types"),
            foreign_prompt_url: on("foreign_prompt_url_accepted"),
            unchanged_version_is_new: on("unchanged_version_is_new"),
            publishes_saved: on("update_publishes_saved_flow"),
            saved_can_be_referenced: on("saved_flow_can_be_referenced"),
            names_unique_across_types: on("flow_names_unique_across_types"),
            delete_referenced_flow: on("delete_referenced_flow"),
            reserialised: on("content_reserialised"),
            hours_reordered: on("hours_config_reordered"),
            lag: world.switches.number("list_lag_calls"),
            search_fills_content: on("search_fills_content"),
            foreign_lambda_accepted: on("foreign_lambda_accepted"),
            associate_twice_refused: on("associate_twice_refused"),
            associations_by_arn: on("flow_associations_by_arn"),
            override_touches_hours: on("override_touches_hours"),
            associate_again: on("associate_again"),
            delete_linked_quick_connect: on("delete_linked_quick_connect"),
            delete_referenced_queue: on("delete_referenced_queue"),
            quota_is_limit_exceeded: on("profile_quota_is_limit_exceeded"),
            hierarchy_names_unique: on("hierarchy_names_unique"),
            phone_config_mirrored: on("phone_config_mirrored"),
            unpublished_view_not_found: on("unpublished_view_not_found"),
            delete_active_form: on("delete_active_evaluation_form"),
            rule_update_keeps_filters: on("rule_update_keeps_filters"),
            vocabulary_creation_calls: world.switches.number("vocabulary_creation_calls"),
            vocabulary_deletion_calls: world.switches.number("vocabulary_deletion_calls"),
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
