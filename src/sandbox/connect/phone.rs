//! Claimed phone numbers, and the flows that they lead to.

use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::{Account, Instance, Resource};
use super::env::Ask;
use super::input::{find, invalid, list_of, not_found, one_of, required, text};
use super::list::visible;
use super::{instance, page};

/// Where the flow's id is kept in the resource; no shape of a number has it.
const FLOW: &str = "ContactFlowId";
/// botocore ListFlowAssociationResourceType. The sandbox has numbers only.
const TYPES: [&str; 5] = [
    "WHATSAPP_MESSAGING_PHONE_NUMBER",
    "VOICE_PHONE_NUMBER",
    "INBOUND_EMAIL",
    "OUTBOUND_EMAIL",
    "ANALYTICS_CONNECTOR",
];

/// The id of the flow that a number leads to.
pub(crate) fn flow_of(phone: &Resource) -> Option<&str> {
    phone.body.get(FLOW).and_then(Value::as_str)
}

/// The operations on numbers; most name no instance.
pub(crate) fn dispatch(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "ListPhoneNumbersV2" => list(account, ask),
        "DescribePhoneNumber" => {
            let (instance, id) = find_phone(account, ask)?;
            let phone = instance.resources.get(&(Kind::Phone, id));
            let phone = phone.ok_or_else(|| not_found(ask.call.label(0)))?;
            Ok(Answer::json(&json!({"ClaimedPhoneNumberSummary": shape(instance, phone)})))
        }
        "UpdatePhoneNumberMetadata" => {
            let description = text(ask.body, "PhoneNumberDescription", 0, 500)?.map(str::to_owned);
            change(account, ask, |body| {
                // Assumed: without a description nothing changes.
                if let Some(description) = description {
                    body.insert("PhoneNumberDescription".into(), json!(description));
                }
            })
        }
        "AssociatePhoneNumberContactFlow" => {
            let within = required(ask.body, "InstanceId", 1, 100)?;
            let given = required(ask.body, "ContactFlowId", 0, 500)?;
            let instance = instance_of_phone(account, ask, within)?;
            let flow =
                find(instance, Kind::Flow, given).ok_or_else(|| not_found(&format!("flow {given}")))?;
            // "Attach a number to a published inbound flow" (administrator guide, "Associate a claimed or ported phone
            // number with a flow"); assumed: InvalidParameterException, and switch saved_flow_can_be_referenced.
            if flow.body.get("Type").and_then(Value::as_str) != Some("CONTACT_FLOW") {
                return Err(invalid("A phone number leads to a flow of the type CONTACT_FLOW"));
            }
            if flow.published.is_none() && !ask.env.saved_can_be_referenced {
                return Err(invalid("The flow has not been published"));
            }
            let id = flow.id.clone();
            change(account, ask, |body| {
                body.insert(FLOW.into(), json!(id));
            })
        }
        "DisassociatePhoneNumberContactFlow" => {
            let within = ask.call.param("instanceId").ok_or_else(|| invalid("instanceId is required"))?;
            instance_of_phone(account, ask, within)?;
            // Assumed: no error for a number that leads nowhere.
            change(account, ask, |body| {
                body.remove(FLOW);
            })
        }
        other => Err(Fail::not_implemented(&format!("connect:{other}"))),
    }
}

/// The instance that has the number of the path, and the number's id; it may be called by its ARN.
fn find_phone<'a>(account: &'a mut Account, ask: &Ask<'_>) -> Result<(&'a mut Instance, String), Fail> {
    let given = ask.call.label(0);
    for instance in account.instances.iter_mut().filter(|instance| instance.region == ask.call.region) {
        let known =
            |phone: &&Resource| phone.kind == Kind::Phone && (phone.id == given || phone.arn == given);
        if let Some(id) = instance.resources.values().find(known).map(|phone| phone.id.clone()) {
            return Ok((instance, id));
        }
    }
    Err(not_found(&format!("phone number {given}")))
}

/// The instance that a request names, if it has the number.
fn instance_of_phone<'a>(
    account: &'a mut Account,
    ask: &Ask<'_>,
    within: &str,
) -> Result<&'a mut Instance, Fail> {
    instance::find(account, &ask.call.region, within)?;
    let (instance, _) = find_phone(account, ask)?;
    if instance.id != within && instance.arn != within {
        return Err(not_found(&format!("phone number {} in instance {within}", ask.call.label(0))));
    }
    Ok(instance)
}

fn change(
    account: &mut Account,
    ask: &Ask<'_>,
    change: impl FnOnce(&mut Map<String, Value>),
) -> Result<Answer, Fail> {
    let (instance, id) = find_phone(account, ask)?;
    if let Some(phone) = instance.resources.get_mut(&(Kind::Phone, id)) {
        change(&mut phone.body);
        phone.modified = ask.env.now;
    }
    Ok(Answer::json(&json!({})))
}

/// The `ClaimedPhoneNumberSummary` shape.
fn shape(instance: &Instance, phone: &Resource) -> Value {
    let mut out = phone.body.clone();
    out.remove(FLOW);
    out.insert("PhoneNumber".into(), json!(phone.name));
    out.insert("PhoneNumberId".into(), json!(phone.id));
    out.insert("PhoneNumberArn".into(), json!(phone.arn));
    out.insert("TargetArn".into(), json!(instance.arn));
    out.insert("InstanceId".into(), json!(instance.id));
    out.insert("Tags".into(), json!(phone.tags));
    out.insert("PhoneNumberStatus".into(), json!({"Status": "CLAIMED"}));
    Value::Object(out)
}

/// ListPhoneNumbersV2: of one instance (`InstanceId` or `TargetArn`), or of the account in the region.
fn list(account: &Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let wanted = |name: &str| ask.body.get(name).and_then(Value::as_str);
    if wanted("InstanceId").is_some() && wanted("TargetArn").is_some() {
        return Err(invalid("InstanceId and TargetArn exclude each other"));
    }
    let countries = list_of(ask.body, "PhoneNumberCountryCodes", 0, 10)?;
    let types = list_of(ask.body, "PhoneNumberTypes", 0, 6)?;
    let among = |list: &Option<&Vec<Value>>, value: Option<&Value>| {
        list.is_none_or(|list| list.is_empty() || value.is_some_and(|value| list.contains(value)))
    };
    let here = account.instances.iter().filter(|instance| instance.region == ask.call.region);
    let mut items = Vec::new();
    for instance in here {
        if wanted("InstanceId").is_some_and(|id| id != instance.id && id != instance.arn)
            || wanted("TargetArn").is_some_and(|arn| arn != instance.arn)
        {
            continue;
        }
        for phone in visible(instance, Kind::Phone, &ask.env) {
            let fits = among(&countries, phone.body.get("PhoneNumberCountryCode"))
                && among(&types, phone.body.get("PhoneNumberType"))
                && wanted("PhoneNumberPrefix").is_none_or(|prefix| phone.name.starts_with(prefix));
            if fits {
                let mut item = json!({
                    "PhoneNumberId": phone.id, "PhoneNumberArn": phone.arn, "PhoneNumber": phone.name,
                    "TargetArn": instance.arn, "InstanceId": instance.id,
                });
                for name in ["PhoneNumberCountryCode", "PhoneNumberType", "PhoneNumberDescription"] {
                    if let Some(value) = phone.body.get(name) {
                        item[name] = value.clone();
                    }
                }
                items.push(item);
            }
        }
    }
    page::from_body(ask, "ListPhoneNumbersSummaryList", items, 100, 1000, Map::new())
}

/// The flows that numbers lead to. botocore says that both ids are ARNs. assumed: switch flow_associations_by_arn
fn associations(instance: &Instance, ask: &Ask<'_>) -> Vec<(String, Value)> {
    let mut out = Vec::new();
    for phone in visible(instance, Kind::Phone, &ask.env) {
        let Some(flow) = flow_of(phone) else { continue };
        let flow_arn = format!("{}/{}/{flow}", instance.arn, Kind::Flow.arn_noun());
        let (resource, flow) =
            if ask.env.associations_by_arn { (&phone.arn, flow_arn.as_str()) } else { (&phone.id, flow) };
        out.push((
            phone.id.clone(),
            json!({"ResourceId": resource, "FlowId": flow, "ResourceType": "VOICE_PHONE_NUMBER"}),
        ));
    }
    out
}

/// ListFlowAssociations.
pub(crate) fn list_associations(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let wanted = ask.call.param("ResourceType");
    if let Some(other) = wanted.filter(|wanted| !TYPES.contains(wanted)) {
        return Err(invalid(format!("ResourceType {other:?} is not one of {}", TYPES.join(", "))));
    }
    let mut items: Vec<Value> = associations(instance, ask).into_iter().map(|(_, item)| item).collect();
    items.retain(|_| wanted.is_none_or(|wanted| wanted == "VOICE_PHONE_NUMBER"));
    items.extend(super::email::associations(instance, ask, wanted));
    page::from_query(ask, "FlowAssociationSummaryList", items, 100, 1000)
}

/// BatchGetFlowAssociation: of up to 100 resources, those that lead to a flow.
pub(crate) fn get_associations(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let wanted = one_of(ask.body, "ResourceType", &TYPES)?;
    let ids = list_of(ask.body, "ResourceIds", 1, 100)?.ok_or_else(|| invalid("ResourceIds is required"))?;
    let asked =
        |id: &str| ids.iter().filter_map(Value::as_str).any(|given| given.rsplit('/').next() == Some(id));
    let items: Vec<Value> = associations(instance, ask)
        .into_iter()
        .filter(|(id, _)| asked(id) && wanted.is_none_or(|wanted| wanted == "VOICE_PHONE_NUMBER"))
        .map(|(_, item)| item)
        .collect();
    Ok(Answer::json(&json!({"FlowAssociationSummaryList": items})))
}
