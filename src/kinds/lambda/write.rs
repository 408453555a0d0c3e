//! The calls that write, by name.
//!
//! Source: botocore's `lambda` model: which member stands in the URI or the query, and which in the body.

use aws_sdk_lambda::Client;
use serde_json::Value;

use super::moves::{self, DELETE, DELETE_ALIAS, UPDATE_ALIAS};
use super::{permission, source};
use crate::aws::{Failure, Fate};
use crate::core::Error;
use crate::kinds::tag::{TAG, UNTAG};
use crate::wire;

/// Sends `call` on the function `name`, with `args` under the names of the model.
pub async fn write(c: &Client, call: &str, name: &str, args: &Value) -> Result<Value, Failure> {
    let text = |member: &str| args[member].as_str().map(String::from);
    let mut body = args.clone();
    let mut apart = |members: &[&str]| {
        for member in members {
            body.as_object_mut().map(|b| b.remove(*member));
        }
        body.clone()
    };
    match call {
        moves::CREATE => wire!(call, c.create_function(), args),
        moves::CONFIGURE => wire!(call, c.update_function_configuration().function_name(name), args),
        moves::CODE => wire!(call, c.update_function_code().function_name(name), args),
        moves::PUBLISH => wire!(call, c.publish_version().function_name(name), args),
        moves::CREATE_ALIAS => wire!(call, c.create_alias().function_name(name), args),
        UPDATE_ALIAS => {
            let body = apart(&["Name"]);
            wire!(call, c.update_alias().function_name(name).set_name(text("Name")), body)
        }
        DELETE_ALIAS => wire!(call, c.delete_alias().function_name(name).set_name(text("Name"))),
        DELETE => wire!(call, c.delete_function().function_name(name)),
        permission::ADD => {
            let add = c.add_permission().function_name(name).set_qualifier(text("Qualifier"));
            let body = apart(&["Qualifier"]);
            wire!(call, add, body)
        }
        permission::REMOVE => {
            let remove = c.remove_permission().function_name(name).set_statement_id(text("StatementId"));
            wire!(call, remove.set_qualifier(text("Qualifier")).set_revision_id(text("RevisionId")))
        }
        TAG => {
            let body = apart(&["Resource"]);
            wire!(call, c.tag_resource().set_resource(text("Resource")), body)
        }
        UNTAG => {
            let keys = args["TagKeys"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let untag = c.untag_resource().set_resource(text("Resource"));
            wire!(call, untag.set_tag_keys(Some(keys.map(String::from).collect())))
        }
        "PutFunctionConcurrency" => wire!(call, c.put_function_concurrency().function_name(name), args),
        "DeleteFunctionConcurrency" => wire!(call, c.delete_function_concurrency().function_name(name)),
        source::CREATE => wire!(call, c.create_event_source_mapping(), args),
        source::UPDATE => {
            let body = apart(&["UUID"]);
            wire!(call, c.update_event_source_mapping().set_uuid(text("UUID")), body)
        }
        source::DELETE => wire!(call, c.delete_event_source_mapping().set_uuid(text("UUID"))),
        _ => Err(Failure { error: Error::bug(format!("there is no call {call}")), fate: Fate::Refused }),
    }
}
