//! The calls that read: one resource, and pages of listings and searches of the largest size that the model allows.

use serde_json::{Value, json};

use super::calls::Calls;
use crate::aws::Failure;
use crate::wire;

impl Calls {
    pub(super) async fn describe_now(&self, call: &str, id: &str) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        match call {
            "DescribeContactFlow" => {
                wire!(call, c.describe_contact_flow().instance_id(i).contact_flow_id(id))
            }
            "DescribeContactFlowModule" => {
                wire!(call, c.describe_contact_flow_module().instance_id(i).contact_flow_module_id(id))
            }
            "DescribeQueue" => wire!(call, c.describe_queue().instance_id(i).queue_id(id)),
            "DescribeHoursOfOperation" => {
                wire!(call, c.describe_hours_of_operation().instance_id(i).hours_of_operation_id(id))
            }
            "DescribePrompt" => wire!(call, c.describe_prompt().instance_id(i).prompt_id(id)),
            "DescribeQuickConnect" => {
                wire!(call, c.describe_quick_connect().instance_id(i).quick_connect_id(id))
            }
            "DescribeRoutingProfile" => {
                wire!(call, c.describe_routing_profile().instance_id(i).routing_profile_id(id))
            }
            "DescribeSecurityProfile" => {
                wire!(call, c.describe_security_profile().instance_id(i).security_profile_id(id))
            }
            "DescribeAgentStatus" => {
                wire!(call, c.describe_agent_status().instance_id(i).agent_status_id(id))
            }
            "GetPromptFile" => wire!(call, c.get_prompt_file().instance_id(i).prompt_id(id)),
            "DescribePhoneNumber" => wire!(call, c.describe_phone_number().phone_number_id(id)),
            "DescribeInstance" => wire!(call, c.describe_instance().instance_id(id)),
            _ => Box::pin(self.describe_member(call, id)).await,
        }
    }

    /// Returns one page. `of` is the resource that is asked about, where it is one.
    pub(super) async fn page_now(
        &self,
        call: &str,
        of: &str,
        token: Option<String>,
    ) -> Result<Value, Failure> {
        let c = &self.account.connect_once;
        let i = &self.instance;
        macro_rules! page {
            ($builder:expr, $most:expr) => {
                wire!(call, $builder.max_results($most).set_next_token(token))
            };
        }
        match call {
            "ListContactFlows" => page!(c.list_contact_flows().instance_id(i), 1000),
            "ListContactFlowModules" => page!(c.list_contact_flow_modules().instance_id(i), 1000),
            "ListHoursOfOperations" => page!(c.list_hours_of_operations().instance_id(i), 1000),
            "ListPrompts" => page!(c.list_prompts().instance_id(i), 1000),
            "ListQuickConnects" => page!(c.list_quick_connects().instance_id(i), 1000),
            "ListRoutingProfiles" => page!(c.list_routing_profiles().instance_id(i), 1000),
            "ListSecurityProfiles" => page!(c.list_security_profiles().instance_id(i), 1000),
            "ListAgentStatuses" => page!(c.list_agent_statuses().instance_id(i), 1000),
            "ListUsers" => page!(c.list_users().instance_id(i), 1000),
            "ListQueues" => page!(c.list_queues().instance_id(i).queue_types("STANDARD".into()), 1000),
            "ListViews" => page!(c.list_views().instance_id(i), 100),
            "ListTaskTemplates" => page!(c.list_task_templates().instance_id(i), 100),
            "ListLambdaFunctions" => page!(c.list_lambda_functions().instance_id(i), 25),
            "ListApprovedOrigins" => page!(c.list_approved_origins().instance_id(i), 25),
            "ListBots" => page!(c.list_bots().instance_id(i).lex_version("V2".into()), 25),
            "ListFlowAssociations" => page!(
                c.list_flow_associations().instance_id(i).resource_type("VOICE_PHONE_NUMBER".into()),
                1000
            ),
            "ListQueueQuickConnects" => page!(c.list_queue_quick_connects().instance_id(i).queue_id(of), 100),
            "ListRoutingProfileQueues" => {
                page!(c.list_routing_profile_queues().instance_id(i).routing_profile_id(of), 100)
            }
            "ListRoutingProfileManualAssignmentQueues" => page!(
                c.list_routing_profile_manual_assignment_queues().instance_id(i).routing_profile_id(of),
                100
            ),
            "ListHoursOfOperationOverrides" => {
                page!(c.list_hours_of_operation_overrides().instance_id(i).hours_of_operation_id(of), 100)
            }
            "ListSecurityProfilePermissions" => {
                page!(c.list_security_profile_permissions().instance_id(i).security_profile_id(of), 1000)
            }
            "ListSecurityProfileApplications" => {
                page!(c.list_security_profile_applications().instance_id(i).security_profile_id(of), 1000)
            }
            "ListSecurityProfileFlowModules" => {
                page!(c.list_security_profile_flow_modules().instance_id(i).security_profile_id(of), 1000)
            }
            "ListSecurityProfileAIAgents" => {
                page!(c.list_security_profile_ai_agents().instance_id(i).security_profile_id(of), 1000)
            }
            "ListContactFlowModuleAliases" => {
                page!(c.list_contact_flow_module_aliases().instance_id(i).contact_flow_module_id(of), 1000)
            }
            "ListContactFlowModuleVersions" => {
                page!(c.list_contact_flow_module_versions().instance_id(i).contact_flow_module_id(of), 1000)
            }
            "ListInstances" => page!(c.list_instances(), 10),
            "SearchContactFlows" => page!(c.search_contact_flows().instance_id(i), 100),
            "SearchContactFlowModules" => page!(c.search_contact_flow_modules().instance_id(i), 100),
            "SearchQueues" => page!(c.search_queues().instance_id(i), 500),
            "SearchHoursOfOperations" => page!(c.search_hours_of_operations().instance_id(i), 100),
            "SearchHoursOfOperationOverrides" => {
                page!(c.search_hours_of_operation_overrides().instance_id(i), 100)
            }
            "SearchPrompts" => page!(c.search_prompts().instance_id(i), 100),
            "SearchQuickConnects" => page!(c.search_quick_connects().instance_id(i), 100),
            "SearchRoutingProfiles" => page!(c.search_routing_profiles().instance_id(i), 500),
            "SearchAgentStatuses" => page!(c.search_agent_statuses().instance_id(i), 100),
            "ListPhoneNumbersV2" => {
                // The numbers of one instance: by its id, which the operation takes in place of its ARN.
                let mut body = json!({ "InstanceId": i, "MaxResults": 1000 });
                if let Some(token) = token {
                    body["NextToken"] = json!(token);
                }
                wire!(call, c.list_phone_numbers_v2(), body)
            }
            _ => Box::pin(self.page_of_members(call, of, token)).await,
        }
    }
}
