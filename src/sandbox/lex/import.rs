//! Imports: StartImport and its kin, and what an import does when its time has come.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::answers::accepted;
use super::archive;
use super::ask::{Ask, conflict, invalid, is_name, missing, new_id};
use super::bot::{self, Bot};
use super::layout::{self, Shape};
use super::locale::{self, Locale};
use super::merge::{self, Strategy};
use super::page;

/// How an import stands.
#[derive(Debug, Clone)]
enum Status {
    /// What was uploaded, if anything.
    Running(Option<Bytes>),
    /// Id and name of what was imported.
    Completed(String, String),
    Failed(Vec<String>),
}

/// An import.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    pub(crate) id: String,
    region: String,
    shape: Shape,
    strategy: Strategy,
    /// The one member of `resourceSpecification`, by its name.
    specification: Value,
    status: Status,
    pub(crate) created: f64,
    pub(crate) due: f64,
}

impl Import {
    /// Whether it has not come to its end.
    pub(crate) fn is_running(&self) -> bool {
        matches!(self.status, Status::Running(_))
    }

    fn inner(&self) -> Map<String, Value> {
        let all = self.specification.as_object();
        let inner = all.and_then(|all| all.values().find_map(Value::as_object));
        inner.cloned().unwrap_or_default()
    }

    fn text(&self, member: &str) -> String {
        self.inner().get(member).and_then(Value::as_str).unwrap_or_default().to_owned()
    }
}

const SPECIFICATIONS: [(&str, Shape); 3] = [
    ("botImportSpecification", Shape::Bot),
    ("botLocaleImportSpecification", Shape::BotLocale),
    ("customVocabularyImportSpecification", Shape::CustomVocabulary),
];

/// Everything on imports but CreateUploadUrl.
pub(crate) fn dispatch(
    account: &mut Account,
    ask: &Ask<'_>,
    uploaded: Option<Bytes>,
) -> Result<Answer, Fail> {
    let id = ask.call.label(0).to_owned();
    match ask.call.operation.as_str() {
        "StartImport" => start(account, ask, uploaded),
        "ListImports" => list(account, ask),
        "DeleteImport" => {
            let found = account.transfers.imports.remove(&id);
            found.ok_or_else(|| missing(ask.call, &format!("The import {id}")))?;
            Ok(accepted(&json!({"importId": id, "importStatus": "Deleting"})))
        }
        _ => {
            let found = account.transfers.imports.get(&id).filter(|import| import.region == ask.call.region);
            let found = found.ok_or_else(|| missing(ask.call, &format!("The import {id}")))?;
            Ok(Answer::json(&described(found)))
        }
    }
}

fn start(account: &mut Account, ask: &Ask<'_>, uploaded: Option<Bytes>) -> Result<Answer, Fail> {
    let id = ask.required("importId")?.to_owned();
    let given = ask.body.get("resourceSpecification").and_then(Value::as_object);
    let given = given.ok_or_else(|| invalid("resourceSpecification must not be null"))?;
    let named: Vec<_> = given.iter().filter(|(_, value)| !value.is_null()).collect();
    let [(name, specification)] = named.as_slice() else {
        return Err(invalid("resourceSpecification must have exactly one member"));
    };
    let known = SPECIFICATIONS.iter().find(|(known, _)| known == name);
    let (_, shape) = known.ok_or_else(|| Fail::not_implemented(&format!("imports by {name}")))?;
    if ask.text("filePassword").is_some() {
        return Err(Fail::not_implemented("archives with a password"));
    }
    let strategy = ask.required("mergeStrategy")?;
    let strategy =
        Strategy::of(strategy).ok_or_else(|| invalid(format!("mergeStrategy {strategy:?} is not known")))?;
    if strategy == Strategy::Append && *shape == Shape::Bot {
        return Err(invalid("mergeStrategy Append is not for bots"));
    }
    let mine = account.transfers.uploads.get(&id) == Some(&ask.call.region);
    if !mine || account.transfers.imports.contains_key(&id) {
        return Err(missing(ask.call, &format!("The upload of the import {id}")));
    }
    let import = Import {
        id: id.clone(),
        region: ask.call.region.clone(),
        shape: *shape,
        strategy,
        specification: json!({name.as_str(): specification}),
        status: Status::Running(uploaded),
        created: ask.now,
        due: ask.soon(),
    };
    reserve(account, ask, &import)?;
    let mut out = described(&import);
    out.as_object_mut().map(|out| out.remove("lastUpdatedDateTime"));
    account.transfers.imports.insert(id, import);
    Ok(accepted(&out))
}

/// Checks the request, and marks what will be written as being imported.
fn reserve(account: &mut Account, ask: &Ask<'_>, import: &Import) -> Result<(), Fail> {
    if import.shape == Shape::Bot {
        let mut members = import.inner();
        // Not required here (botocore); the archive has it, else the console's default of 5 minutes (assumed).
        if !is_name(&import.text("botName")) {
            return Err(invalid("botName is not a name"));
        }
        members.entry("idleSessionTTLInSeconds").or_insert(json!(300));
        bot::check(&members)?;
        super::tags::of(members.get("botTags"))?;
        super::tags::of(members.get("testBotAliasTags"))?;
        let name = import.text("botName");
        let there = account.bots.iter_mut().find(|bot| bot.region == import.region && bot.name == name);
        if let Some(bot) = there {
            busy_locale(bot, ask.now)?;
            bot.idle(ask)?;
            bot.busy = Some(("Importing", import.due));
        }
        return Ok(());
    }
    let (id, version, locale) = (import.text("botId"), import.text("botVersion"), import.text("localeId"));
    if version != "DRAFT" || !locale::is_locale(&locale) {
        return Err(invalid("botVersion must be DRAFT, localeId a locale"));
    }
    let bot = bot::by_id(account, ask, &id)?;
    bot.idle(ask)?;
    match bot.draft.get_mut(&locale) {
        None if import.shape == Shape::CustomVocabulary => {
            return Err(missing(ask.call, &format!("The locale {locale}")));
        }
        None => {}
        Some(found) => match found.status(ask.now) {
            status @ ("Building" | "ReadyExpressTesting" | "Importing") => {
                return Err(conflict(format!("The locale {locale} is in the state {status}")));
            }
            _ => found.importing = Some(import.due),
        },
    }
    Ok(())
}

fn busy_locale(bot: &Bot, now: f64) -> Result<(), Fail> {
    for (id, locale) in &bot.draft {
        let status = locale.status(now);
        if matches!(status, "Building" | "ReadyExpressTesting" | "Importing") {
            return Err(conflict(format!("The locale {id} is in the state {status}")));
        }
    }
    Ok(())
}

/// Carries an import out.
pub(crate) fn finish(account: &mut Account, ask: &Ask<'_>, id: &str) {
    let Some(import) = account.transfers.imports.get(id).cloned() else { return };
    let status = match apply(account, ask, &import) {
        Ok((id, name)) => Status::Completed(id, name),
        Err(reasons) => Status::Failed(reasons),
    };
    if let Some(import) = account.transfers.imports.get_mut(id) {
        import.status = status;
    }
}

type Applied = Result<(String, String), Vec<String>>;

fn apply(account: &mut Account, ask: &Ask<'_>, import: &Import) -> Applied {
    let Status::Running(bytes) = &import.status else { return Err(Vec::new()) };
    let one = |why: String| vec![why];
    // That nothing was uploaded is found when the import runs, not when it starts (assumed).
    let bytes = bytes.as_ref().ok_or_else(|| one("No archive was uploaded.".to_owned()))?;
    let files = archive::unpack(bytes).map_err(one)?;
    if import.shape == Shape::Bot {
        return apply_bot(account, ask, import, layout::bot(&files).map_err(one)?);
    }
    let (id, locale) = (import.text("botId"), import.text("localeId"));
    let there = account.bots.iter_mut().find(|bot| bot.region == import.region && bot.id == id);
    let bot = there.ok_or_else(|| one(format!("The bot {id} is gone.")))?;
    if import.shape == Shape::CustomVocabulary {
        let given = layout::vocabulary(&files).map_err(one)?;
        let found = bot.draft.get_mut(&locale).ok_or_else(|| one(format!("The locale {locale} is gone.")))?;
        found.vocabulary = Some(vocabulary(found.vocabulary.clone(), given, import.strategy)?);
        found.touch(import.due);
        return Ok((locale.clone(), locale));
    }
    let mut given = layout::locale(&files).map_err(one)?;
    given.body.extend(locale::asked(&import.inner()));
    let old = bot.draft.get(&locale);
    if let (Some(old), Strategy::FailOnConflict) = (old, import.strategy) {
        let found = merge::conflicts(old, &given);
        if !found.is_empty() {
            return Err(found);
        }
    }
    let made = merge::locale(old, given, import.strategy, ask.switches, import.due);
    bot.draft.insert(locale.clone(), made);
    Ok((locale.clone(), locale))
}

fn vocabulary(
    old: Option<Map<String, Value>>,
    mut new: Map<String, Value>,
    strategy: Strategy,
) -> Result<Map<String, Value>, Vec<String>> {
    let Some(old) = old else { return Ok(new) };
    match strategy {
        Strategy::Overwrite => Ok(new),
        Strategy::FailOnConflict => Err(vec!["There is a custom vocabulary already.".to_owned()]),
        Strategy::Append => {
            let items = |of: &Map<String, Value>| {
                of.get("customVocabularyItems").and_then(Value::as_array).cloned().unwrap_or_default()
            };
            let mut all = items(&old);
            let phrase = |item: &Value| item.get("phrase").cloned();
            for item in items(&new) {
                all.retain(|known| phrase(known) != phrase(&item));
                all.push(item);
            }
            new.insert("customVocabularyItems".into(), Value::Array(all));
            Ok(new)
        }
    }
}

fn apply_bot(account: &mut Account, ask: &Ask<'_>, import: &Import, content: layout::Content) -> Applied {
    let name = import.text("botName");
    let inner = import.inner();
    let at = account.bots.iter().position(|bot| bot.region == import.region && bot.name == name);
    if at.is_some() && import.strategy == Strategy::FailOnConflict {
        return Err(vec![format!("There is a conflict: a bot with the name {name} exists already.")]);
    }
    let mut body: Map<String, Value> = content
        .body
        .into_iter()
        .filter(|(member, value)| bot::MEMBERS.contains(&member.as_str()) && !value.is_null())
        .collect();
    let set = inner
        .into_iter()
        .filter(|(member, value)| bot::MEMBERS.contains(&member.as_str()) && !value.is_null());
    body.extend(set);
    body.entry("idleSessionTTLInSeconds").or_insert(json!(300));
    let at = match at {
        Some(at) => at,
        None => {
            let mut made = Bot::new(&new_id(), &name, &import.region, Map::new(), import.due);
            let tags = |member: &str| super::tags::of(import.inner().get(member)).unwrap_or_default();
            made.tags = tags("botTags");
            if let Some(test) = made.aliases.get_mut(super::alias::TEST) {
                test.tags = tags("testBotAliasTags");
            }
            account.bots.push(made);
            account.bots.len() - 1
        }
    };
    let Some(bot) = account.bots.get_mut(at) else { return Err(Vec::new()) };
    bot.body = body;
    bot.modified = import.due;
    // assumed: switch lex_overwrite_drops_locales
    if ask.switches.on("lex_overwrite_drops_locales") {
        bot.draft.retain(|id, _| content.locales.contains_key(id));
    }
    for (id, locale) in content.locales {
        let made: Locale =
            merge::locale(bot.draft.get(&id), locale, import.strategy, ask.switches, import.due);
        bot.draft.insert(id, made);
    }
    Ok((bot.id.clone(), name))
}

fn described(import: &Import) -> Value {
    let mut out = summary(import);
    out.as_object_mut().map(|out| out.remove("importedResourceType"));
    out["resourceSpecification"] = import.specification.clone();
    if let Status::Failed(reasons) = &import.status {
        out["failureReasons"] = json!(reasons);
    }
    out
}

fn summary(import: &Import) -> Value {
    let (word, changed) = match &import.status {
        Status::Running(_) => ("InProgress", import.created),
        Status::Completed(..) => ("Completed", import.due),
        Status::Failed(_) => ("Failed", import.due),
    };
    let mut out = json!({
        "importId": import.id, "importStatus": word, "mergeStrategy": import.strategy.word(),
        "creationDateTime": clock::epoch(import.created), "lastUpdatedDateTime": clock::epoch(changed),
        "importedResourceType": import.shape.word(),
    });
    if let Status::Completed(id, name) = &import.status {
        out["importedResourceId"] = json!(id);
        out["importedResourceName"] = json!(name);
    }
    out
}

fn list(account: &Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let mut here: Vec<&Import> = account.transfers.imports.values().collect();
    here.retain(|import| {
        let bot = match &import.status {
            Status::Completed(id, _) if import.shape == Shape::Bot => id.clone(),
            _ => import.text("botId"),
        };
        import.region == ask.call.region
            && ask.text("botId").is_none_or(|wanted| bot == wanted)
            && ask.text("localeId").is_none_or(|wanted| import.text("localeId") == wanted)
    });
    here.sort_by(|a, b| a.due.total_cmp(&b.due).then_with(|| a.id.cmp(&b.id)));
    let here = page::filtered(ask, here, |import, _| import.shape.word().to_owned());
    let items = page::sorted(ask, here).into_iter().map(summary).collect();
    let given: Vec<_> = ["botId", "botVersion", "localeId"]
        .into_iter()
        .filter_map(|name| Some((name, ask.text(name)?)))
        .collect();
    page::page(ask, "importSummaries", items, &given)
}
