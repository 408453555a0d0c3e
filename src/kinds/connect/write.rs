//! The calls that change something: what stands in the URI by the typed builder, the rest as wire JSON.

use aws_sdk_connect::Client;
use serde_json::{Value, json};

use super::calls::{Calls, Subject};
use crate::aws::Failure;
use crate::core::Error;
use crate::wire;

impl Calls {
    pub(super) async fn write_now(
        &self,
        c: &Client,
        call: &str,
        subject: &Subject<'_>,
        args: &Value,
    ) -> Result<Value, Failure> {
        let (i, id) = (&self.instance, subject.id);
        let text = |name: &str| args[name].as_str().unwrap_or_default();
        match call {
            "CreateContactFlow" => wire!(call, c.create_contact_flow().instance_id(i), args),
            "UpdateContactFlowContent" => {
                wire!(call, c.update_contact_flow_content().instance_id(i).contact_flow_id(id), args)
            }
            "UpdateContactFlowMetadata" => {
                wire!(call, c.update_contact_flow_metadata().instance_id(i).contact_flow_id(id), args)
            }
            "DeleteContactFlow" => wire!(call, c.delete_contact_flow().instance_id(i).contact_flow_id(id)),
            "CreateContactFlowModule" => wire!(call, c.create_contact_flow_module().instance_id(i), args),
            "UpdateContactFlowModuleContent" => wire!(
                call,
                c.update_contact_flow_module_content().instance_id(i).contact_flow_module_id(id),
                args
            ),
            "UpdateContactFlowModuleMetadata" => wire!(
                call,
                c.update_contact_flow_module_metadata().instance_id(i).contact_flow_module_id(id),
                args
            ),
            "DeleteContactFlowModule" => {
                wire!(call, c.delete_contact_flow_module().instance_id(i).contact_flow_module_id(id))
            }
            "CreateContactFlowModuleAlias"
            | "UpdateContactFlowModuleAlias"
            | "DeleteContactFlowModuleAlias" => self.write_alias(c, call, id, args).await,
            "CreateQueue" => wire!(call, c.create_queue().instance_id(i), args),
            "UpdateQueueName" => wire!(call, c.update_queue_name().instance_id(i).queue_id(id), args),
            "UpdateQueueHoursOfOperation" => {
                wire!(call, c.update_queue_hours_of_operation().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueOutboundCallerConfig" => {
                wire!(call, c.update_queue_outbound_caller_config().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueOutboundEmailConfig" => {
                wire!(call, c.update_queue_outbound_email_config().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueMaxContacts" => {
                wire!(call, c.update_queue_max_contacts().instance_id(i).queue_id(id), args)
            }
            "UpdateQueueStatus" => wire!(call, c.update_queue_status().instance_id(i).queue_id(id), args),
            "DeleteQueue" => wire!(call, c.delete_queue().instance_id(i).queue_id(id)),
            "CreateHoursOfOperation" => wire!(call, c.create_hours_of_operation().instance_id(i), args),
            "UpdateHoursOfOperation" => {
                wire!(call, c.update_hours_of_operation().instance_id(i).hours_of_operation_id(id), args)
            }
            "DeleteHoursOfOperation" => {
                wire!(call, c.delete_hours_of_operation().instance_id(i).hours_of_operation_id(id))
            }
            "CreatePrompt" => wire!(call, c.create_prompt().instance_id(i), args),
            "UpdatePrompt" => wire!(call, c.update_prompt().instance_id(i).prompt_id(id), args),
            "DeletePrompt" => wire!(call, c.delete_prompt().instance_id(i).prompt_id(id)),
            "CreateQuickConnect" => wire!(call, c.create_quick_connect().instance_id(i), args),
            "UpdateQuickConnectName" => {
                wire!(call, c.update_quick_connect_name().instance_id(i).quick_connect_id(id), args)
            }
            "UpdateQuickConnectConfig" => {
                wire!(call, c.update_quick_connect_config().instance_id(i).quick_connect_id(id), args)
            }
            "DeleteQuickConnect" => wire!(call, c.delete_quick_connect().instance_id(i).quick_connect_id(id)),
            "CreateRoutingProfile" => wire!(call, c.create_routing_profile().instance_id(i), args),
            "UpdateRoutingProfileName" => {
                wire!(call, c.update_routing_profile_name().instance_id(i).routing_profile_id(id), args)
            }
            "UpdateRoutingProfileDefaultOutboundQueue" => wire!(
                call,
                c.update_routing_profile_default_outbound_queue().instance_id(i).routing_profile_id(id),
                args
            ),
            "UpdateRoutingProfileConcurrency" => wire!(
                call,
                c.update_routing_profile_concurrency().instance_id(i).routing_profile_id(id),
                args
            ),
            "UpdateRoutingProfileAgentAvailabilityTimer" => wire!(
                call,
                c.update_routing_profile_agent_availability_timer().instance_id(i).routing_profile_id(id),
                args
            ),
            "UpdateRoutingProfileQueues" => {
                wire!(call, c.update_routing_profile_queues().instance_id(i).routing_profile_id(id), args)
            }
            "DeleteRoutingProfile" => {
                wire!(call, c.delete_routing_profile().instance_id(i).routing_profile_id(id))
            }
            "CreateSecurityProfile" => wire!(call, c.create_security_profile().instance_id(i), args),
            "UpdateSecurityProfile" => {
                wire!(call, c.update_security_profile().instance_id(i).security_profile_id(id), args)
            }
            "DeleteSecurityProfile" => {
                wire!(call, c.delete_security_profile().instance_id(i).security_profile_id(id))
            }
            "CreateAgentStatus" => wire!(call, c.create_agent_status().instance_id(i), args),
            "UpdateAgentStatus" => {
                wire!(call, c.update_agent_status().instance_id(i).agent_status_id(id), args)
            }
            "AssociateQueueQuickConnects" => {
                wire!(call, c.associate_queue_quick_connects().instance_id(i).queue_id(id), args)
            }
            "DisassociateQueueQuickConnects" => {
                wire!(call, c.disassociate_queue_quick_connects().instance_id(i).queue_id(id), args)
            }
            "AssociateHoursOfOperations" => {
                wire!(call, c.associate_hours_of_operations().instance_id(i).hours_of_operation_id(id), args)
            }
            "DisassociateHoursOfOperations" => wire!(
                call,
                c.disassociate_hours_of_operations().instance_id(i).hours_of_operation_id(id),
                args
            ),
            "AssociateRoutingProfileQueues" => {
                wire!(call, c.associate_routing_profile_queues().instance_id(i).routing_profile_id(id), args)
            }
            "DisassociateRoutingProfileQueues" => wire!(
                call,
                c.disassociate_routing_profile_queues().instance_id(i).routing_profile_id(id),
                args
            ),
            "CreateHoursOfOperationOverride" => wire!(
                call,
                c.create_hours_of_operation_override().instance_id(i).hours_of_operation_id(id),
                args
            ),
            "UpdateHoursOfOperationOverride" | "DeleteHoursOfOperationOverride" => {
                self.write_override(c, call, id, args).await
            }
            "AssociatePhoneNumberContactFlow" => {
                let mut args = args.clone();
                args["InstanceId"] = json!(i);
                wire!(call, c.associate_phone_number_contact_flow().phone_number_id(id), args)
            }
            "DisassociatePhoneNumberContactFlow" => {
                wire!(call, c.disassociate_phone_number_contact_flow().phone_number_id(id).instance_id(i))
            }
            "AssociateLambdaFunction" => wire!(call, c.associate_lambda_function().instance_id(i), args),
            "DisassociateLambdaFunction" => {
                let arn = text("FunctionArn");
                wire!(call, c.disassociate_lambda_function().instance_id(i).function_arn(arn))
            }
            "AssociateBot" => wire!(call, c.associate_bot().instance_id(i), args),
            "DisassociateBot" => wire!(call, c.disassociate_bot().instance_id(i), args),
            "AssociateApprovedOrigin" => wire!(call, c.associate_approved_origin().instance_id(i), args),
            "DisassociateApprovedOrigin" => {
                wire!(call, c.disassociate_approved_origin().instance_id(i).origin(text("Origin")))
            }
            "TagResource" => wire!(call, c.tag_resource().resource_arn(subject.arn), args),
            "UntagResource" => {
                let keys = args["tagKeys"].as_array().into_iter().flatten();
                let keys = keys.filter_map(|k| k.as_str().map(String::from)).collect();
                wire!(call, c.untag_resource().resource_arn(subject.arn).set_tag_keys(Some(keys)))
            }
            _ => Box::pin(self.write_member(c, call, subject, args)).await,
        }
    }

    /// Changes or deletes the override of the hours `id` that the arguments name: its own id is asked for first.
    async fn write_override(&self, c: &Client, call: &str, id: &str, args: &Value) -> Result<Value, Failure> {
        let i = &self.instance;
        let name = args["Name"].as_str().unwrap_or_default();
        let all = self
            .list("ListHoursOfOperationOverrides", "HoursOfOperationOverrideList", id)
            .await
            .map_err(|error| Failure { error, fate: crate::aws::Fate::Later })?;
        let named = all.iter().find(|o| o["Name"] == name);
        let Some(own) = named.and_then(|o| o["HoursOfOperationOverrideId"].as_str()) else {
            let error = Error::not_found(format!("there is no override `{name}`"));
            return Err(Failure { error, fate: crate::aws::Fate::Refused });
        };
        if call == "DeleteHoursOfOperationOverride" {
            let delete = c.delete_hours_of_operation_override();
            let delete = delete.instance_id(i).hours_of_operation_id(id);
            return wire!(call, delete.hours_of_operation_override_id(own));
        }
        let update = c.update_hours_of_operation_override().instance_id(i).hours_of_operation_id(id);
        wire!(call, update.hours_of_operation_override_id(own), args)
    }
}
