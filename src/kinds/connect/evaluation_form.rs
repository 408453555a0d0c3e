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
const ACTIVATE: &str = "ActivateEvaluationForm";

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
    form: Some(inactive),
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
    update: &[
        // "This operation does not support partial updates".
        Setter { call: UPDATE, members: &CONTENT, beside: &[same("Status")], empty: Empty::Omitted },
        Setter {
            call: ACTIVATE,
            members: &[same("Status")],
            beside: &[],
            empty: Empty::Call("DeactivateEvaluationForm"),
        },
    ],
    late: &["Status"],
    remove: Removal::Delete("DeleteEvaluationForm"),
    // Whether an active form can be deleted is not known: it is deactivated first.
    last: Some(|from| {
        let mut to = from.clone();
        to.portable.remove("Status");
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

    /// With `c` gives what evaluators see of the form `id` the content in `args`. While a version is active, one that has
    /// the content is activated in its place, and made if there is none; the latest one, where none is to be active in
    /// the end. Else the latest one is changed.
    pub(super) async fn write_form(&self, c: &Client, id: &str, args: &Value) -> Result<Value, Failure> {
        let (versions, active) = self.form_now(id).await?;
        let wanted = content(args);
        let stays = active.is_some() && args["Status"] == "ACTIVE";
        let mut found = None;
        for version in versions.iter().take(if stays { NEWEST } else { 1 }) {
            if self.content_of(id, version).await? == wanted {
                found = Some(version_number(version));
                break;
            }
        }
        let number = match found {
            Some(found) => found,
            None => self.write_version(c, id, wanted, &versions[0], active).await?,
        };
        match active {
            Some(now) if now != number => self.activate(c, id, number).await,
            _ => Ok(json!({})),
        }
    }

    /// With `c` activates the latest version of the form `id`, which is what everybody sees.
    pub(super) async fn activate_form(&self, c: &Client, id: &str) -> Result<Value, Failure> {
        let (versions, _) = self.form_now(id).await?;
        let latest = version_number(&versions[0]);
        let call = c.activate_evaluation_form().instance_id(&self.instance).evaluation_form_id(id);
        wire!(ACTIVATE, call, json!({ "EvaluationFormVersion": latest }))
    }

    /// With `c` deactivates the form `id`, of which everybody then sees the same: the latest version. Where that is
    /// another draft, a version like the active one is made first.
    pub(super) async fn deactivate_form(&self, c: &Client, id: &str) -> Result<Value, Failure> {
        let (versions, active) = self.form_now(id).await?;
        let now = versions.iter().find(|v| active == Some(version_number(v)));
        if let Some(now) = now.filter(|now| version_number(now) != version_number(&versions[0])) {
            let seen = self.content_of(id, now).await?;
            if self.content_of(id, &versions[0]).await? != seen {
                self.write_version(c, id, seen, &versions[0], active).await?;
            }
        }
        let call = c.deactivate_evaluation_form().instance_id(&self.instance).evaluation_form_id(id);
        wire!("DeactivateEvaluationForm", call, json!({ "EvaluationFormVersion": active }))
    }

    async fn activate(&self, c: &Client, id: &str, number: u64) -> Result<Value, Failure> {
        self.account.pace.take(ACTIVATE).await;
        let call = c.activate_evaluation_form().instance_id(&self.instance).evaluation_form_id(id);
        wire!(ACTIVATE, call, json!({ "EvaluationFormVersion": number }))
    }

    /// Returns the versions of a form, of which there is one at least, and which is active.
    async fn form_now(&self, id: &str) -> Result<(Vec<Value>, Option<u64>), Failure> {
        let versions = self.versions_of_form(id).await;
        let versions = versions.map_err(|error| Failure { error, fate: Fate::Later })?;
        if versions.is_empty() {
            let error = Error::not_found("the form has no version");
            return Err(Failure { error, fate: Fate::Refused });
        }
        let active = versions.iter().find(|v| v["Status"] == "ACTIVE").map(version_number);
        Ok((versions, active))
    }

    async fn content_of(&self, id: &str, version: &Value) -> Result<Map<String, Value>, Failure> {
        let answer = self.describe("DescribeEvaluationForm", &numbered(id, version)).await;
        let answer = answer.map_err(|error| Failure { error, fate: Fate::Later })?;
        Ok(content(&answer["EvaluationForm"]))
    }

    /// Writes the version `latest`, or a new one where that is locked or another is `active`. Returns its number.
    async fn write_version(
        &self,
        c: &Client,
        id: &str,
        mut body: Map<String, Value>,
        latest: &Value,
        active: Option<u64>,
    ) -> Result<u64, Failure> {
        let anew = latest["Locked"] == true || active.is_some();
        body.insert("EvaluationFormVersion".into(), json!(version_number(latest)));
        body.insert("CreateNewVersion".into(), json!(anew));
        let update = c.update_evaluation_form().instance_id(&self.instance).evaluation_form_id(id);
        Ok(version_number(&wire!(UPDATE, update, Value::Object(body))?))
    }
}

/// Says of a form that is not active nothing of its status.
fn inactive(wire: &mut Map<String, Value>) {
    if wire.get("Status").is_some_and(|s| s == "DRAFT") {
        wire.remove("Status");
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
