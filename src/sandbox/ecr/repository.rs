//! Repositories and their policies.

use serde_json::{Map, Value, json};

use super::super::answer::Fail;
use super::super::clock;
use super::ask::{Ask, invalid};
use super::held::{Held, Repository};
use super::{list, policy};

/// The pattern of `repositoryName` (botocore): words of small letters and digits, with `.`, `_`, `__` or dashes between,
/// and slashes between parts; 2 to 256 characters.
fn is_name(name: &str) -> bool {
    let word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    let part = |part: &str| {
        let part = part.replace("__", ".");
        let mut squeezed = part.as_str().to_owned();
        while squeezed.contains("--") {
            squeezed = squeezed.replace("--", "-");
        }
        squeezed.split(['.', '_', '-']).all(word)
    };
    (2..=256).contains(&name.len()) && name.split('/').all(part)
}

/// As answers have it.
fn shown(repository: &Repository) -> Value {
    let mut out = json!({
        "repositoryArn": repository.arn(), "registryId": repository.account, "repositoryName": repository.name,
        "repositoryUri": format!("{}.dkr.ecr.{}.amazonaws.com/{}", repository.account, repository.region, repository.name),
        "createdAt": clock::epoch(repository.created), "imageTagMutability": repository.mutability,
        "imageScanningConfiguration": {"scanOnPush": repository.scan_on_push},
        "encryptionConfiguration": repository.encryption,
    });
    if !repository.exclusions.is_empty() {
        let filters =
            repository.exclusions.iter().map(|filter| json!({"filterType": "WILDCARD", "filter": filter}));
        out["imageTagMutabilityExclusionFilters"] = filters.collect();
    }
    out
}

/// `CreateRepository`.
pub(super) fn create(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let (region, name) = ask.place()?;
    let account = &ask.call.caller.account;
    if ask.registry() != account {
        return Err(Fail::not_implemented("ecr:CreateRepository in another account's registry"));
    }
    if !is_name(&name) {
        let pattern = "must satisfy regular expression '(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*'";
        return Err(invalid("repositoryName", pattern));
    }
    if ask.body.get("tags").and_then(Value::as_array).is_some_and(|tags| !tags.is_empty()) {
        return Err(Fail::not_implemented("tags of ecr:CreateRepository"));
    }
    let place = (region.clone(), name.clone());
    if held.repositories.contains_key(&place) {
        let message =
            format!("The repository with name '{name}' already exists in the registry with id '{account}'");
        return Err(Fail::new(400, "RepositoryAlreadyExistsException", message));
    }
    let mut made = Repository::new(account, &region, &name, ask.now);
    if let Some(mutability) = ask.text("imageTagMutability") {
        let known = ["MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"];
        if !known.contains(&mutability) {
            return Err(invalid("imageTagMutability", "Member must satisfy enum value set"));
        }
        made.mutability = mutability.to_owned();
    }
    let filters = ask.body.get("imageTagMutabilityExclusionFilters").and_then(Value::as_array);
    made.exclusions =
        filters.into_iter().flatten().filter_map(|one| one["filter"].as_str().map(str::to_owned)).collect();
    // "imageTagMutabilityExclusionFilters ... only with ..._WITH_EXCLUSION" (PutImageTagMutability).
    if made.exclusions.is_empty() == made.mutability.ends_with("_WITH_EXCLUSION") {
        return Err(invalid(
            "imageTagMutabilityExclusionFilters",
            "filters and a mutability with exclusion go together",
        ));
    }
    made.scan_on_push =
        ask.body.get("imageScanningConfiguration").is_some_and(|given| given["scanOnPush"] == true);
    if let Some(encryption) = ask.body.get("encryptionConfiguration") {
        made.encryption = encryption.clone();
    }
    let answer = json!({"repository": shown(&made)});
    held.repositories.insert(place, made);
    Ok(answer)
}

/// `DescribeRepositories`: all of the region, or those that are named.
pub(super) fn describe(held: &Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    if ask.registry() != ask.call.caller.account {
        return Err(Fail::not_implemented("ecr:DescribeRepositories of another account's registry"));
    }
    let names = ask.texts("repositoryNames");
    if !names.is_empty() {
        let named =
            names.iter().map(|name| held.repository(ask.registry(), &ask.call.region, name).map(shown));
        return Ok(json!({"repositories": named.collect::<Result<Vec<_>, _>>()?}));
    }
    let here = held.repositories.iter().filter(|((region, _), _)| *region == ask.call.region);
    list::page(ask, "repositories", here.map(|(_, repository)| shown(repository)).collect())
}

/// `DeleteRepository`: "If the repository isn't empty, you must either delete the contents of the repository or use the
/// force option".
pub(super) fn delete(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let repository = ask.repository(held)?;
    if !repository.images.is_empty() && ask.body.get("force") != Some(&Value::Bool(true)) {
        let message = format!(
            "The repository with name '{}' in registry with id '{}' cannot be deleted because it still contains images",
            repository.name, repository.account
        );
        return Err(Fail::new(400, "RepositoryNotEmptyException", message));
    }
    let answer = json!({"repository": shown(repository)});
    held.repositories.remove(&ask.place()?);
    Ok(answer)
}

fn with_policy(repository: &Repository, text: &str) -> Value {
    json!({"registryId": repository.account, "repositoryName": repository.name, "policyText": text})
}

fn no_policy(repository: &Repository) -> Fail {
    let message = format!(
        "Repository policy does not exist for the repository with name '{}' in the registry with id '{}'",
        repository.name, repository.account
    );
    Fail::new(400, "RepositoryPolicyNotFoundException", message)
}

/// `SetRepositoryPolicy`.
pub(super) fn set_policy(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let text = ask.needed("policyText")?;
    let repository = ask.repository(held)?;
    policy::validate(text)?;
    repository.policy = Some(text.to_owned());
    Ok(with_policy(repository, text))
}

/// `GetRepositoryPolicy`.
pub(super) fn policy(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let repository = ask.repository(held)?;
    let text = repository.policy.as_deref().ok_or_else(|| no_policy(repository))?;
    Ok(with_policy(repository, text))
}

/// `DeleteRepositoryPolicy`.
pub(super) fn delete_policy(held: &mut Held, ask: &Ask<'_>) -> Result<Value, Fail> {
    let repository = ask.repository(held)?;
    let text = repository.policy.take().ok_or_else(|| no_policy(repository))?;
    Ok(with_policy(repository, &text))
}

/// What an answer begins with that is about an image or a layer of a repository.
pub(super) fn heading(repository: &Repository) -> Map<String, Value> {
    let mut out = Map::new();
    out.insert("registryId".into(), json!(repository.account));
    out.insert("repositoryName".into(), json!(repository.name));
    out
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_of_repositories() {
        for good in ["api", "team/api", "a.b_c__d-e---f", "a1"] {
            assert!(is_name(good), "{good}");
        }
        for bad in ["a", "Api", "/api", "api/", "a..b", "a___b", "-a", "a_-b", ""] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
