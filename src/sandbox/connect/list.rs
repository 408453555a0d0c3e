//! The List operations: summaries, in the order of their ids.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::{Ask, Env};
use super::input::invalid;
use super::{page, queue_links, quick_connect};

/// What a listing shows of a kind: not yet what was created in the last calls (assumed: switch list_lag_calls).
pub(crate) fn visible<'a>(
    instance: &'a Instance,
    kind: Kind,
    env: &Env,
) -> impl Iterator<Item = &'a Resource> {
    let env = *env;
    let old_enough = move |resource: &&Resource| resource.born == 0 || env.n - resource.born > env.lag;
    instance.resources.values().filter(move |resource| resource.kind == kind).filter(old_enough)
}

fn text<'a>(resource: &'a Resource, member: &str) -> &'a str {
    resource.body.get(member).and_then(Value::as_str).unwrap_or_default()
}

/// `{Id, Arn, Name, LastModifiedTime, LastModifiedRegion}`, as most summaries have it.
fn plain(instance: &Instance, resource: &Resource) -> Value {
    json!({
        "Id": resource.id, "Arn": resource.arn, "Name": resource.name,
        "LastModifiedTime": clock::epoch(resource.modified), "LastModifiedRegion": instance.region,
    })
}

/// Whether a resource's member is among the values of a query parameter, if there are any.
fn asked(ask: &Ask<'_>, parameter: &str, value: &str) -> bool {
    let wanted = ask.call.params(parameter);
    wanted.is_empty() || wanted.contains(&value)
}

/// Every List operation below an instance.
pub(crate) fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let of = |kind| visible(instance, kind, &ask.env);
    let named = |kind| of(kind).map(|resource| plain(instance, resource)).collect::<Vec<_>>();
    // Page sizes: botocore's MaxResult1000, MaxResult100 and MaxResult25.
    match ask.call.operation.as_str() {
        "ListContactFlows" => {
            page::from_query(ask, "ContactFlowSummaryList", flows(instance, ask), 100, 1000)
        }
        "ListQueues" => {
            let mut items = named(Kind::Queue);
            if !asked(ask, "queueTypes", "STANDARD") {
                items.clear();
            }
            for item in &mut items {
                item["QueueType"] = json!("STANDARD");
            }
            page::from_query(ask, "QueueSummaryList", items, 100, 1000)
        }
        "ListHoursOfOperations" => {
            page::from_query(ask, "HoursOfOperationSummaryList", named(Kind::Hours), 100, 1000)
        }
        "ListPrompts" => page::from_query(ask, "PromptSummaryList", named(Kind::Prompt), 100, 1000),
        "ListRoutingProfiles" => {
            page::from_query(ask, "RoutingProfileSummaryList", named(Kind::RoutingProfile), 100, 1000)
        }
        "ListContactFlowModules" => {
            let kept = of(Kind::Module).filter(|module| asked(ask, "state", text(module, "State")));
            let shape = |module: &Resource| json!({"Id": module.id, "Arn": module.arn, "Name": module.name, "State": text(module, "State")});
            page::from_query(ask, "ContactFlowModulesSummaryList", kept.map(shape).collect(), 100, 1000)
        }
        "ListUsers" => {
            let shape = |user: &Resource| {
                json!({
                    "Id": user.id, "Arn": user.arn, "Username": user.name,
                    "LastModifiedTime": clock::epoch(user.modified), "LastModifiedRegion": instance.region,
                })
            };
            page::from_query(ask, "UserSummaryList", of(Kind::User).map(shape).collect(), 100, 1000)
        }
        "ListQuickConnects" => {
            let kept = of(Kind::QuickConnect)
                .filter(|connect| asked(ask, "QuickConnectTypes", quick_connect::type_of(connect)));
            let shape = |connect: &Resource| queue_links::summary(instance, connect);
            page::from_query(ask, "QuickConnectSummaryList", kept.map(shape).collect(), 100, 1000)
        }
        "ListUserHierarchyGroups" => {
            page::from_query(ask, "UserHierarchyGroupSummaryList", named(Kind::UserHierarchyGroup), 100, 1000)
        }
        "ListPredefinedAttributes" => {
            let shape = |attribute: &Resource| {
                json!({
                    "Name": attribute.name,
                    "LastModifiedTime": clock::epoch(attribute.modified), "LastModifiedRegion": instance.region,
                })
            };
            let items = of(Kind::PredefinedAttribute).map(shape).collect();
            page::from_query(ask, "PredefinedAttributeSummaryList", items, 100, 100)
        }
        "ListViews" => {
            let kept = of(Kind::View).filter(|view| asked(ask, "type", text(view, "Type")));
            let shape = |view: &Resource| {
                json!({
                    "Id": view.id, "Arn": view.arn, "Name": view.name,
                    "Type": text(view, "Type"), "Status": text(view, "Status"),
                })
            };
            page::from_query(ask, "ViewsSummaryList", kept.map(shape).collect(), 100, 100)
        }
        "ListTaskTemplates" => {
            let kept = of(Kind::TaskTemplate)
                .filter(|it| asked(ask, "status", text(it, "Status")) && asked(ask, "name", &it.name));
            let shape = |template: &Resource| {
                json!({
                    "Id": template.id, "Arn": template.arn, "Name": template.name, "Status": text(template, "Status"),
                    "LastModifiedTime": clock::epoch(template.modified), "CreatedTime": clock::epoch(template.modified),
                })
            };
            page::from_query(ask, "TaskTemplates", kept.map(shape).collect(), 100, 100)
        }
        "ListLambdaFunctions" => {
            let arns = of(Kind::Lambda).map(|function| json!(function.arn)).collect();
            page::from_query(ask, "LambdaFunctions", arns, 25, 25)
        }
        "ListApprovedOrigins" => {
            let origins = of(Kind::Origin).map(|origin| json!(origin.name)).collect();
            page::from_query(ask, "Origins", origins, 25, 25)
        }
        "ListSecurityProfiles" => {
            page::from_query(ask, "SecurityProfileSummaryList", named(Kind::SecurityProfile), 100, 1000)
        }
        "ListAgentStatuses" => {
            let types = ask.call.params("AgentStatusTypes");
            if types.len() > 3 || types.iter().any(|it| !["ROUTABLE", "CUSTOM", "OFFLINE"].contains(it)) {
                return Err(invalid("AgentStatusTypes are ROUTABLE, CUSTOM and OFFLINE"));
            }
            let kept = of(Kind::AgentStatus).filter(|it| asked(ask, "AgentStatusTypes", text(it, "Type")));
            let shape = |status: &Resource| {
                let mut out = plain(instance, status);
                out["Type"] = json!(text(status, "Type"));
                out
            };
            page::from_query(ask, "AgentStatusSummaryList", kept.map(shape).collect(), 100, 1000)
        }
        "ListBots" => match ask.call.param("lexVersion") {
            Some("V2") => {
                let shape = |bot: &Resource| json!({"LexV2Bot": {"AliasArn": bot.arn}});
                page::from_query(ask, "LexBots", of(Kind::Bot).map(shape).collect(), 25, 25)
            }
            Some("V1") => page::from_query(ask, "LexBots", Vec::new(), 25, 25),
            _ => Err(Fail::new(400, "InvalidRequestException", "lexVersion must be V1 or V2")),
        },
        other => Err(Fail::not_implemented(&format!("connect:{other}"))),
    }
}

fn flows(instance: &Instance, ask: &Ask<'_>) -> Vec<Value> {
    visible(instance, Kind::Flow, &ask.env)
        .filter(|flow| asked(ask, "contactFlowTypes", text(flow, "Type")))
        .map(|flow| {
            json!({
                "Id": flow.id, "Arn": flow.arn, "Name": flow.name, "ContactFlowType": text(flow, "Type"),
                "ContactFlowState": text(flow, "State"),
                "ContactFlowStatus": if flow.published.is_some() { "PUBLISHED" } else { "SAVED" },
            })
        })
        .collect()
}
