//! Named switches for behaviour of AWS that is not settled: each can be set either way.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use super::{codedeploy, ecs};

/// Name, default, and what it decides.
pub type Switch = (&'static str, &'static str, &'static str);

/// All switches, by the order of their names. The source of each is "must be checked on a real instance" in the project's
/// notes on the service: AWS's documents do not say.
pub static SWITCHES: LazyLock<Vec<Switch>> = LazyLock::new(|| {
    let mut all = [codedeploy::SWITCHES, ecs::SWITCHES, OTHERS].concat();
    all.sort_unstable();
    all
});

/// Those of the services that have no table of their own, by the order of their names.
const OTHERS: &[Switch] = &[
    (
        "alarm_delete_of_none_refused",
        "false",
        "DeleteAlarms that names an alarm that is not there is a ResourceNotFound (the others are deleted)",
    ),
    ("archived_holds_name", "true", "the name of an archived flow or module is taken"),
    (
        "associate_again",
        "true",
        "a queue or quick connect that is associated already may be associated again",
    ),
    (
        "associate_twice_refused",
        "true",
        "a function, bot or origin that is associated already is refused, else ignored",
    ),
    (
        "cloudfront_invalidation_ms",
        "5000",
        "how long an invalidation takes; AWS says 'typically complete in less than two minutes'",
    ),
    ("content_reserialised", "false", "Describe returns flow content with other key order and white space"),
    ("delete_active_evaluation_form", "true", "DeleteEvaluationForm deletes a form with an active version"),
    (
        "delete_linked_quick_connect",
        "true",
        "DeleteQuickConnect deletes a quick connect that queues are linked to",
    ),
    ("delete_referenced_flow", "true", "DeleteContactFlow and -Module delete what others reference"),
    ("delete_referenced_prompt", "true", "DeletePrompt deletes a prompt that flows reference"),
    (
        "delete_referenced_queue",
        "false",
        "DeleteQueue deletes a queue that flows, profiles or quick connects name",
    ),
    ("draft_leaves_published", "true", "an update of ID:$SAVED changes the draft alone; false: it publishes"),
    (
        "ecr_archived_image_is_inaccessible",
        "false",
        "BatchGetImage of an archived image fails with ImageInaccessible; false: with ImageNotFound",
    ),
    (
        "ecr_missing_layer_is_failure",
        "false",
        "BatchCheckLayerAvailability of a layer that is not there fails with MissingLayerDigest; false: it is UNAVAILABLE",
    ),
    (
        "ecr_restore_seconds",
        "1200",
        "how long an image is ACTIVATING that comes out of the archive, on the sandbox's clock",
    ),
    (
        "ecr_same_image_is_tag_conflict",
        "false",
        "the same image under the same immutable tag is an ImageTagAlreadyExistsException; false: ImageAlreadyExistsException",
    ),
    (
        "ecr_unaccepted_type_fails",
        "true",
        "BatchGetImage of a manifest of a type that is not accepted fails with ImageNotFound; false: it is answered as it is",
    ),
    (
        "elb_check_ms",
        "30",
        "how long after another the health checks of a target come; 0: the seconds that its target group says",
    ),
    (
        "elb_checks_to_healthy",
        "1",
        "a new target is healthy after this many checks; behind a Network Load Balancer AWS may take more",
    ),
    (
        "elb_drain_ms",
        "60",
        "how long a target that was taken out is draining; 0: the deregistration delay of its target group",
    ),
    (
        "elb_failure_code",
        "502",
        "the HTTP status that targets which fail their checks answer with; 0: they do not answer in time",
    ),
    ("elb_targets_failing", "false", "all targets fail their health checks"),
    ("elb_targets_held", "false", "new targets stay `initial` for as long as this is true"),
    ("flow_associations_by_arn", "true", "ListFlowAssociations names numbers and flows by ARN, else by id"),
    ("flow_names_unique_across_types", "true", "two flows of different types may not share a name"),
    ("flow_versions_of_all_types", "false", "CreateContactFlowVersion takes types other than CAMPAIGN"),
    ("foreign_lambda_accepted", "true", "publishing accepts a Lambda function of another account"),
    (
        "foreign_prompt_url_accepted",
        "true",
        "CreatePrompt takes presigned URLs that GetPromptFile did not make",
    ),
    (
        "hierarchy_names_unique",
        "false",
        "no two groups of the hierarchy of users have one name, else none below one group",
    ),
    ("hours_config_reordered", "false", "DescribeHoursOfOperation answers the days in reverse order"),
    (
        "lambda_conflict_before_revision",
        "true",
        "a change while an update is in progress is a 409 also with an old RevisionId; false: a 412",
    ),
    ("lambda_errors_count_zero", "true", "an invocation without an error counts as 0 in the metric Errors"),
    (
        "lambda_executed_version_of_all_aliases",
        "true",
        "false: only aliases with weights have ExecutedVersion",
    ),
    (
        "lambda_failed_update_stays",
        "true",
        "after an update that failed GetFunction shows what was asked for; false: what was there before",
    ),
    (
        "lambda_unchanged_version_is_new",
        "false",
        "an update that changed nothing lets PublishVersion make a new version",
    ),
    (
        "lambda_update_calls",
        "1",
        "creations and updates of functions (and event sources) are under way for this many calls that name them",
    ),
    ("lambda_update_seconds", "0", "and for at least this many seconds on the sandbox's clock"),
    ("lambda_updates_held", "false", "and for as long as this is true"),
    (
        "lex_async_ms",
        "20",
        "how long what Lex does later takes: exports, imports, versions, new bots and aliases",
    ),
    ("lex_build_ms", "60", "how long building a locale of a bot takes"),
    (
        "lex_build_needs_utterances",
        "false",
        "a locale with an intent that has no sample utterances fails to build",
    ),
    (
        "lex_build_unchanged_refused",
        "false",
        "BuildBotLocale of a locale that is built and unchanged is refused",
    ),
    (
        "lex_export_at_completion",
        "false",
        "an export has what the bot holds when it ends; false: when it begins",
    ),
    ("lex_export_fills_nulls", "true", "members that a resource lacks are null in the files of an export"),
    (
        "lex_in_use_is_conflict",
        "false",
        "deleting what is in use is a ConflictException, else PreconditionFailed",
    ),
    ("lex_inactive_alias_refused", "true", "an alias cannot be set to a version that went inactive"),
    (
        "lex_manifest_as_guide",
        "false",
        "exports have the manifest of Lex's guide, not that of exports seen in public",
    ),
    (
        "lex_overwrite_drops_locales",
        "false",
        "importing a bot with Overwrite deletes locales that the archive lacks",
    ),
    (
        "lex_overwrite_drops_parts",
        "false",
        "Overwrite deletes intents, slots and types that the archive lacks",
    ),
    (
        "lex_overwrite_keeps_ids",
        "true",
        "Overwrite leaves the ids of the intents, slots and types it replaces",
    ),
    (
        "lex_unbuilt_version_refused",
        "true",
        "CreateBotVersion of an unbuilt locale is refused; false: it fails later",
    ),
    ("lex_unchanged_version_is_new", "true", "CreateBotVersion of an unchanged draft gives a new number"),
    ("list_lag_calls", "0", "a created resource is listed only after this many further calls"),
    (
        "metrics_delay_ms",
        "0",
        "how long after it was counted a value of a metric is seen; AWS says of no service how long that takes",
    ),
    ("metrics_minute_ms", "60000", "how long a minute of a metric's periods lasts"),
    (
        "metrics_of_aws_can_be_put",
        "false",
        "PutMetricData takes namespaces of AWS, so that a test can say what a service would count; at AWS it never does",
    ),
    (
        "metrics_periods_from_start",
        "true",
        "the periods of GetMetricData are counted from StartTime; false: from 1970, and the first one has to be whole",
    ),
    ("override_touches_hours", "false", "changing an override changes LastModifiedTime of its hours"),
    ("phone_config_mirrored", "false", "PhoneConfig of DescribeUser shows what is set for voice alone"),
    (
        "profile_quota_is_limit_exceeded",
        "false",
        "more than 50 queues in a routing profile is a LimitExceededException, which the model does not list",
    ),
    ("quotas", "off", "`aws`: 2 calls a second, burst 5, for each account, region and Connect operation"),
    (
        "rule_update_keeps_filters",
        "false",
        "UpdateRule without PreEvaluationFilters leaves those that are there",
    ),
    ("s3_delete_of_none_refused", "true", "DeleteObjects by ETag tells a NoSuchKey of what is not there"),
    ("saved_flow_can_be_referenced", "true", "queues and published flows may name a flow that is only SAVED"),
    ("search_fills_content", "true", "SearchContactFlows and SearchContactFlowModules fill Content"),
    ("table_creation_calls", "1", "a created DynamoDB table is CREATING for this many DescribeTable calls"),
    ("unchanged_version_is_new", "true", "a version of unchanged content gets a new number"),
    (
        "unpublished_view_not_found",
        "true",
        "DescribeView of what was never published is ResourceNotFoundException, else InvalidRequestException",
    ),
    ("update_publishes_saved_flow", "true", "UpdateContactFlowContent publishes a flow that is only SAVED"),
    (
        "vocabulary_creation_calls",
        "2",
        "a created vocabulary is CREATION_IN_PROGRESS for this many further calls",
    ),
    (
        "vocabulary_deletion_calls",
        "0",
        "a deleted vocabulary is DELETE_IN_PROGRESS for this many further calls",
    ),
];

/// A switch that does not exist, or a value that it does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SwitchError(String);

impl fmt::Display for SwitchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SwitchError {}

/// The switches of one sandbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct Switches(BTreeMap<&'static str, String>);

impl Switches {
    /// Sets one.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), SwitchError> {
        let Some((name, default, _)) = SWITCHES.iter().find(|(known, ..)| *known == name) else {
            let known: Vec<_> = SWITCHES.iter().map(|(name, ..)| *name).collect();
            return Err(SwitchError(format!("no switch {name:?}; there are {}", known.join(", "))));
        };
        let fits = match *default {
            "true" | "false" => matches!(value, "true" | "false"),
            "off" => matches!(value, "off" | "aws"),
            _ => value.parse::<u64>().is_ok(),
        };
        if !fits {
            return Err(SwitchError(format!("switch {name} does not take {value:?}")));
        }
        self.0.insert(name, value.to_owned());
        Ok(())
    }

    fn get(&self, name: &str) -> &str {
        let default =
            SWITCHES.iter().find(|(known, ..)| *known == name).map_or("", |(_, default, _)| default);
        self.0.get(name).map_or(default, String::as_str)
    }

    /// Whether a switch is on.
    pub(crate) fn on(&self, name: &str) -> bool {
        matches!(self.get(name), "true" | "aws")
    }

    /// The number a switch holds.
    pub(crate) fn number(&self, name: &str) -> u64 {
        self.get(name).parse().unwrap_or(0)
    }

    /// All switches and their values.
    pub(crate) fn all(&self) -> BTreeMap<&'static str, &str> {
        SWITCHES.iter().map(|(name, ..)| (*name, self.get(name))).collect()
    }
}
