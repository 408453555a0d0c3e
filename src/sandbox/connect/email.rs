//! Email addresses, their aliases, and the flows that they lead to.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::Ask;
use super::input::{bad_request, find, find_mut, invalid, name_free, not_found, one_of, required, text};
use super::kept::{self, Sort, given};
use super::{page, search};

const SORT: Sort = Sort {
    kind: Kind::EmailAddress,
    whole: "",
    id: "EmailAddressId",
    arn: "EmailAddressArn",
    name: "EmailAddress",
    modified: "",
};

/// What of its body Describe does not show: the flow of each way (botocore FlowAssociationResourceType).
const WAYS: [(&str, &str); 2] =
    [("INBOUND_EMAIL", "InboundContactFlowId"), ("OUTBOUND_EMAIL", "OutboundContactFlowId")];
const ALIAS: &str = "AliasConfigurations";

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "CreateEmailAddress" => create(instance, ask),
        "DescribeEmailAddress" => Ok(kept::described(&SORT, shape(kept::named(instance, ask, &SORT)?))),
        "UpdateEmailAddressMetadata" => update(instance, ask),
        "DeleteEmailAddress" => delete(instance, ask),
        "AssociateEmailAddressAlias" | "DisassociateEmailAddressAlias" => alias(instance, ask),
        "AssociateFlow" | "DisassociateFlow" | "GetFlowAssociation" => flow(instance, ask),
        _ => {
            let mut items = Vec::new();
            for it in super::list::visible(instance, Kind::EmailAddress, &ask.env) {
                if search::criteria(it, ask.body.get("SearchCriteria"))? {
                    let mut found = shape(it);
                    found.remove("Tags");
                    items.push(Value::Object(found));
                }
            }
            let mut more = Map::new();
            more.insert("ApproximateTotalCount".into(), json!(items.len()));
            page::from_body(ask, "EmailAddresses", items, 100, 100, more)
        }
    }
}

fn shape(address: &Resource) -> Map<String, Value> {
    kept::shape(&SORT, address, &WAYS.map(|(_, member)| member))
}

/// A name and a description; assumed: an empty one takes it away.
fn members(body: &Map<String, Value>) -> Result<Map<String, Value>, Fail> {
    text(body, "Description", 0, 4096)?;
    text(body, "DisplayName", 0, 256)?;
    Ok(given(body, &["Description", "DisplayName"]))
}

fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let address = required(ask.body, "EmailAddress", 1, 255)?;
    let domain = address.split_once('@').map(|(_, domain)| domain);
    if !domain.is_some_and(|d| d.contains('.') && !d.contains('@')) {
        return Err(invalid(format!("{address:?} is not an email address")));
    }
    let mut body = members(ask.body)?;
    body.retain(|_, value| value != "");
    name_free(instance, Kind::EmailAddress, address, "")?;
    let made = kept::insert(instance, ask, &SORT, address, body)?;
    Ok(Answer::json(&json!({"EmailAddressId": made["id"], "EmailAddressArn": made["arn"]})))
}

fn update(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let new = members(ask.body)?;
    let found = kept::changed(instance, ask, &SORT)?;
    found.body.extend(new);
    found.body.retain(|_, value| value != "");
    Ok(Answer::json(&json!({"EmailAddressId": found.id, "EmailAddressArn": found.arn})))
}

/// "Remove email addresses (automatically removes any alias relationships)" (botocore AssociateEmailAddressAlias).
fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = kept::named(instance, ask, &SORT)?.id.clone();
    for other in instance.resources.values_mut().filter(|other| other.kind == Kind::EmailAddress) {
        if alias_of(other) == Some(&id) {
            other.body.remove(ALIAS);
        }
    }
    kept::delete(instance, ask, &SORT)
}

fn alias_of(address: &Resource) -> Option<&str> {
    address.body.get(ALIAS)?[0]["EmailAddressId"].as_str()
}

/// "Each email address can have a maximum of one alias"; it "must already exist ... and cannot already be configured as
/// an alias or have an alias of its own" (botocore).
fn alias(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let config = ask.body.get("AliasConfiguration").and_then(Value::as_object);
    let config = config.ok_or_else(|| invalid("AliasConfiguration is required"))?;
    let id = required(config, "EmailAddressId", 1, 500)?;
    let alias =
        find(instance, Kind::EmailAddress, id).ok_or_else(|| not_found(&format!("email address {id}")))?;
    let own = kept::named(instance, ask, &SORT)?;
    if ask.call.operation.starts_with("Disassociate") {
        if alias_of(own) != Some(id) {
            return Err(not_found(&format!("alias {id}")));
        }
        kept::changed(instance, ask, &SORT)?.body.remove(ALIAS);
        return Ok(Answer::json(&json!({})));
    }
    let mut all = instance.resources.values().filter(|other| other.kind == Kind::EmailAddress);
    if alias_of(own).is_some() || alias_of(alias).is_some() || all.any(|other| alias_of(other) == Some(id)) {
        return Err(Fail::new(409, "ResourceConflictException", "The alias is not possible"));
    }
    let config = json!([{"EmailAddressId": id}]);
    kept::changed(instance, ask, &SORT)?.body.insert(ALIAS.into(), config);
    Ok(Answer::json(&json!({})))
}

/// AssociateFlow, DisassociateFlow and GetFlowAssociation, of email addresses. Assumed: both ids may be ARNs, and what is
/// not associated is not found.
fn flow(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (resource, way) = match ask.call.operation.as_str() {
        "AssociateFlow" => {
            let way = one_of(ask.body, "ResourceType", &WAYS.map(|(way, _)| way))?;
            (required(ask.body, "ResourceId", 1, usize::MAX)?, way.unwrap_or_default())
        }
        _ => (ask.call.label(1), ask.call.label(2)),
    };
    let member = WAYS.iter().find(|(word, _)| *word == way).map(|(_, member)| *member);
    let member = member.ok_or_else(|| bad_request(format!("ResourceType {way:?}")))?;
    let id = find(instance, Kind::EmailAddress, resource).ok_or_else(|| not_found(resource))?.id.clone();
    if ask.call.operation == "AssociateFlow" {
        let given = required(ask.body, "FlowId", 1, usize::MAX)?;
        let flow = find(instance, Kind::Flow, given).ok_or_else(|| not_found(given))?.id.clone();
        find_mut(instance, Kind::EmailAddress, &id)?.body.insert(member.into(), json!(flow));
        return Ok(Answer::json(&json!({})));
    }
    let found = find_mut(instance, Kind::EmailAddress, &id)?;
    if ask.call.operation == "GetFlowAssociation" {
        let flow = found.body.get(member).ok_or_else(|| not_found(resource))?;
        return Ok(Answer::json(&json!({"ResourceId": resource, "FlowId": flow, "ResourceType": way})));
    }
    found.body.remove(member).ok_or_else(|| not_found(resource))?;
    Ok(Answer::json(&json!({})))
}

/// What ListFlowAssociations says of email addresses: of one way, or of both.
pub(crate) fn associations(instance: &Instance, ask: &Ask<'_>, wanted: Option<&str>) -> Vec<Value> {
    let mut out = Vec::new();
    for address in super::list::visible(instance, Kind::EmailAddress, &ask.env) {
        for (way, member) in WAYS.iter().filter(|(way, _)| wanted.is_none_or(|wanted| wanted == *way)) {
            let Some(flow) = address.body.get(*member).and_then(Value::as_str) else { continue };
            // assumed: switch flow_associations_by_arn
            let arn = format!("{}/{}/{flow}", instance.arn, Kind::Flow.arn_noun());
            let (resource, flow) =
                if ask.env.associations_by_arn { (&address.arn, arn.as_str()) } else { (&address.id, flow) };
            out.push(json!({"ResourceId": resource, "FlowId": flow, "ResourceType": way}));
        }
    }
    out
}
