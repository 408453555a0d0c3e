//! Policies of repositories: which other account may read and write them.

use serde_json::Value;

use super::super::answer::Fail;
use super::held::Repository;

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Principal<'a> {
    pub(super) account: &'a str,
    /// The role, if it is one.
    pub(super) role: Option<&'a str>,
    /// The ARN for the words of a refusal.
    pub(super) arn: &'a str,
}

/// Whether the policy of a repository lets somebody carry an action (`ecr:BatchGetImage`) out. Its own account may, unless
/// it is denied ("How IAM roles differ from resource-based policies": within one account either policy suffices, and the
/// sandbox has no identity-based ones); another account may where a statement allows it.
pub(super) fn check(repository: &Repository, who: &Principal<'_>, action: &str) -> Result<(), Fail> {
    let policy: Value =
        repository.policy.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let statements = many(&policy["Statement"]);
    let (mut allowed, mut denied) = (who.account == repository.account, false);
    for statement in statements {
        let fits = many(&statement["Action"]).iter().filter_map(|known| known.as_str()).any(|known| {
            known == "*" || known.eq_ignore_ascii_case("ecr:*") || known.eq_ignore_ascii_case(action)
        });
        if fits && names(&statement["Principal"], who) {
            match statement["Effect"].as_str() {
                Some("Deny") => denied = true,
                _ => allowed = true,
            }
        }
    }
    if allowed && !denied {
        return Ok(());
    }
    let why = if denied {
        "with an explicit deny in a resource-based policy".to_owned()
    } else {
        format!("because no resource-based policy allows the {action} action")
    };
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {} {why}",
        who.arn,
        repository.arn()
    );
    Err(Fail::new(400, "AccessDeniedException", message))
}

fn many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(all) => all.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// Whether a `Principal` names somebody: everyone, the account, or the role ("AWS JSON policy elements: Principal").
fn names(principal: &Value, who: &Principal<'_>) -> bool {
    if principal == "*" {
        return true;
    }
    many(&principal["AWS"]).iter().filter_map(|named| named.as_str()).any(|named| {
        let account =
            named.strip_prefix("arn:aws:iam::").and_then(|rest| rest.strip_suffix(":root")).unwrap_or(named);
        let role = named.strip_prefix("arn:aws:iam::").and_then(|rest| rest.split_once(":role/"));
        named == "*"
            || account == who.account
            || role.is_some_and(|(account, role)| {
                // A pull has an account and no role: which role pulls is ECS's business.
                account == who.account && who.role.is_none_or(|own| own == role)
            })
    })
}

/// Whether the sandbox can judge a policy.
pub(super) fn validate(text: &str) -> Result<(), Fail> {
    let invalid = |why: &str| {
        let message = format!("Invalid parameter at 'PolicyText' failed to satisfy constraint: '{why}'");
        Fail::new(400, "InvalidParameterException", message)
    };
    let policy: Value = serde_json::from_str(text).map_err(|_| invalid("Invalid JSON syntax"))?;
    let statements = many(&policy["Statement"]);
    if statements.is_empty() {
        return Err(invalid("Invalid repository policy provided"));
    }
    for statement in statements {
        let effect = statement["Effect"].as_str();
        if !matches!(effect, Some("Allow" | "Deny"))
            || statement["Principal"].is_null()
            || statement["Action"].is_null()
        {
            let odd = ["NotPrincipal", "NotAction"].iter().any(|member| !statement[*member].is_null());
            let unknown = Fail::not_implemented("NotPrincipal and NotAction in policies of ECR");
            return Err(if odd { unknown } else { invalid("Invalid repository policy provided") });
        }
        if !statement["Condition"].is_null() {
            return Err(Fail::not_implemented("conditions in policies of ECR"));
        }
    }
    Ok(())
}
