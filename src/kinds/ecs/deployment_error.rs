//! Why a deployment of CodeDeploy did not succeed, in words.

use serde_json::Value;

/// Returns what `error`, the `errorInformation` of a deployment, says.
///
/// Source: "ErrorInformation" (CodeDeploy API reference) has the codes and what they mean.
pub fn words(error: &Value) -> String {
    let code = error["code"].as_str().unwrap_or_default();
    let said = error["message"].as_str().unwrap_or_default();
    let meaning = match code {
        "ALARM_ACTIVE" => "an alarm fired",
        "APPLICATION_MISSING" => "the application is gone",
        "DEPLOYMENT_GROUP_MISSING" => "the deployment group is gone",
        "ECS_UPDATE_ERROR" => "ECS refused what was to be deployed",
        "ELASTIC_LOAD_BALANCING_INVALID" | "MISSING_ELB_INFORMATION" => "the load balancer does not fit",
        "HEALTH_CONSTRAINTS" | "HEALTH_CONSTRAINTS_INVALID" => "too few tasks are healthy",
        "HOOK_EXECUTION_FAILURE" => "a hook failed",
        "IAM_ROLE_MISSING" => "the role of the deployment group is gone",
        "IAM_ROLE_PERMISSIONS" => "the role of the deployment group may not do this",
        "INTERNAL_ERROR" => "CodeDeploy itself failed",
        "INVALID_ECS_SERVICE" => "the service does not fit the deployment group",
        "INVALID_LAMBDA_CONFIGURATION" | "INVALID_LAMBDA_FUNCTION" => "the function of a hook is not valid",
        "INVALID_REVISION" | "REVISION_MISSING" => "the AppSpec is not valid, or gone",
        "MANUAL_STOP" => "somebody stopped it",
        "RESOURCE_LIMIT_EXCEEDED" => "a quota is used up",
        "THROTTLED" => "CodeDeploy was throttled",
        "TIMEOUT" => "it took too long",
        _ => "",
    };
    let parts = [meaning, said, if meaning.is_empty() { code } else { "" }];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "no reason is given".into() } else { parts.join(": ") }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_unknown_code_is_shown_as_it_is() {
        assert_eq!(words(&json!({ "code": "NEW_ONE", "message": "m" })), "m: NEW_ONE");
        assert_eq!(words(&json!({ "code": "MANUAL_STOP", "message": "m" })), "somebody stopped it: m");
        assert_eq!(words(&Value::Null), "no reason is given");
    }
}
