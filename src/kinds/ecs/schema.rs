//! Whether what a service is to be can work with what its database is at.

use serde_json::{Value, json};

use super::driver::Services;
use super::editions::editions;
use super::preflight::{Card, Target};
use crate::aws::SSM;
use crate::core::driver::Change;
use crate::core::schema::{Fit, MAX_TAG, MIN_TAG, SchemaRange, SchemaSource};
use crate::core::{Error, Result};

const ASKED: &str = "schema";

/// Asks what the database is at, and holds the range of the target against it.
pub async fn ask(services: &Services, change: &Change<'_>, target: &Target, card: &mut Card<'_>) {
    let range = range(&target.definition["tags"]);
    let source = services.values.schema.get(change.address);
    let (source, true) = (source, range.is_said()) else {
        if source.is_some() {
            card.warn_so(
                ASKED,
                "the task definition does not say which schemas it works with",
                format!("give it the tags {MIN_TAG} and {MAX_TAG}"),
            );
        }
        return;
    };
    let Some(source) = source else {
        return card.warn_so(
            ASKED,
            format!("it works with {}, and nothing says what the database is at", range.shown()),
            format!(
                "[environments.NAME.schema]\n\"{}\" = {{ ssm = \"/path/of/the/parameter\" }}",
                change.address
            ),
        );
    };
    let at = match told(services, source).await {
        Ok(at) => at,
        Err(e) => return card.unasked(ASKED, &e, "ssm:GetParameter"),
    };
    match range.fit(&at) {
        Fit::Within => {
            card.pass(ASKED, format!("it works with {}, and the database is at {at}", range.shown()))
        }
        // What is no version may be anything, also what nobody is to see.
        Fit::Unclear => card.warn(
            ASKED,
            format!(
                "it works with {}, which cannot be compared with what was told of the database ({} characters)",
                range.shown(),
                at.chars().count()
            ),
        ),
        fit => {
            let how = if fit == Fit::Above { "newer" } else { "older" };
            let hint = match nearest(services, &target.id, &at).await {
                Ok(Some(found)) => format!("the nearest that works with {at} is {found}"),
                Ok(None) => format!("none of its last revisions works with {at}: migrate the database first"),
                Err(e) => format!("nobody could look for one that works with {at}: {}", e.message),
            };
            card.block(
                ASKED,
                format!("it works with {}, and the database is at {at}, which is {how}", range.shown()),
                hint,
            );
        }
    }
}

/// Returns the range that tags, a map, say.
fn range(tags: &Value) -> SchemaRange {
    let text = |key: &str| tags[key].as_str().map(String::from);
    SchemaRange { min: text(MIN_TAG), max: text(MAX_TAG) }
}

async fn told(services: &Services, source: &SchemaSource) -> Result<String> {
    let path = match source {
        SchemaSource::Asked(teller) => return teller.tell().await,
        SchemaSource::Parameter(path) => path,
    };
    let body = json!({ "Name": path, "WithDecryption": false });
    let answer = services.calls.account.ask(&SSM, "GetParameter", &body).await.map_err(Error::from)?;
    if answer["Parameter"]["Type"] == "SecureString" {
        return Err(Error::input(format!("the parameter {path} is a secret, and a version is none"))
            .hint("put what the database is at into a parameter of the type String"));
    }
    let value = answer["Parameter"]["Value"].as_str().map(str::trim).filter(|v| !v.is_empty());
    value.map(String::from).ok_or_else(|| Error::failed(format!("the parameter {path} is empty")))
}

/// Returns the newest edition that says that it works with `at`, and how to go to it.
async fn nearest(services: &Services, id: &str, at: &str) -> Result<Option<String>> {
    let of = super::names::service(&services.pin, id);
    for edition in editions(services, &of).await? {
        let definition = services.calls.task_definition(&edition.name).await?;
        let tags = definition["tags"].as_array().into_iter().flatten();
        let pair = |t: &Value| Some((t["key"].as_str()?.to_string(), t["value"].clone()));
        let range = range(&Value::Object(tags.filter_map(pair).collect()));
        if range.is_said() && range.fit(at) == Fit::Within && edition.good != Some(false) {
            return Ok(Some(match edition.current {
                true => format!("{edition}, which runs now"),
                false => format!("{edition}: --to :{}", edition.revision),
            }));
        }
    }
    Ok(None)
}
