//! The URIs of Connect's operations, from botocore's `connect/2017-08-08/service-2.json`.

use super::super::call::{Call, decode};
use super::contacts;

/// Method, URI with `*` for a label, operation.
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "instance", "ListInstances"),
    ("GET", "instance/*", "DescribeInstance"),
    ("PUT", "contact-flows/*", "CreateContactFlow"),
    ("GET", "contact-flows/*/*", "DescribeContactFlow"),
    ("DELETE", "contact-flows/*/*", "DeleteContactFlow"),
    ("POST", "contact-flows/*/*/content", "UpdateContactFlowContent"),
    ("POST", "contact-flows/*/*/metadata", "UpdateContactFlowMetadata"),
    ("POST", "contact-flows/*/*/name", "UpdateContactFlowName"),
    ("GET", "contact-flows-summary/*", "ListContactFlows"),
    ("POST", "search-contact-flows", "SearchContactFlows"),
    ("PUT", "contact-flows/*/*/version", "CreateContactFlowVersion"),
    ("GET", "contact-flows/*/*/versions", "ListContactFlowVersions"),
    ("DELETE", "contact-flows/*/*/version/*", "DeleteContactFlowVersion"),
    ("PUT", "contact-flow-modules/*", "CreateContactFlowModule"),
    ("GET", "contact-flow-modules/*/*", "DescribeContactFlowModule"),
    ("DELETE", "contact-flow-modules/*/*", "DeleteContactFlowModule"),
    ("POST", "contact-flow-modules/*/*/content", "UpdateContactFlowModuleContent"),
    ("POST", "contact-flow-modules/*/*/metadata", "UpdateContactFlowModuleMetadata"),
    ("POST", "search-contact-flow-modules", "SearchContactFlowModules"),
    ("PUT", "contact-flow-modules/*/*/version", "CreateContactFlowModuleVersion"),
    ("GET", "contact-flow-modules/*/*/versions", "ListContactFlowModuleVersions"),
    ("DELETE", "contact-flow-modules/*/*/version/*", "DeleteContactFlowModuleVersion"),
    ("PUT", "contact-flow-modules/*/*/alias", "CreateContactFlowModuleAlias"),
    ("GET", "contact-flow-modules/*/*/aliases", "ListContactFlowModuleAliases"),
    ("GET", "contact-flow-modules/*/*/alias/*", "DescribeContactFlowModuleAlias"),
    ("POST", "contact-flow-modules/*/*/alias/*", "UpdateContactFlowModuleAlias"),
    ("DELETE", "contact-flow-modules/*/*/alias/*", "DeleteContactFlowModuleAlias"),
    ("PUT", "queues/*", "CreateQueue"),
    ("GET", "queues/*/*", "DescribeQueue"),
    ("DELETE", "queues/*/*", "DeleteQueue"),
    ("POST", "queues/*/*/name", "UpdateQueueName"),
    ("POST", "queues/*/*/hours-of-operation", "UpdateQueueHoursOfOperation"),
    ("POST", "queues/*/*/max-contacts", "UpdateQueueMaxContacts"),
    ("POST", "queues/*/*/outbound-caller-config", "UpdateQueueOutboundCallerConfig"),
    ("POST", "queues/*/*/outbound-email-config", "UpdateQueueOutboundEmailConfig"),
    ("POST", "queues/*/*/status", "UpdateQueueStatus"),
    ("POST", "queues/*/*/associate-quick-connects", "AssociateQueueQuickConnects"),
    ("POST", "queues/*/*/disassociate-quick-connects", "DisassociateQueueQuickConnects"),
    ("GET", "queues/*/*/quick-connects", "ListQueueQuickConnects"),
    ("POST", "queues/*/*/associate-email-addresses", "AssociateQueueEmailAddresses"),
    ("POST", "queues/*/*/disassociate-email-addresses", "DisassociateQueueEmailAddresses"),
    ("GET", "queues/*/*/email-addresses", "ListQueueEmailAddresses"),
    ("GET", "queues-summary/*", "ListQueues"),
    ("POST", "search-queues", "SearchQueues"),
    ("PUT", "hours-of-operations/*", "CreateHoursOfOperation"),
    ("GET", "hours-of-operations/*/*", "DescribeHoursOfOperation"),
    ("POST", "hours-of-operations/*/*", "UpdateHoursOfOperation"),
    ("DELETE", "hours-of-operations/*/*", "DeleteHoursOfOperation"),
    ("GET", "hours-of-operations-summary/*", "ListHoursOfOperations"),
    ("POST", "search-hours-of-operations", "SearchHoursOfOperations"),
    ("PUT", "prompts/*", "CreatePrompt"),
    ("GET", "prompts/*/*", "DescribePrompt"),
    ("POST", "prompts/*/*", "UpdatePrompt"),
    ("DELETE", "prompts/*/*", "DeletePrompt"),
    ("GET", "prompts/*/*/file", "GetPromptFile"),
    ("PUT", "hours-of-operations/*/*/overrides", "CreateHoursOfOperationOverride"),
    ("GET", "hours-of-operations/*/*/overrides/*", "DescribeHoursOfOperationOverride"),
    ("POST", "hours-of-operations/*/*/overrides/*", "UpdateHoursOfOperationOverride"),
    ("DELETE", "hours-of-operations/*/*/overrides/*", "DeleteHoursOfOperationOverride"),
    ("GET", "hours-of-operations/*/*/overrides", "ListHoursOfOperationOverrides"),
    ("POST", "search-hours-of-operation-overrides", "SearchHoursOfOperationOverrides"),
    ("POST", "hours-of-operations/*/*/associate-hours", "AssociateHoursOfOperations"),
    ("POST", "hours-of-operations/*/*/disassociate-hours", "DisassociateHoursOfOperations"),
    ("GET", "hours-of-operations/*/*/hours", "ListChildHoursOfOperations"),
    ("GET", "prompts-summary/*", "ListPrompts"),
    ("POST", "search-prompts", "SearchPrompts"),
    ("GET", "contact-flow-modules-summary/*", "ListContactFlowModules"),
    ("GET", "instance/*/lambda-functions", "ListLambdaFunctions"),
    ("PUT", "instance/*/lambda-function", "AssociateLambdaFunction"),
    ("DELETE", "instance/*/lambda-function", "DisassociateLambdaFunction"),
    ("GET", "instance/*/bots", "ListBots"),
    ("PUT", "instance/*/bot", "AssociateBot"),
    ("POST", "instance/*/bot", "DisassociateBot"),
    ("GET", "instance/*/approved-origins", "ListApprovedOrigins"),
    ("PUT", "instance/*/approved-origin", "AssociateApprovedOrigin"),
    ("DELETE", "instance/*/approved-origin", "DisassociateApprovedOrigin"),
    ("GET", "views/*", "ListViews"),
    ("GET", "users-summary/*", "ListUsers"),
    ("POST", "phone-number/list", "ListPhoneNumbersV2"),
    ("GET", "phone-number/*", "DescribePhoneNumber"),
    ("PUT", "phone-number/*/metadata", "UpdatePhoneNumberMetadata"),
    ("PUT", "phone-number/*/contact-flow", "AssociatePhoneNumberContactFlow"),
    ("DELETE", "phone-number/*/contact-flow", "DisassociatePhoneNumberContactFlow"),
    ("GET", "flow-associations-summary/*", "ListFlowAssociations"),
    ("POST", "flow-associations-batch/*", "BatchGetFlowAssociation"),
    ("PUT", "security-profiles/*", "CreateSecurityProfile"),
    ("GET", "security-profiles/*/*", "DescribeSecurityProfile"),
    ("POST", "security-profiles/*/*", "UpdateSecurityProfile"),
    ("DELETE", "security-profiles/*/*", "DeleteSecurityProfile"),
    ("GET", "security-profiles-summary/*", "ListSecurityProfiles"),
    ("GET", "security-profiles-permissions/*/*", "ListSecurityProfilePermissions"),
    ("GET", "security-profiles-applications/*/*", "ListSecurityProfileApplications"),
    ("GET", "security-profiles-flow-modules/*/*", "ListSecurityProfileFlowModules"),
    ("GET", "security-profiles-ai-agents/*/*", "ListSecurityProfileAIAgents"),
    ("POST", "search-security-profiles", "SearchSecurityProfiles"),
    ("PUT", "agent-status/*", "CreateAgentStatus"),
    ("GET", "agent-status/*/*", "DescribeAgentStatus"),
    ("POST", "agent-status/*/*", "UpdateAgentStatus"),
    ("GET", "agent-status/*", "ListAgentStatuses"),
    ("POST", "search-agent-statuses", "SearchAgentStatuses"),
    ("GET", "instance/*/task/template", "ListTaskTemplates"),
    ("GET", "quick-connects/*", "ListQuickConnects"),
    ("PUT", "quick-connects/*", "CreateQuickConnect"),
    ("GET", "quick-connects/*/*", "DescribeQuickConnect"),
    ("DELETE", "quick-connects/*/*", "DeleteQuickConnect"),
    ("POST", "quick-connects/*/*/config", "UpdateQuickConnectConfig"),
    ("POST", "quick-connects/*/*/name", "UpdateQuickConnectName"),
    ("POST", "search-quick-connects", "SearchQuickConnects"),
    ("PUT", "routing-profiles/*", "CreateRoutingProfile"),
    ("GET", "routing-profiles/*/*", "DescribeRoutingProfile"),
    ("DELETE", "routing-profiles/*/*", "DeleteRoutingProfile"),
    ("POST", "routing-profiles/*/*/concurrency", "UpdateRoutingProfileConcurrency"),
    ("POST", "routing-profiles/*/*/default-outbound-queue", "UpdateRoutingProfileDefaultOutboundQueue"),
    ("POST", "routing-profiles/*/*/name", "UpdateRoutingProfileName"),
    ("POST", "routing-profiles/*/*/agent-availability-timer", "UpdateRoutingProfileAgentAvailabilityTimer"),
    ("POST", "routing-profiles/*/*/queues", "UpdateRoutingProfileQueues"),
    ("POST", "routing-profiles/*/*/associate-queues", "AssociateRoutingProfileQueues"),
    ("POST", "routing-profiles/*/*/disassociate-queues", "DisassociateRoutingProfileQueues"),
    ("GET", "routing-profiles/*/*/queues", "ListRoutingProfileQueues"),
    ("GET", "routing-profiles/*/*/manual-assignment-queues", "ListRoutingProfileManualAssignmentQueues"),
    ("POST", "search-routing-profiles", "SearchRoutingProfiles"),
    ("GET", "routing-profiles-summary/*", "ListRoutingProfiles"),
    ("POST", "tags/*", "TagResource"),
    ("DELETE", "tags/*", "UntagResource"),
    ("GET", "tags/*", "ListTagsForResource"),
];

/// How the names of operations that change something begin.
const MUTATING: [&str; 12] = [
    "Activate",
    "Associate",
    "BatchCreate",
    "BatchDelete",
    "BatchUpdate",
    "Create",
    "Deactivate",
    "Delete",
    "Disassociate",
    "Tag",
    "Untag",
    "Update",
];

/// Finds the operation of a request and reads the labels of its path.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_matches('/').to_owned();
    // A resource ARN is one label; a client may leave its slashes as they are.
    let parts: Vec<&str> = match path.strip_prefix("tags/") {
        Some(arn) => vec!["tags", arn],
        None => path.split('/').collect(),
    };
    for (method, pattern, operation) in ROUTES.iter().chain(contacts::ROUTES) {
        if *method != call.method {
            continue;
        }
        let wanted: Vec<&str> = pattern.split('/').collect();
        let fits = wanted.len() == parts.len()
            && wanted
                .iter()
                .zip(&parts)
                .all(|(want, have)| (*want == "*" && !have.is_empty()) || want == have);
        if fits {
            let labels = wanted.iter().zip(&parts).filter(|(want, _)| **want == "*");
            call.labels = labels.map(|(_, have)| decode(have)).collect();
            call.operation = (*operation).to_owned();
            call.mutating = MUTATING.iter().any(|verb| operation.starts_with(verb));
            return;
        }
    }
}
