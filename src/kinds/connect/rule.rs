//! Rules: conditions on contacts, and what is done where they hold.
//!
//! Source: botocore's `connect` model, `Rule`, `CreateRule`, `UpdateRule`, `RuleAction`. The conditions are a text in the
//! Rules Function language, with the ids of queues, agents and flows in it.

use serde_json::Value;

use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, same};
use crate::core::address::Address;
use crate::core::document::Document;
use crate::core::fields::{Class, field};
use crate::core::finding::{Finding, Weight};

/// Rules.
pub const RULE: Family = Family {
    kind: "connect/rule",
    list: Some(Listed {
        call: "ListRules",
        items: "RuleSummaryList",
        id: "RuleId",
        arn: "RuleArn",
        name: "Name",
    }),
    describe: Some(("DescribeRule", "Rule")),
    fields: &[
        field("RuleId", Class::Identity),
        field("RuleArn", Class::Identity),
        field("Name", Class::Literal),
        field("PublishStatus", Class::Literal),
        field("Function", Class::Embedded(|function, encoder| encoder.value(function))),
        field("TriggerEventSource.EventSourceName", Class::Literal),
        field("TriggerEventSource.IntegrationAssociationId", Class::Ref("connect/integration")),
        field("Actions", Class::Portable),
        field("Actions.ActionType", Class::Literal),
        field("Actions.TaskAction.ContactFlowId", Class::Ref("connect/flow")),
        field("Actions.SendNotificationAction.Recipient.UserIds", Class::Ref("connect/user")),
        field("Actions.SendNotificationAction.Exclusion.UserIds", Class::Ref("connect/user")),
        field("Actions.SendInAppNotificationAction.Recipient.UserIds", Class::Ref("connect/user")),
        field("Actions.SendInAppNotificationAction.Exclusion.UserIds", Class::Ref("connect/user")),
        field("Actions.CreateCaseAction.TemplateId", Class::Ref("cases/template")),
        field("Actions.CreateCaseAction.Fields.Id", Class::Ref("cases/field")),
        field("Actions.UpdateCaseAction.Fields.Id", Class::Ref("cases/field")),
        field("Actions.AssignSlaAction.CaseSlaConfiguration.FieldId", Class::Ref("cases/field")),
        field("Actions.SubmitAutoEvaluationAction.EvaluationFormId", Class::Ref("connect/evaluation-form")),
        field("PreEvaluationFilters", Class::Portable),
        field("Tags", Class::Tags),
        field("RuleCapabilityTiers", Class::Volatile),
        field("CreatedTime", Class::Volatile),
        field("LastUpdatedTime", Class::Volatile),
        field("LastUpdatedBy", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateRule",
        members: &[
            same("Name"),
            same("TriggerEventSource"),
            same("Function"),
            same("Actions"),
            same("PublishStatus"),
            same("PreEvaluationFilters"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("RuleId", "RuleArn"),
    update: &[Setter {
        call: "UpdateRule",
        members: &[
            same("Name"),
            same("Function"),
            same("Actions"),
            same("PublishStatus"),
            same("PreEvaluationFilters"),
        ],
        beside: &[],
        // Whether filters that are left out stay is not said; none of them say that there are none.
        empty: Empty::Blank,
    }],
    fixed: &["TriggerEventSource"],
    remove: Removal::Delete("DeleteRule"),
    longest: (200, 0),
    ..PLAIN
};

/// Event sources of which a rule can be renamed (botocore, `UpdateRuleRequest.Name`).
const RENAMED: [&str; 3] = ["OnZendeskTicketCreate", "OnZendeskTicketStatusUpdate", "OnSalesforceCaseCreate"];

/// Returns what forbids that the rule `address` becomes `to`: most rules cannot be renamed.
pub fn forbidden(address: &Address, from: Option<&Document>, to: &Document) -> Option<Finding> {
    let (from, source) = (from?, to.portable.get("TriggerEventSource")?["EventSourceName"].as_str()?);
    let name = |d: &Document| d.portable.get("Name").and_then(Value::as_str).map(str::to_string);
    if address.kind() != RULE.kind || name(from) == name(to) || RENAMED.contains(&source) {
        return None;
    }
    let message = format!(
        "is called `{}` in the target; AWS has no call that renames a rule for {source}",
        name(from)?
    );
    let hint =
        format!("\"{address}\" = \"{}\" under [environments.NAME.names] leaves it that name", name(from)?);
    Some(Finding::new(Weight::Block, Some(address), message).hint(hint))
}
