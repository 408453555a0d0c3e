//! Attributes of an instance: switches of its own, which are always there.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::Instance;
use super::env::Ask;
use super::input::{find_mut, required};
use super::kept::{self, Sort};
use super::list::visible;
use super::page;

const SORT: Sort = Sort {
    kind: Kind::InstanceAttribute,
    whole: "Attribute",
    id: "AttributeType",
    arn: "",
    name: "",
    modified: "",
};

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    match ask.call.operation.as_str() {
        "DescribeInstanceAttribute" => {
            let found = kept::named(instance, ask, &SORT)?;
            Ok(Answer::json(&json!({"Attribute": {"AttributeType": found.id, "Value": found.body["Value"]}})))
        }
        "UpdateInstanceAttribute" => {
            let value = required(ask.body, "Value", 1, 100)?.to_owned();
            let found = find_mut(instance, Kind::InstanceAttribute, ask.call.label(1))?;
            found.body.insert("Value".into(), Value::String(value));
            found.modified = ask.env.now;
            Ok(Answer::json(&json!({})))
        }
        // At most 7 a page (botocore MaxResult7).
        _ => {
            let shape = |it: &super::super::world::Resource| json!({"AttributeType": it.id, "Value": it.body["Value"]});
            let items = visible(instance, Kind::InstanceAttribute, &ask.env).map(shape).collect();
            page::from_query(ask, "Attributes", items, 7, 7)
        }
    }
}
