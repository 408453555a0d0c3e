//! Whether the secrets that containers are given are there. None is read.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::card::Card;
use super::target::Target;
use crate::aws::{SECRETS_MANAGER, SSM};
use crate::core::{Error, ErrorKind};
use crate::kinds::ecs::driver::Services;

const ASKED: &str = "secrets";
/// How many parameters one call takes (`GetParameters` of the Systems Manager API reference).
const PARAMETERS: usize = 10;

/// Where secrets are, by region; those that are parameters and those of Secrets Manager.
#[derive(Default)]
struct Named {
    parameters: BTreeMap<String, BTreeSet<String>>,
    secrets: BTreeMap<String, BTreeSet<String>>,
}

/// Asks about everything that the containers are given by reference.
pub async fn ask(services: &Services, target: &Target, card: &mut Card<'_>) {
    let named = Named::of(target, &services.pin.region);
    let (mut there, mut unclear) = (0, false);
    for (region, names) in &named.parameters {
        let account = services.calls.account.in_region(region);
        let names: Vec<&String> = names.iter().collect();
        for some in names.chunks(PARAMETERS) {
            // Without decryption a secret one is answered as it is encrypted.
            let body = json!({ "Names": some, "WithDecryption": false });
            match account.ask(&SSM, "GetParameters", &body).await.map_err(Error::from) {
                Ok(answer) => {
                    let missing: Vec<&str> = answer["InvalidParameters"]
                        .as_array()
                        .into_iter()
                        .flatten()
                        .filter_map(Value::as_str)
                        .collect();
                    there += some.len().saturating_sub(missing.len());
                    missing.into_iter().for_each(|name| absent(card, "parameter", name, region));
                }
                Err(e) => {
                    unclear = true;
                    card.unasked(ASKED, &e, "ssm:GetParameters");
                }
            }
        }
    }
    for (region, names) in &named.secrets {
        let account = services.calls.account.in_region(region);
        for name in names {
            let body = json!({ "SecretId": name });
            match account.ask(&SECRETS_MANAGER, "DescribeSecret", &body).await.map_err(Error::from) {
                // Source: "DescribeSecret" of the API reference: it is there when the secret is to be deleted.
                Ok(answer) if !answer["DeletedDate"].is_null() => card.block(
                    ASKED,
                    format!("the secret {name} is marked to be deleted, so no task could start"),
                    format!("aws secretsmanager restore-secret --region {region} --secret-id {name}"),
                ),
                Ok(_) => there += 1,
                Err(e) if e.kind == ErrorKind::NotFound => absent(card, "secret", name, region),
                Err(e) => {
                    unclear = true;
                    card.unasked(ASKED, &e, "secretsmanager:DescribeSecret");
                }
            }
        }
    }
    if there > 0 && !unclear {
        card.pass(ASKED, if there == 1 { "1 is there".into() } else { format!("{there} are there") });
    }
}

fn absent(card: &mut Card<'_>, noun: &str, name: &str, region: &str) {
    card.block(
        ASKED,
        format!("there is no {noun} {name} in {region}, so no task could start"),
        format!("make the {noun} {name} again, or go back to a revision that does not need it: --to :NUMBER"),
    );
}

impl Named {
    fn of(target: &Target, home: &str) -> Named {
        let mut named = Named::default();
        let containers = target.definition["containerDefinitions"].as_object().into_iter().flatten();
        for (_, container) in containers {
            let secrets = container["secrets"].as_object().into_iter().flat_map(|s| s.values());
            let options = container.pointer("/logConfiguration/secretOptions");
            let options = options.and_then(Value::as_array).into_iter().flatten().map(|o| &o["valueFrom"]);
            let credentials = container.pointer("/repositoryCredentials/credentialsParameter");
            for text in secrets.chain(options).chain(credentials).filter_map(Value::as_str) {
                named.add(text, home);
            }
        }
        named
    }

    /// Source: `Secret` of the ECS API reference: the ARN of a secret, perhaps with `:json-key:version-stage:version-id`
    /// behind it; the ARN of a parameter, or in the same region its name.
    fn add(&mut self, text: &str, home: &str) {
        let parts: Vec<&str> = text.split(':').collect();
        match parts.get(..7) {
            Some(secret @ ["arn", _, "secretsmanager", region, _, "secret", _]) => {
                self.secrets.entry(region.to_string()).or_default().insert(secret.join(":"));
            }
            _ => {
                let region = match parts.get(..4) {
                    Some(["arn", _, "ssm", region]) => region.to_string(),
                    _ => home.to_string(),
                };
                self.parameters.entry(region).or_default().insert(text.to_string());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_taken_for_what_it_names() {
        let mut named = Named::default();
        let secret = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf";
        named.add(&format!("{secret}:password::"), "eu-central-1");
        named.add(secret, "eu-central-1");
        named.add("/app/key", "eu-central-1");
        named.add("arn:aws:ssm:us-east-1:111122223333:parameter/app/key", "eu-central-1");
        assert_eq!(named.secrets["eu-west-1"].iter().collect::<Vec<_>>(), [secret]);
        assert!(named.parameters["eu-central-1"].contains("/app/key"));
        assert_eq!(named.parameters["us-east-1"].len(), 1);
    }
}
