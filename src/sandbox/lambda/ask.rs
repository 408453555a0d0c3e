//! From a call to the operation.

use serde_json::{Map, Value};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::world::World;
use super::held::{Function, Held};
use super::input::{self, Named};
use super::settle::{self, Rules};
use super::{
    alias, code, create, function, invoke, layer, list, mapping, permission, publish, setting, update,
};

/// A call, its body and the rules.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) call: &'a Call,
    pub(crate) body: &'a Map<String, Value>,
    pub(crate) rules: Rules,
}

impl Ask<'_> {
    /// The function of the path, settled, with what the call names of it.
    pub(crate) fn function<'h>(&self, held: &'h mut Held) -> Result<(&'h mut Function, Named), Fail> {
        self.find(held, self.call.label(0))
    }

    /// The same for a name that stands elsewhere.
    pub(crate) fn find<'h>(
        &self,
        held: &'h mut Held,
        given: &str,
    ) -> Result<(&'h mut Function, Named), Fail> {
        let named = input::named(self.call, given)?;
        let function = held.functions.get_mut(&named.arn).ok_or_else(|| named.missing())?;
        settle::function(function, &self.rules);
        Ok((function, named))
    }
}

/// Carries an operation out, on what the caller's account has in the region.
pub(crate) fn dispatch(world: &mut World, call: &Call) -> Result<Answer, Fail> {
    if call.operation == "Invoke" {
        return invoke::invoke(world, call);
    }
    let body = call.json()?;
    let rules = Rules::of(&world.switches, world.clock.now(), world.doomed);
    let ask = Ask { call, body: &body, rules };
    let none = Map::new();
    let brought = match call.operation.as_str() {
        "CreateFunction" => {
            let code = body.get("Code").and_then(Value::as_object).unwrap_or(&none);
            code::asked(world, call, code)?
        }
        "UpdateFunctionCode" => code::asked(world, call, &body)?,
        _ => None,
    };
    let World { accounts, buckets, .. } = world;
    let held = &mut accounts.entry(call.caller.account.clone()).or_default().functions;
    match call.operation.as_str() {
        "CreateFunction" => create::create(held, &ask, brought),
        "UpdateFunctionCode" => update::code(held, &ask, brought),
        "UpdateFunctionConfiguration" => update::configuration(held, &ask),
        "GetFunction" => function::get(held, &ask, buckets),
        "GetFunctionConfiguration" => function::configuration(held, &ask),
        "DeleteFunction" => function::delete(held, &ask),
        "ListFunctions" => list::functions(held, &ask),
        "ListVersionsByFunction" => list::versions(held, &ask),
        "PublishVersion" => publish::publish(held, &ask),
        "CreateAlias" => alias::create(held, &ask),
        "UpdateAlias" => alias::update(held, &ask),
        "GetAlias" => alias::get(held, &ask),
        "ListAliases" => alias::list(held, &ask),
        "DeleteAlias" => alias::delete(held, &ask),
        "AddPermission" => permission::add(held, &ask),
        "RemovePermission" => permission::remove(held, &ask),
        "GetPolicy" => permission::get(held, &ask),
        "PutFunctionConcurrency" => setting::put_concurrency(held, &ask),
        "GetFunctionConcurrency" => setting::get_concurrency(held, &ask),
        "DeleteFunctionConcurrency" => setting::delete_concurrency(held, &ask),
        "TagResource" => setting::tag(held, &ask),
        "UntagResource" => setting::untag(held, &ask),
        "ListTags" => setting::tags(held, &ask),
        "CreateEventSourceMapping" => mapping::create(held, &ask),
        "GetEventSourceMapping" => mapping::get(held, &ask),
        "ListEventSourceMappings" => mapping::list(held, &ask),
        "UpdateEventSourceMapping" => mapping::update(held, &ask),
        "DeleteEventSourceMapping" => mapping::delete(held, &ask),
        "GetLayerVersion" | "GetLayerVersionByArn" => layer::get(held, &ask, buckets),
        other => Err(Fail::not_implemented(&format!("lambda:{other}"))),
    }
}
