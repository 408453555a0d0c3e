//! CreateFunction.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids;
use super::ask::Ask;
use super::code::Code;
use super::held::{Edition, Function, Held};
use super::input::{self, conflict, flag, invalid, is_word, malformed, needed, text};
use super::settle::UnderWay;
use super::{config, publish, setting, show};

/// A new function is `Pending` first ("Lambda function states").
pub(crate) fn create(held: &mut Held, ask: &Ask<'_>, brought: Option<Code>) -> Result<Answer, Fail> {
    let named = input::named(ask.call, needed(ask.body, "FunctionName")?)?;
    // "The length constraint applies only to the full ARN. If you specify only the function name, it is limited to 64
    // characters in length."
    if !is_word(&named.name, 64) || named.qualifier.is_some() {
        return Err(malformed("functionName", "Member must be a name of at most 64 characters"));
    }
    needed(ask.body, "Role")?;
    let code = brought.ok_or_else(|| invalid("Please provide a source for function code."))?;
    let package = text(ask.body, "PackageType")?.unwrap_or("Zip");
    if package != code.package_type() {
        return Err(invalid(format!("The provided code does not fit PackageType {package}.")));
    }
    let zip = package == "Zip";
    for name in ["Handler", "Runtime"] {
        let given = text(ask.body, name)?.is_some();
        if zip && !given {
            return Err(invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
            ));
        }
        if !zip && given {
            return Err(invalid(
                "Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image.",
            ));
        }
    }
    if held.functions.contains_key(&named.arn) {
        return Err(conflict(format!("Function already exist: {}", named.name)));
    }
    let mut members = config::defaults(&named.name);
    config::merge(&mut members, ask, held)?;
    if let Some(architectures) = ask.body.get("Architectures").filter(|value| !value.is_null()) {
        members.insert("Architectures".into(), architectures.clone());
    }
    if !zip {
        members.remove("SnapStart");
        members.insert("SnapStart".into(), json!({"ApplyOn": "None"}));
    }
    let mut latest = Edition::first(code, members, ids::random_uuid(), ask.rules.now);
    latest.under_way = Some(UnderWay::new(&ask.rules, None));
    let mut function = Function::new(&named.name, &named.arn, latest);
    function.tags = setting::read_tags(ask.body.get("Tags"));
    let shown = if flag(ask.body, "Publish") {
        // Assumed: the first version is pending as long as the function is.
        let number = publish::add(&mut function, None, &ask.rules);
        function.versions.get(&number).cloned()
    } else {
        None
    };
    let shown = Value::Object(show::whole(held, &function, shown.as_ref().unwrap_or(&function.latest)));
    held.functions.insert(named.arn, function);
    Ok(Answer { status: 201, ..Answer::json(&shown) })
}
