//! The settings of a function: which there are, what each may be, and what is not shown when empty.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::ask::Ask;
use super::held::Held;
use super::input::{invalid, malformed, text};

/// What UpdateFunctionConfiguration sets, and CreateFunction too.
const MEMBERS: &[&str] = &[
    "Role",
    "Handler",
    "Description",
    "Timeout",
    "MemorySize",
    "VpcConfig",
    "Environment",
    "Runtime",
    "DeadLetterConfig",
    "KMSKeyArn",
    "TracingConfig",
    "Layers",
    "FileSystemConfigs",
    "ImageConfig",
    "EphemeralStorage",
    "SnapStart",
    "LoggingConfig",
];

/// What the sandbox does not have.
const ABSENT: &[&str] =
    &["CodeSigningConfigArn", "TenancyConfig", "CapacityProviderConfig", "DurableConfig", "PublishTo"];

/// Most of a function's settings have a default ("CreateFunction"; GetFunctionConfiguration shows them).
pub(crate) fn defaults(name: &str) -> Map<String, Value> {
    let all = json!({
        "Description": "",
        "Timeout": 3,
        "MemorySize": 128,
        "TracingConfig": {"Mode": "PassThrough"},
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None"},
        "LoggingConfig": {"LogFormat": "Text", "LogGroup": format!("/aws/lambda/{name}")},
    });
    all.as_object().cloned().unwrap_or_default()
}

/// Puts what a request gives into the settings: each member as a whole, what is not given stays ("UpdateFunctionConfiguration").
pub(crate) fn merge(members: &mut Map<String, Value>, ask: &Ask<'_>, held: &Held) -> Result<(), Fail> {
    for absent in ABSENT {
        if ask.body.get(*absent).is_some_and(|value| !value.is_null()) {
            return Err(Fail::not_implemented(&format!("functions with {absent}")));
        }
    }
    for name in MEMBERS {
        let Some(value) = ask.body.get(*name).filter(|value| !value.is_null()) else { continue };
        check(ask, held, name, value)?;
        set(members, name, value.clone());
    }
    Ok(())
}

/// Sets one member. Some are taken away when they are empty, as GetFunctionConfiguration then has none (assumed; the
/// references of DeadLetterConfig, KMSKeyArn, Layers, FileSystemConfigs say that an empty one removes). An empty
/// Environment is shown as such (LocalStack's suite, recorded on AWS: test_function_lifecycle).
pub(crate) fn set(members: &mut Map<String, Value>, name: &str, value: Value) {
    let empty = match name {
        "DeadLetterConfig" => value.get("TargetArn").and_then(Value::as_str).is_none_or(str::is_empty),
        "KMSKeyArn" => value == json!(""),
        "Layers" | "FileSystemConfigs" => value == json!([]),
        "ImageConfig" => value == json!({}),
        _ => false,
    };
    if empty {
        members.remove(name);
        return;
    }
    match (name, members.get_mut(name), value) {
        // Its members have defaults each: what is not given stays (assumed).
        ("LoggingConfig", Some(Value::Object(old)), Value::Object(new)) => old.extend(new),
        (_, _, value) => {
            members.insert(name.into(), value);
        }
    }
}

fn number(name: &str, value: &Value, low: u64, high: u64) -> Result<(), Fail> {
    let fits = value.as_u64().is_some_and(|number| (low..=high).contains(&number));
    if fits { Ok(()) } else { Err(malformed(name, &format!("Member must be between {low} and {high}"))) }
}

fn one_of(name: &str, value: Option<&Value>, choices: &[&str]) -> Result<(), Fail> {
    let fits = value.is_none_or(|value| value.as_str().is_some_and(|text| choices.contains(&text)));
    if fits {
        Ok(())
    } else {
        Err(malformed(name, &format!("Member must satisfy enum value set: {choices:?}")))
    }
}

fn check(ask: &Ask<'_>, held: &Held, name: &str, value: &Value) -> Result<(), Fail> {
    match name {
        // botocore's ranges; "Lambda quotas" has 900 s and 10,240 MB for most functions.
        "Timeout" => number(name, value, 1, 5400),
        "MemorySize" => number(name, value, 128, 32_768),
        "EphemeralStorage" => number(name, value.get("Size").unwrap_or(&Value::Null), 512, 32_768),
        "Description" | "Handler" => {
            let most = if name == "Handler" { 128 } else { 256 };
            let length = text(ask.body, name)?.map_or(0, |text| text.chars().count());
            if length > most {
                return Err(malformed(
                    name,
                    &format!("Member must have length less than or equal to {most}"),
                ));
            }
            Ok(())
        }
        "Role" => role(ask, value),
        "Runtime" => {
            let families = ["nodejs", "python", "java", "dotnet", "ruby", "go", "provided"];
            let known =
                value.as_str().is_some_and(|text| families.iter().any(|family| text.starts_with(family)));
            if known { Ok(()) } else { Err(malformed("runtime", "Member must satisfy enum value set")) }
        }
        "TracingConfig" => one_of("tracingConfig.mode", value.get("Mode"), &["Active", "PassThrough"]),
        "SnapStart" => one_of("snapStart.applyOn", value.get("ApplyOn"), &["PublishedVersions", "None"]),
        "LoggingConfig" => one_of("loggingConfig.logFormat", value.get("LogFormat"), &["JSON", "Text"]),
        "Environment" => environment(value),
        "Layers" => layers(ask, held, value),
        _ => Ok(()),
    }
}

fn role(ask: &Ask<'_>, value: &Value) -> Result<(), Fail> {
    let parts: Vec<&str> = value.as_str().unwrap_or_default().splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, "iam", "", account, role] if role.starts_with("role/") => {
            if *account == ask.call.caller.account {
                return Ok(());
            }
            // What Lambda answers to a role of another account.
            Err(Fail::new(403, "AccessDeniedException", "Cross-account pass role is not allowed."))
        }
        _ => Err(malformed("role", "Member must satisfy regular expression pattern of a role ARN")),
    }
}

/// Names that the runtime sets itself ("Defined runtime environment variables", the reserved ones).
const RESERVED: &[&str] = &[
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
];

/// botocore EnvironmentVariableName, and "Lambda quotas": 4 KB for all variables together.
fn environment(value: &Value) -> Result<(), Fail> {
    let variables = value.get("Variables").and_then(Value::as_object);
    let mut size = 0;
    for (name, value) in variables.into_iter().flatten() {
        let fits = name.len() >= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        // The reserved names that begin with an underscore break the pattern as well.
        if RESERVED.contains(&name.as_str()) {
            return Err(invalid(format!(
                "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {name}"
            )));
        }
        let text = value.as_str().filter(|_| fits);
        let text = text.ok_or_else(|| {
            malformed("environment.variables", "Map keys must satisfy [a-zA-Z]([a-zA-Z0-9_])+")
        })?;
        size += name.len() + text.len();
    }
    if size > 4096 {
        return Err(invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.",
        ));
    }
    Ok(())
}

/// At most five ("Lambda quotas"); one of the account must be there, others' are not looked at (assumed).
fn layers(ask: &Ask<'_>, held: &Held, value: &Value) -> Result<(), Fail> {
    let arns: Vec<&str> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if arns.len() > 5 {
        return Err(invalid("Cannot reference more than 5 layers."));
    }
    let own = format!("arn:aws:lambda:{}:{}:layer:", ask.call.region, ask.call.caller.account);
    for arn in arns {
        if !arn.contains(":layer:") {
            return Err(malformed(
                "layers",
                "Member must satisfy regular expression pattern of a layer version ARN",
            ));
        }
        if arn.starts_with(&own) && !held.layers.contains_key(arn) {
            return Err(invalid(format!("Layer version {arn} does not exist.")));
        }
    }
    Ok(())
}
