//! Evaluation forms: the version that is active, else the latest one. Drafts beside an active version are left alone.
//!
//! Source: botocore's `connect` model, `EvaluationForm`, `CreateEvaluationForm`, `UpdateEvaluationForm`,
//! `ActivateEvaluationForm`, `DescribeEvaluationForm` ("if the version property is not provided, the latest version").

use aws_sdk_connect::Client;
use serde_json::{Map, Value, json};

use super::calls::Calls;
use super::family::{Empty, Family, Listed, Member, PLAIN, Removal, Setter, same};
use crate::aws::{Failure, Fate};
use crate::core::fields::{Class, field};
use crate::core::{Error, Result};
use crate::wire;

/// How many versions are looked at for one that has the content already.
const NEWEST: usize = 5;

const UPDATE: &str = "UpdateEvaluationForm";

/// What a version keeps, as the calls that write it call it.
const CONTENT: [Member; 9] = [
    same("Title"),
    same("Description"),
    same("Items"),
    same("ScoringStrategy"),
    same("AutoEvaluationConfiguration"),
    same("ReviewConfiguration"),
    same("TargetConfiguration"),
    same("LanguageConfiguration"),
    same("AIVersion"),
];

const WITH_TAGS: [Member; 10] = with("Tags");
const WITH_STATUS: [Member; 10] = with("Status");

const fn with(name: &'static str) -> [Member; 10] {
    let mut all = [same(name); 10];
    let mut at = 0;
    while at < CONTENT.len() {
        all[at] = CONTENT[at];
        at += 1;
    }
    all
}

/// Evaluation forms.
pub const EVALUATION_FORM: Family = Family {
    kind: "connect/evaluation-form",
    list: Some(Listed {
        call: "ListEvaluationForms",
        items: "EvaluationFormSummaryList",
        id: "EvaluationFormId",
        arn: "EvaluationFormArn",
        name: "Title",
    }),
    describe: Some(("DescribeEvaluationForm", "EvaluationForm")),
    name: "Title",
    fields: &[
        field("EvaluationFormId", Class::Identity),
        field("EvaluationFormArn", Class::Identity),
        field("Title", Class::Literal),
        field("Status", Class::Literal),
        field("Description", Class::Portable),
        // Identifiers in it mean something in this form only; what equals the id of a resource is one all the same.
        field("Items", Class::Portable),
        field("ScoringStrategy", Class::Portable),
        field("AutoEvaluationConfiguration", Class::Portable),
        field("ReviewConfiguration", Class::Portable),
        field("ReviewConfiguration.ReviewNotificationRecipients.Value.UserId", Class::Ref("connect/user")),
        field("TargetConfiguration", Class::Portable),
        field("LanguageConfiguration", Class::Portable),
        field("AIVersion", Class::Literal),
        field("Tags", Class::Tags),
        field("EvaluationFormVersion", Class::Volatile),
        field("Locked", Class::Volatile),
        field("CreatedTime", Class::Volatile),
        field("CreatedBy", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedBy", Class::Volatile),
        field("LatestValidationStatus", Class::Volatile),
        field("LastValidationTime", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateEvaluationForm",
        members: &WITH_TAGS,
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("EvaluationFormId", "EvaluationFormArn"),
    born: &[("Status", "DRAFT")],
    // "This operation does not support partial updates".
    update: &[Setter { call: UPDATE, members: &WITH_STATUS, beside: &[], empty: Empty::Omitted }],
    remove: Removal::Delete("DeleteEvaluationForm"),
    // Whether an active form can be deleted is not known: it is deactivated first.
    last: Some(|from| {
        let mut to = from.clone();
        let active = to.portable.get("Status").is_some_and(|s| s == "ACTIVE");
        active.then(|| to.portable.insert("Status".into(), json!("DRAFT")));
        to
    }),
    longest: (0, 0),
    ..PLAIN
};

impl Calls {
    /// Returns the answer for the active version of the form `id`; for the latest one where none is active.
    pub(super) async fn form(&self, id: &str) -> Result<Value> {
        let latest = self.describe("DescribeEvaluationForm", id).await?;
        if latest["EvaluationForm"]["Status"] == "ACTIVE" {
            return Ok(latest);
        }
        match self.versions_of_form(id).await?.iter().find(|v| v["Status"] == "ACTIVE") {
            Some(version) => self.describe("DescribeEvaluationForm", &numbered(id, version)).await,
            None => Ok(latest),
        }
    }

    /// Returns the versions of a form, the newest first.
    async fn versions_of_form(&self, id: &str) -> Result<Vec<Value>> {
        let mut all = self.list("ListEvaluationFormVersions", "EvaluationFormVersionSummaryList", id).await?;
        all.sort_by_key(|v| std::cmp::Reverse(version_number(v)));
        Ok(all)
    }

    /// With `c` makes the form `id` what `args` say: a version that has that content already is taken; else the latest
    /// one is changed, where nobody uses it, or a new one is made. Then it is activated, or nothing is.
    pub(super) async fn write_form(&self, c: &Client, id: &str, args: &Value) -> Result<Value, Failure> {
        let i = &self.instance;
        let later = |error: Error| Failure { error, fate: Fate::Later };
        let versions = self.versions_of_form(id).await.map_err(later)?;
        let Some(latest) = versions.first() else {
            let error = Error::not_found("the form has no version");
            return Err(Failure { error, fate: Fate::Refused });
        };
        let active = versions.iter().find(|v| v["Status"] == "ACTIVE");
        let wanted = content(args);
        let is_active = args["Status"] == "ACTIVE";
        // Without an active version, the latest one is what everybody sees.
        let candidates = versions.iter().take(if is_active { NEWEST } else { 1 });
        let mut found = None;
        for version in candidates.chain(active.filter(|_| is_active)) {
            let answer = self.describe("DescribeEvaluationForm", &numbered(id, version)).await;
            if content(&answer.map_err(later)?["EvaluationForm"]) == wanted {
                found = Some(version_number(version));
                break;
            }
        }
        let (taken, number) = match found {
            Some(found) => (json!({}), found),
            None => {
                let anew = latest["Locked"] == true || active.is_some();
                let mut body = wanted.clone();
                body.insert("EvaluationFormVersion".into(), json!(version_number(latest)));
                body.insert("CreateNewVersion".into(), json!(anew));
                let update = c.update_evaluation_form().instance_id(i).evaluation_form_id(id);
                let answer = wire!(UPDATE, update, Value::Object(body))?;
                let made = version_number(&answer);
                (answer, made)
            }
        };
        let now = active.map(version_number);
        match (is_active, now) {
            (true, Some(now)) if now == number => Ok(taken),
            (true, _) => {
                let call = "ActivateEvaluationForm";
                self.account.pace.take(call).await;
                let activate = c.activate_evaluation_form().instance_id(i).evaluation_form_id(id);
                wire!(call, activate, json!({ "EvaluationFormVersion": number }))
            }
            (false, Some(now)) => {
                let call = "DeactivateEvaluationForm";
                self.account.pace.take(call).await;
                let deactivate = c.deactivate_evaluation_form().instance_id(i).evaluation_form_id(id);
                wire!(call, deactivate, json!({ "EvaluationFormVersion": now }))
            }
            (false, None) => Ok(taken),
        }
    }
}

fn version_number(version: &Value) -> u64 {
    version["EvaluationFormVersion"].as_u64().unwrap_or_default()
}

fn numbered(id: &str, version: &Value) -> String {
    format!("{id}:{}", version_number(version))
}

/// Returns what of `of`, a version or the arguments that make one, a version keeps.
fn content(of: &Value) -> Map<String, Value> {
    let there = CONTENT.iter().filter_map(|m| Some((m.name, of.get(m.name)?)));
    let said = there.filter(|(_, v)| !v.is_null() && **v != json!("") && **v != json!({}));
    said.map(|(name, value)| (name.to_string(), value.clone())).collect()
}
