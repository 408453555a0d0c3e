//! Vocabularies: words that are hard to hear. They are made in the background and never changed.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::ids::Kind;
use super::super::world::{Instance, Resource};
use super::env::{Ask, Env};
use super::input::{bad_request, find, in_use, not_found, required, text};
use super::kept::{self, Sort, conflict, given};
use super::page;

const SORT: Sort = Sort {
    kind: Kind::Vocabulary,
    whole: "Vocabulary",
    id: "Id",
    arn: "Arn",
    name: "Name",
    modified: "LastModifiedTime",
};

/// botocore VocabularyLanguageCode.
const LANGUAGES: [&str; 33] = [
    "ar-AE", "ca-ES", "da-DK", "de-CH", "de-DE", "en-AB", "en-AU", "en-GB", "en-IE", "en-IN", "en-NZ",
    "en-US", "en-WL", "en-ZA", "es-ES", "es-US", "fi-FI", "fr-CA", "fr-FR", "hi-IN", "id-ID", "it-IT",
    "ja-JP", "ko-KR", "ms-MY", "nl-NL", "no-NO", "pl-PL", "pt-BR", "pt-PT", "sv-SE", "tl-PH", "zh-CN",
];

pub(crate) fn dispatch(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    // What is being deleted goes a while later (assumed: switch vocabulary_deletion_calls).
    let env = ask.env;
    instance.resources.retain(|(kind, _), it| {
        let deleting = *kind == Kind::Vocabulary && it.body.get("State").is_some();
        !deleting || env.n - it.born <= env.vocabulary_deletion_calls
    });
    match ask.call.operation.as_str() {
        "CreateVocabulary" => create(instance, ask),
        "DescribeVocabulary" => {
            let found = kept::named(instance, ask, &SORT)?;
            let mut out = kept::shape(&SORT, found, &[]);
            let (state, why) = state(found, &ask.env);
            out.insert("State".into(), json!(state));
            if let Some(why) = why {
                out.insert("FailureReason".into(), json!(why));
            }
            Ok(kept::described(&SORT, out))
        }
        "DeleteVocabulary" => delete(instance, ask),
        "SearchVocabularies" => search(instance, ask),
        "AssociateDefaultVocabulary" => associate(instance, ask),
        _ => defaults(instance, ask),
    }
}

/// CREATION_IN_PROGRESS for some calls (assumed: switch vocabulary_creation_calls), then ACTIVE, or CREATION_FAILED where
/// the table has no row of headings (Transcribe Developer Guide, "Creating a custom vocabulary using a table": it begins
/// with the columns Phrase, SoundsLike, IPA, DisplayAs).
fn state(vocabulary: &Resource, env: &Env) -> (&'static str, Option<&'static str>) {
    if vocabulary.body.get("State").is_some() {
        return ("DELETE_IN_PROGRESS", None);
    }
    if vocabulary.born > 0 && env.n - vocabulary.born <= env.vocabulary_creation_calls {
        return ("CREATION_IN_PROGRESS", None);
    }
    let content = vocabulary.body.get("Content").and_then(Value::as_str).unwrap_or_default();
    let headings = content.lines().next().unwrap_or_default();
    match headings.split('\t').any(|heading| heading == "Phrase") {
        true => ("ACTIVE", None),
        false => ("CREATION_FAILED", Some("The vocabulary has no column Phrase")),
    }
}

fn language(code: &str) -> Result<(), Fail> {
    let known = LANGUAGES.contains(&code);
    if known { Ok(()) } else { Err(bad_request(format!("LanguageCode {code:?} is not supported"))) }
}

fn create(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let name = required(ask.body, "VocabularyName", 1, 140)?;
    language(required(ask.body, "LanguageCode", 1, 100)?)?;
    required(ask.body, "Content", 1, 60_000)?;
    if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b)) {
        return Err(bad_request(format!("{name:?} is not a name for a vocabulary")));
    }
    // "A unique name of the custom vocabulary".
    if instance.resources.values().any(|it| it.kind == Kind::Vocabulary && it.name == name) {
        return Err(conflict());
    }
    let made = kept::insert(instance, ask, &SORT, name, given(ask.body, &["LanguageCode", "Content"]))?;
    let answer = json!({
        "VocabularyId": made["id"], "VocabularyArn": made["arn"], "State": "CREATION_IN_PROGRESS",
    });
    Ok(Answer::json(&answer))
}

/// DeleteVocabulary lists ResourceInUseException: assumed of one that is a default.
fn delete(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let found = kept::named(instance, ask, &SORT)?;
    let names = |it: &&Resource| it.body.get("VocabularyId").is_some_and(|id| *id == found.id);
    let default = instance.resources.values().filter(|it| it.kind == Kind::DefaultVocabulary).find(names);
    if let Some(default) = default {
        return Err(in_use(found, &format!("the default for {}", default.name)));
    }
    let answer = json!({
        "VocabularyId": found.id, "VocabularyArn": found.arn, "State": "DELETE_IN_PROGRESS",
    });
    if ask.env.vocabulary_deletion_calls == 0 {
        kept::delete(instance, ask, &SORT)?;
    } else {
        let found = kept::changed(instance, ask, &SORT)?;
        found.body.insert("State".into(), json!("DELETE_IN_PROGRESS"));
        found.born = ask.env.n;
    }
    Ok(Answer::json(&answer))
}

fn search(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let (prefix, wanted) = (text(ask.body, "NameStartsWith", 1, 140)?, text(ask.body, "State", 1, 100)?);
    let code = text(ask.body, "LanguageCode", 1, 100)?;
    let all = super::list::visible(instance, Kind::Vocabulary, &ask.env).filter(|it| {
        prefix.is_none_or(|p| it.name.starts_with(p))
            && code.is_none_or(|code| it.body["LanguageCode"] == code)
            && wanted.is_none_or(|wanted| state(it, &ask.env).0 == wanted)
    });
    let items = all.map(|it| {
        let mut out = kept::shape(&SORT, it, &["Content"]);
        out.remove("Tags");
        out.insert("State".into(), json!(state(it, &ask.env).0));
        Value::Object(out)
    });
    page::from_body(ask, "VocabularySummaryList", items.collect(), 100, 100, Default::default())
}

/// "If this is empty, the default is set to none" (botocore). Assumed: one that is not ACTIVE is refused.
fn associate(instance: &mut Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let code = ask.call.label(1).to_owned();
    language(&code)?;
    let key = (Kind::DefaultVocabulary, code.clone());
    let Some(given) = text(ask.body, "VocabularyId", 1, 500)? else {
        instance.resources.remove(&key);
        return Ok(Answer::json(&json!({})));
    };
    let found = find(instance, Kind::Vocabulary, given).ok_or_else(|| not_found(given))?;
    if state(found, &ask.env).0 != "ACTIVE" || found.body["LanguageCode"] != *code {
        return Err(bad_request("The vocabulary is not ready, or of another language"));
    }
    let mut default = super::made::named(ask, Kind::DefaultVocabulary, "", &code);
    default.id.clone_from(&code);
    default.body.insert("VocabularyId".into(), json!(found.id));
    instance.resources.insert(key, default);
    Ok(Answer::json(&json!({})))
}

fn defaults(instance: &Instance, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let code = text(ask.body, "LanguageCode", 1, 100)?;
    let all = instance.resources.values().filter(|it| it.kind == Kind::DefaultVocabulary);
    let items = all.filter(|it| code.is_none_or(|code| it.name == code)).map(|it| {
        let id = it.body["VocabularyId"].as_str().unwrap_or_default();
        let name = find(instance, Kind::Vocabulary, id).map_or("", |found| &found.name);
        json!({
            "InstanceId": instance.id, "LanguageCode": it.name, "VocabularyId": id, "VocabularyName": name,
        })
    });
    page::from_body(ask, "DefaultVocabularyList", items.collect(), 100, 100, Default::default())
}
