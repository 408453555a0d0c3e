//! Amazon Connect: instances and what they hold.

mod agent_status;
mod alias;
mod association;
mod attribute;
mod check;
mod contacts;
mod content;
mod data_table;
mod email;
mod env;
mod flow;
mod form;
mod hierarchy;
mod hours;
mod hours_override;
mod hours_parent;
mod input;
mod instance;
mod integration;
mod kept;
mod list;
mod made;
mod module;
mod page;
mod phone;
mod predefined_attribute;
mod profile;
mod profile_queues;
mod prompt;
mod prompt_file;
mod queue;
mod queue_links;
mod quick_connect;
mod references;
mod routes;
mod rule;
mod search;
mod security_profile;
mod table_value;
mod tags;
mod task_template;
mod test_case;
mod user;
mod user_proficiency;
mod version;
mod view;
mod vocabulary;

use serde_json::Value;

use super::answer::{Answer, Fail};
use super::call::Call;
use super::ids::Kind;
use super::world::World;
use env::{Ask, Env};

pub(crate) use form::effective as effective_form;
pub(crate) use integration::title as integration_title;
pub(crate) use profile_queues::pair as profile_queue;

/// The levels of the hierarchy of users, from the top.
pub(crate) fn hierarchy_levels() -> [&'static str; 5] {
    hierarchy::LEVELS
}

pub(crate) use routes::identify;

/// The ids in the path, or the instance in the body of a search.
pub(crate) fn hint(call: &Call) -> String {
    if !call.labels.is_empty() {
        return call.labels.join("/");
    }
    let body = call.json().unwrap_or_default();
    body.get("InstanceId").and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    let env = Env::of(world);
    let body = call.json()?;
    let audio = prompt_file::asked(world, call, &body, &env);
    let ask = Ask { call, body: &body, env };
    let account = world
        .accounts
        .get_mut(&call.caller.account)
        .ok_or_else(|| Fail::new(403, "AccessDeniedException", "no such account"))?;
    match call.operation.as_str() {
        "ListInstances" => return instance::list(account, &ask),
        "TagResource" | "UntagResource" | "ListTagsForResource" => return tags::dispatch(account, &ask),
        "ListPhoneNumbersV2"
        | "DescribePhoneNumber"
        | "UpdatePhoneNumberMetadata"
        | "AssociatePhoneNumberContactFlow"
        | "DisassociatePhoneNumberContactFlow" => return phone::dispatch(account, &ask),
        "AssociateLambdaFunction"
        | "DisassociateLambdaFunction"
        | "AssociateBot"
        | "DisassociateBot"
        | "AssociateApprovedOrigin"
        | "DisassociateApprovedOrigin" => return association::dispatch(account, &ask),
        _ => {}
    }
    let given = if call.labels.is_empty() {
        body.get("InstanceId").and_then(Value::as_str).unwrap_or_default()
    } else {
        call.label(0)
    };
    let instance = instance::find(account, &call.region, given)?;
    if let Some(done) = contacts::dispatch(instance, &ask) {
        return done;
    }
    match call.operation.as_str() {
        "DescribeInstance" => Ok(instance::describe(instance)),
        "CreateContactFlow" => flow::create(instance, &ask),
        "DescribeContactFlow" => flow::describe(instance, &ask),
        "UpdateContactFlowContent" => flow::update_content(instance, &ask),
        "UpdateContactFlowMetadata" => flow::update_metadata(instance, &ask, true),
        "UpdateContactFlowName" => flow::update_metadata(instance, &ask, false),
        "DeleteContactFlow" => content::delete(instance, &ask, Kind::Flow),
        "CreateContactFlowModule" => module::create(instance, &ask),
        "DescribeContactFlowModule" => module::describe(instance, &ask),
        "UpdateContactFlowModuleContent" => module::update_content(instance, &ask),
        "UpdateContactFlowModuleMetadata" => module::update_metadata(instance, &ask),
        "DeleteContactFlowModule" => content::delete(instance, &ask, Kind::Module),
        operation if operation.contains("ContactFlowModuleAlias") => alias::dispatch(instance, &ask),
        operation if operation.contains("FlowVersion") || operation.contains("FlowModuleVersion") => {
            version::dispatch(instance, &ask)
        }
        "CreatePrompt" => prompt::create(instance, &ask, audio),
        "DescribePrompt" => prompt::describe(instance, &ask),
        "UpdatePrompt" => prompt::update(instance, &ask, audio),
        "DeletePrompt" => prompt::delete(instance, &ask),
        "GetPromptFile" => prompt_file::get(instance, &ask, &mut world.buckets),
        "CreateQueue" => queue::create(instance, &ask),
        "DescribeQueue" => queue::describe(instance, &ask),
        "DeleteQueue" => queue::delete(instance, &ask),
        "AssociateQueueQuickConnects"
        | "DisassociateQueueQuickConnects"
        | "AssociateQueueEmailAddresses"
        | "DisassociateQueueEmailAddresses" => queue_links::change(instance, &ask),
        "ListQueueQuickConnects" | "ListQueueEmailAddresses" => queue_links::list(instance, &ask),
        "CreateRoutingProfile" => profile::create(instance, &ask),
        "DescribeRoutingProfile" => profile::describe(instance, &ask),
        "DeleteRoutingProfile" => profile::delete(instance, &ask),
        "AssociateRoutingProfileQueues" => profile_queues::associate(instance, &ask),
        "DisassociateRoutingProfileQueues" => profile_queues::disassociate(instance, &ask),
        "UpdateRoutingProfileQueues" => profile_queues::update(instance, &ask),
        "ListRoutingProfileQueues" => profile_queues::list(instance, &ask, &profile_queues::QUEUES),
        "ListRoutingProfileManualAssignmentQueues" => {
            profile_queues::list(instance, &ask, &profile_queues::MANUAL)
        }
        "CreateQuickConnect" => quick_connect::create(instance, &ask),
        "DescribeQuickConnect" => quick_connect::describe(instance, &ask),
        "UpdateQuickConnectConfig" | "UpdateQuickConnectName" => quick_connect::update(instance, &ask),
        "DeleteQuickConnect" => quick_connect::delete(instance, &ask),
        "SearchRoutingProfiles" | "SearchQuickConnects" => search::search(instance, &ask),
        "CreateHoursOfOperation" => hours::create(instance, &ask),
        "DescribeHoursOfOperation" => hours::describe(instance, &ask),
        "UpdateHoursOfOperation" => hours::update(instance, &ask),
        "DeleteHoursOfOperation" => hours::delete(instance, &ask),
        "AssociateHoursOfOperations" => hours_parent::associate(instance, &ask),
        "DisassociateHoursOfOperations" => hours_parent::disassociate(instance, &ask),
        "ListChildHoursOfOperations" => hours_parent::children(instance, &ask),
        "SearchHoursOfOperationOverrides" => hours_override::search_all(instance, &ask),
        "CreateSecurityProfile" => security_profile::create(instance, &ask),
        "DescribeSecurityProfile" => security_profile::describe(instance, &ask),
        "UpdateSecurityProfile" => security_profile::update(instance, &ask),
        "DeleteSecurityProfile" => security_profile::delete(instance, &ask),
        "ListSecurityProfilePermissions"
        | "ListSecurityProfileApplications"
        | "ListSecurityProfileAIAgents"
        | "ListSecurityProfileFlowModules" => security_profile::list_inside(instance, &ask),
        "CreateAgentStatus" => agent_status::create(instance, &ask),
        "DescribeAgentStatus" => agent_status::describe(instance, &ask),
        "UpdateAgentStatus" => agent_status::update(instance, &ask),
        "ListFlowAssociations" => phone::list_associations(instance, &ask),
        "BatchGetFlowAssociation" => phone::get_associations(instance, &ask),
        "CreateUser" => user::create(instance, &ask),
        "DescribeUser" => user::describe(instance, &ask),
        "DeleteUser" => user::delete(instance, &ask),
        "ListUserProficiencies" => user_proficiency::list(instance, &ask),
        operation if operation.ends_with("UserProficiencies") => user_proficiency::change(instance, &ask),
        "DescribeUserHierarchyStructure" => Ok(hierarchy::describe_structure(instance)),
        "UpdateUserHierarchyStructure" => hierarchy::update_structure(instance, &ask),
        "CreateUserHierarchyGroup" => hierarchy::create(instance, &ask),
        "DescribeUserHierarchyGroup" => hierarchy::describe(instance, &ask),
        "UpdateUserHierarchyGroupName" => hierarchy::rename(instance, &ask),
        "DeleteUserHierarchyGroup" => hierarchy::delete(instance, &ask),
        "CreatePredefinedAttribute" => predefined_attribute::create(instance, &ask),
        "DescribePredefinedAttribute" => predefined_attribute::describe(instance, &ask),
        "UpdatePredefinedAttribute" => predefined_attribute::update(instance, &ask),
        "DeletePredefinedAttribute" => predefined_attribute::delete(instance, &ask),
        "CreateTaskTemplate" => task_template::create(instance, &ask),
        "GetTaskTemplate" => task_template::get(instance, &ask),
        "UpdateTaskTemplate" => task_template::update(instance, &ask),
        "DeleteTaskTemplate" => task_template::delete(instance, &ask),
        "CreateView" => view::create(instance, &ask),
        "DescribeView" => view::describe(instance, &ask),
        "UpdateViewContent" => view::update_content(instance, &ask),
        "UpdateViewMetadata" => view::update_metadata(instance, &ask),
        "CreateViewVersion" => view::create_version(instance, &ask),
        "ListViewVersions" => view::list_versions(instance, &ask),
        "DeleteViewVersion" => view::delete_version(instance, &ask),
        "DeleteView" => view::delete(instance, &ask),
        operation if operation.starts_with("UpdateUser") => user::update(instance, &ask),
        operation if operation.contains("HoursOfOperationOverride") => {
            hours_override::dispatch(instance, &ask)
        }
        operation if operation.starts_with("Search") => search::search(instance, &ask),
        operation if operation.starts_with("UpdateQueue") => queue::update(instance, &ask),
        operation if operation.starts_with("UpdateRoutingProfile") => profile::update(instance, &ask),
        operation if operation.starts_with("List") => list::list(instance, &ask),
        other => Err(Fail::not_implemented(&format!("connect:{other}"))),
    }
}
