//! Integrations: what an instance works with beside itself, and what for; and where it keeps its files.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::{self, Kind};
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, duplicate, find, find_mut, not_found, one_of, required};
use super::kept::{self, Sort, conflict, given, must};
use super::list::visible;
use super::page;

const SORT: Sort = Sort {
    kind: Kind::Integration,
    whole: "",
    id: "IntegrationAssociationId",
    arn: "IntegrationAssociationArn",
    name: "",
    modified: "",
};
const STORAGE: Sort = Sort {
    kind: Kind::StorageConfig,
    whole: "StorageConfig",
    id: "AssociationId",
    arn: "",
    name: "",
    modified: "",
};

/// botocore IntegrationAssociation and its use cases; InstanceStorageConfig.
pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateIntegrationAssociation" => create(instance, ask),
        "DeleteIntegrationAssociation" => delete(instance, ask),
        "ListIntegrationAssociations" => list(instance, ask),
        "CreateUseCase" | "DeleteUseCase" | "ListUseCases" => use_case(instance, ask),
        "ListSecurityKeys" => {
            let keys = visible(instance, Kind::SecurityKey, &ask.env);
            let shape = |it: &Resource| json!({"AssociationId": it.id, "Key": it.body.get("Key")});
            // At most 2 a page (botocore MaxResult2).
            page::from_query(ask, "SecurityKeys", keys.map(shape).collect(), 2, 2)
        }
        _ => storage(instance, ask),
    }
}

/// What it is called in state dumps: its type, and the source's name or the end of the ARN.
pub(crate) fn title(body: &Map<String, Value>) -> String {
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default();
    let source = match text("SourceApplicationName") {
        "" => text("IntegrationArn").rsplit(['/', ':']).next().unwrap_or_default(),
        name => name,
    };
    format!("{}:{source}", text("IntegrationType"))
}

/// CreateIntegrationAssociation. The source's members are "only required for the EVENT integration type".
fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let kind = required(ask.body, "IntegrationType", 1, 100)?;
    required(ask.body, "IntegrationArn", 1, 2000)?;
    let source = ["SourceApplicationUrl", "SourceApplicationName", "SourceType"];
    if kind == "EVENT" && source.iter().any(|name| must(ask.body, name).is_err()) {
        return Err(bad_request("EVENT needs the URL, the name and the type of its source"));
    }
    let mut body = given(ask.body, &["IntegrationType", "IntegrationArn"]);
    body.extend(given(ask.body, &source));
    let same = |it: &Resource| {
        it.kind == Kind::Integration
            && ["IntegrationType", "IntegrationArn"].iter().all(|n| it.body[*n] == body[*n])
    };
    if instance.resources.values().any(same) {
        return Err(duplicate());
    }
    let title = title(&body);
    let made = kept::insert(instance, ask, &SORT, &title, body)?;
    let answer = json!({"IntegrationAssociationId": made["id"], "IntegrationAssociationArn": made["arn"]});
    Ok(Answer::json(&answer))
}

/// Assumed: what has use cases is refused with an InvalidRequestException.
fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let found = kept::named(instance, ask, &SORT)?;
    if !cases(found).is_empty() {
        return Err(bad_request("The integration has use cases"));
    }
    kept::delete(instance, ask, &SORT)
}

fn list(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let asked = |name: &str, value: &Value| ask.call.param(name).is_none_or(|wanted| value == wanted);
    let all = visible(instance, Kind::Integration, &ask.env).filter(|it| {
        asked("integrationType", &it.body["IntegrationType"])
            && asked("integrationArn", &it.body["IntegrationArn"])
    });
    let items = all.map(|it| {
        let mut out = it.body.clone();
        out.remove("UseCases");
        out.insert("IntegrationAssociationId".into(), json!(it.id));
        out.insert("IntegrationAssociationArn".into(), json!(it.arn));
        out.insert("InstanceId".into(), json!(instance.id));
        Value::Object(out)
    });
    page::from_query(ask, "IntegrationAssociationSummaryList", items.collect(), 100, 100)
}

fn cases(integration: &Resource) -> Vec<String> {
    let cases = integration.body.get("UseCases").and_then(Value::as_array);
    cases.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The id of a use case follows from its type: "each integration association can have only one of each".
fn use_case(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let found = kept::changed(instance, ask, &SORT)?;
    let mut all = cases(found);
    let id = |kind: &str| ids::derived(&[&found.id, "use-case", kind]);
    let arn = |kind: &str| format!("{}/use-case/{}", found.arn, id(kind));
    match ask.call.operation.as_str() {
        "CreateUseCase" => {
            must(ask.body, "UseCaseType")?;
            let kind = one_of(ask.body, "UseCaseType", &["RULES_EVALUATION", "CONNECT_CAMPAIGNS"])?;
            let kind = kind.unwrap_or_default().to_owned();
            if all.contains(&kind) {
                return Err(duplicate());
            }
            let answer = json!({"UseCaseId": id(&kind), "UseCaseArn": arn(&kind)});
            all.push(kind);
            all.sort();
            found.body.insert("UseCases".into(), json!(all));
            Ok(Answer::json(&answer))
        }
        "DeleteUseCase" => {
            let at = all.iter().position(|kind| id(kind) == ask.call.label(2));
            all.remove(at.ok_or_else(|| not_found(ask.call.label(2)))?);
            match all.is_empty() {
                true => found.body.remove("UseCases"),
                false => found.body.insert("UseCases".into(), json!(all)),
            };
            Ok(Answer::json(&json!({})))
        }
        _ => {
            let shape =
                |kind: &String| json!({"UseCaseId": id(kind), "UseCaseArn": arn(kind), "UseCaseType": kind});
            page::from_query(ask, "UseCaseSummaryList", all.iter().map(shape).collect(), 100, 100)
        }
    }
}

/// botocore InstanceStorageResourceType.
const TYPES: [&str; 13] = [
    "AGENT_EVENTS",
    "ATTACHMENTS",
    "CALL_RECORDINGS",
    "CHAT_TRANSCRIPTS",
    "CONTACT_EVALUATIONS",
    "CONTACT_TRACE_RECORDS",
    "EMAIL_MESSAGES",
    "MEDIA_STREAMS",
    "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS",
    "REAL_TIME_CONTACT_ANALYSIS_SEGMENTS",
    "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS",
    "SCHEDULED_REPORTS",
    "SCREEN_RECORDINGS",
];

/// Storage: one configuration of each type ("Associates a storage resource type for the first time"); assumed: a second
/// one is a ResourceConflictException, which is listed.
fn storage(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let in_body = ask.body.get("ResourceType").and_then(Value::as_str);
    let kind = ask.call.param("resourceType").or(in_body).unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(bad_request(format!("ResourceType {kind:?} is not supported")));
    }
    let of_type = |it: &&Resource| it.kind == Kind::StorageConfig && it.body["ResourceType"] == kind;
    let shape = |it: &Resource| {
        let mut out = it.body["StorageConfig"].clone();
        out["AssociationId"] = json!(it.id);
        out
    };
    match ask.call.operation.as_str() {
        "ListInstanceStorageConfigs" => {
            let items = instance.resources.values().filter(of_type).map(shape).collect();
            return page::from_query(ask, "StorageConfigs", items, 10, 10);
        }
        "AssociateInstanceStorageConfig" => {
            if instance.resources.values().any(|it| of_type(&it)) {
                return Err(conflict());
            }
            let body = Map::from_iter([
                ("ResourceType".to_owned(), json!(kind)),
                ("StorageConfig".to_owned(), config(ask)?),
            ]);
            let made = kept::insert(instance, ask, &STORAGE, kind, body)?;
            return Ok(Answer::json(&json!({"AssociationId": made["id"]})));
        }
        _ => {}
    }
    let given = ask.call.label(1);
    let found = find(instance, Kind::StorageConfig, given).filter(of_type).ok_or_else(|| not_found(given))?;
    match ask.call.operation.as_str() {
        "DescribeInstanceStorageConfig" => Ok(Answer::json(&json!({"StorageConfig": shape(found)}))),
        "UpdateInstanceStorageConfig" => {
            let (id, config) = (found.id.clone(), config(ask)?);
            find_mut(instance, Kind::StorageConfig, &id)?.body.insert("StorageConfig".into(), config);
            Ok(Answer::json(&json!({})))
        }
        _ => kept::delete(instance, ask, &STORAGE),
    }
}

/// The configuration of its storage type. botocore: StorageType is required, and each type has its own member.
fn config(ask: &Ask<'_>) -> Result<Value, Fail> {
    let mut config = must(ask.body, "StorageConfig")?.clone();
    let wanted = match config["StorageType"].as_str() {
        Some("S3") => "S3Config",
        Some("KINESIS_VIDEO_STREAM") => "KinesisVideoStreamConfig",
        Some("KINESIS_STREAM") => "KinesisStreamConfig",
        Some("KINESIS_FIREHOSE") => "KinesisFirehoseConfig",
        _ => return Err(bad_request("StorageType is not supported")),
    };
    if !config[wanted].is_object() {
        return Err(bad_request(format!("{wanted} is required")));
    }
    if let Some(members) = config.as_object_mut() {
        members.remove("AssociationId");
    }
    Ok(config)
}
