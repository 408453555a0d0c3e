//! Preparing: from a definition to a numbered version that nothing names yet. Done again it finds what is there already.
//!
//! Source: "Importing bots in Lex V2", "Building a bot", "Creating versions", Amazon Lex V2 Developer Guide. An import with
//! `Overwrite` replaces what it has; whether it removes what it lacks is not said, so what is there then is looked at.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Map, Value, json};

use super::bot::{SETTINGS, arguments};
use super::calls::Calls;
use super::normal::normalise;
use super::version::{DRAFT, Mark, Shelf};
use super::wait::{Seen, seen};
use super::{archive, definition};
use crate::aws::{Failure, Fate, Guard, http};
use crate::core::address::Address;
use crate::core::compare::documents;
use crate::core::document::Document;
use crate::core::driver::Sending;
use crate::core::event::Event;
use crate::core::{Error, ErrorKind, Result};
use crate::wire;

/// How many locales are built at once.
///
/// Source: "Quotas", Amazon Lex V2 Developer Guide, parallel locale builds for each account.
const BUILDS: usize = 5;

/// How many differences are told.
const TOLD: usize = 5;

/// What a definition is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// A version.
    Version,
    /// The draft, of a bot without aliases.
    Draft,
}

/// A bot that is being worked on.
pub struct Bench<'a> {
    /// The calls.
    pub calls: &'a Calls,
    /// What was exported.
    pub shelf: &'a Shelf,
    /// How long calls may be sent, and where to tell.
    pub with: &'a Sending<'a>,
    /// Its logical name.
    pub address: &'a Address,
    /// Its id.
    pub id: &'a str,
    /// Its name there.
    pub name: String,
}

impl Bench<'_> {
    /// Makes what `args`, the resolved arguments of the move, define, unless it is there.
    ///
    /// `Refused` where the import or a build fails, with the reasons, or where what comes of it is not what was asked for.
    pub async fn prepare(&self, args: &Value, aim: Aim) -> Result<(), Failure> {
        let content = args["Content"].as_str().unwrap_or_default();
        let settings = args["Settings"].as_object().cloned().unwrap_or_default();
        let mut wanted = args["Definition"].clone();
        normalise(&mut wanted);
        let mark = Mark::of(content, &wanted);
        if aim == Aim::Draft || self.there(&mark).await?.is_none() {
            self.quiet().await?;
            self.draft(&wanted, &settings).await?;
            self.build(&wanted).await?;
            if aim == Aim::Version {
                self.make(&mark, &wanted).await?;
            }
        }
        self.settle(&settings).await
    }

    /// Returns the number of the newest version that is what `mark` says.
    pub async fn there(&self, mark: &Mark) -> Result<Option<String>, Failure> {
        let mut marked: Vec<(u64, String)> = Vec::new();
        for version in self.calls.versions(self.id).await? {
            let own = Mark::read(version["description"].as_str().unwrap_or_default());
            let ends = !matches!(version["botStatus"].as_str(), Some("Inactive" | "Failed" | "Deleting"));
            if let (Some(number), true) = (version["botVersion"].as_str(), ends && own.as_ref() == Some(mark))
            {
                marked.extend(number.parse().ok().map(|n| (n, number.to_string())));
            }
        }
        marked.sort();
        for (_, number) in marked.into_iter().rev() {
            self.available(&number).await?;
            if self.is(&number, mark).await? {
                return Ok(Some(number));
            }
        }
        Ok(None)
    }

    /// Returns whether the version `number` is what `mark` says that it is there.
    pub async fn is(&self, number: &str, mark: &Mark) -> Result<bool, Failure> {
        let definition = self.shelf.definition(self.calls, self.id, number).await?;
        Ok(Mark::of(&mark.content, &definition) == *mark)
    }

    /// Waits until nothing is being done to the bot or its locales.
    async fn quiet(&self) -> Result<(), Failure> {
        let look = || async {
            let bot = self.calls.bot(self.id).await?;
            let busy = |v: &Value| {
                matches!(
                    v["botLocaleStatus"].as_str(),
                    Some(
                        "Creating"
                            | "Building"
                            | "ReadyExpressTesting"
                            | "Deleting"
                            | "Importing"
                            | "Processing"
                    )
                )
            };
            let locales = self.calls.locales(self.id, DRAFT).await?;
            Ok(match (bot["botStatus"].as_str(), locales.iter().any(busy)) {
                (Some("Available" | "Inactive"), false) => Seen::Over(bot),
                (Some("Failed"), _) => seen(bot, "botStatus", &[]),
                _ => Seen::Going,
            })
        };
        self.calls.wait(&format!("the work on {}", self.address), Some(self.with.lease), look).await.map(drop)
    }

    /// Makes the draft what `wanted` says. Where an import leaves more than it brought, the locales that differ are
    /// deleted and imported anew.
    async fn draft(&self, wanted: &Value, settings: &Map<String, Value>) -> Result<(), Failure> {
        let mut now = self.edited().await?;
        for round in 0..2 {
            if now.as_ref() == Some(wanted) {
                return Ok(());
            }
            let kept = definition::locales(wanted);
            let empty = json!({});
            let differing = definition::differing(now.as_ref().unwrap_or(&empty), wanted);
            let there = self.calls.locales(self.id, DRAFT).await?;
            for locale in there.iter().filter_map(|l| l["localeId"].as_str()) {
                if !kept.iter().any(|k| k == locale) || (round > 0 && differing.iter().any(|d| d == locale)) {
                    self.delete_locale(locale).await?;
                }
            }
            self.import(wanted, settings).await?;
            now = self.edited().await?;
        }
        match now.as_ref() == Some(wanted) {
            true => Ok(()),
            false => Err(self.unlike("the draft", wanted, &now.unwrap_or_default())),
        }
    }

    /// Returns what the draft is; nothing where it has no locale.
    async fn edited(&self) -> Result<Option<Value>, Failure> {
        match self.calls.locales(self.id, DRAFT).await?.is_empty() {
            true => Ok(None),
            false => self.shelf.definition(self.calls, self.id, DRAFT).await.map(Some),
        }
    }

    async fn delete_locale(&self, locale: &str) -> Result<(), Failure> {
        let call = "DeleteBotLocale";
        let send = async |guard: Guard| {
            let delete = self.calls.account.lex_under(&guard).delete_bot_locale();
            wire!(call, delete.bot_id(self.id).bot_version(DRAFT).locale_id(locale))
        };
        self.calls.account.write(call, self.with.lease.until(), send).await.map_err(conflict)?;
        let look = || async {
            let there = self.calls.locales(self.id, DRAFT).await?;
            let gone = there.iter().all(|l| l["localeId"] != locale);
            Ok(if gone { Seen::Over(Value::Null) } else { Seen::Going })
        };
        self.calls.wait(&format!("the deletion of {locale}"), Some(self.with.lease), look).await.map(drop)
    }

    async fn import(&self, wanted: &Value, settings: &Map<String, Value>) -> Result<(), Failure> {
        let refused = |error| Failure { error, fate: Fate::Refused };
        let described = self.calls.bot(self.id).await?;
        let words = settings.get("Description");
        let files = definition::write(wanted, &self.name, words, &self.shelf.manifest()).map_err(refused)?;
        let bytes = Bytes::from(archive::write(&files).map_err(refused)?);
        let mut bot = json!({ "botName": self.name, "roleArn": described["roleArn"] });
        for (name, argument) in
            SETTINGS.iter().filter(|(n, _)| *n != "Name" && *n != "Description" && *n != "BotType")
        {
            let value = wanted.get(*argument).or(settings.get(*name));
            if let (Some(value), Some(members)) = (value, bot.as_object_mut()) {
                members.insert(argument.to_string(), value.clone());
            }
        }

        let call = "CreateUploadUrl";
        let send = async |guard: Guard| wire!(call, self.calls.account.lex_under(&guard).create_upload_url());
        let place = self.calls.account.write(call, self.with.lease.until(), send).await?;
        let import = place["importId"].as_str().unwrap_or_default().to_string();
        // Bytes that nothing imports are nothing.
        http::put(place["uploadUrl"].as_str().unwrap_or_default(), bytes)
            .await
            .map_err(|e| Failure { error: e.context("cannot upload the definition"), fate: Fate::Later })?;

        self.tell("imports its definition");
        let call = "StartImport";
        let body = json!({
            "importId": import,
            "resourceSpecification": { "botImportSpecification": bot },
            "mergeStrategy": "Overwrite",
        });
        let send =
            async |guard: Guard| wire!(call, self.calls.account.lex_under(&guard).start_import(), body);
        self.calls.account.write(call, self.with.lease.until(), send).await.map_err(conflict)?;
        let look = || async { Ok(seen(self.calls.import(&import).await?, "importStatus", &["Completed"])) };
        self.calls.wait(&format!("the import of {}", self.address), Some(self.with.lease), look).await?;
        self.quiet().await
    }

    /// Builds every locale of the draft that is not built.
    async fn build(&self, wanted: &Value) -> Result<(), Failure> {
        let locales = definition::locales(wanted);
        if !locales.is_empty() {
            self.tell(&format!("builds {}", locales.join(", ")));
        }
        let builds: Vec<_> = locales.iter().map(|locale| Box::pin(self.build_one(locale))).collect();
        stream::iter(builds).buffer_unordered(BUILDS).try_collect::<Vec<()>>().await.map(drop)
    }

    async fn build_one(&self, locale: &str) -> Result<(), Failure> {
        if self.calls.locale(self.id, locale).await?["botLocaleStatus"] == "Built" {
            return Ok(());
        }
        let call = "BuildBotLocale";
        let send = async |guard: Guard| {
            let build = self.calls.account.lex_under(&guard).build_bot_locale();
            wire!(call, build.bot_id(self.id).bot_version(DRAFT).locale_id(locale))
        };
        let answer = self.calls.account.write(call, self.with.lease.until(), send).await.map_err(conflict)?;
        let submitted = answer["lastBuildSubmittedDateTime"].as_f64().unwrap_or_default();
        let look = || async {
            let answer = self.calls.locale(self.id, locale).await?;
            // A failure from before is none of this build.
            let old = answer["lastBuildSubmittedDateTime"].as_f64().is_some_and(|at| at < submitted);
            Ok(if old { Seen::Going } else { seen(answer, "botLocaleStatus", &["Built"]) })
        };
        let what = format!("the build of {locale} of {}", self.address);
        self.calls.wait(&what, Some(self.with.lease), look).await.map(drop)
    }

    /// Makes a version of the draft and sees that it is what was asked for.
    async fn make(&self, mark: &Mark, wanted: &Value) -> Result<(), Failure> {
        let call = "CreateBotVersion";
        let locales: Map<String, Value> = definition::locales(wanted)
            .into_iter()
            .map(|id| (id, json!({ "sourceBotVersion": DRAFT })))
            .collect();
        let body = json!({ "description": mark.text(), "botVersionLocaleSpecification": locales });
        let send = async |guard: Guard| {
            wire!(call, self.calls.account.lex_under(&guard).create_bot_version().bot_id(self.id), body)
        };
        let answer = self.calls.account.write(call, self.with.lease.until(), send).await.map_err(conflict)?;
        let Some(number) = answer["botVersion"].as_str() else {
            let error = Error::failed(format!("{call} answers without a number"));
            return Err(Failure { error, fate: Fate::Unknown });
        };
        self.tell(&format!("makes version {number}"));
        self.available(number).await?;
        if self.is(number, mark).await? {
            return Ok(());
        }
        let made = self.shelf.definition(self.calls, self.id, number).await?;
        // It would be taken for what its description says. Nothing names it yet.
        let call = "DeleteBotVersion";
        let send = async |guard: Guard| {
            let delete = self.calls.account.lex_under(&guard).delete_bot_version();
            wire!(call, delete.bot_id(self.id).bot_version(number))
        };
        self.calls.account.write(call, self.with.lease.until(), send).await?;
        Err(self.unlike(&format!("version {number}, which was deleted again,"), wanted, &made))
    }

    /// Waits until the version `number` can be used.
    async fn available(&self, number: &str) -> Result<(), Failure> {
        let look = || async {
            match self.calls.version(self.id, number).await {
                Ok(answer) => Ok(seen(answer, "botStatus", &["Available", "Inactive"])),
                // It has just been made.
                Err(failure) if failure.error.kind == ErrorKind::NotFound => Ok(Seen::Going),
                Err(failure) => Err(failure),
            }
        };
        let what = format!("version {number} of {}", self.address);
        self.calls.wait(&what, Some(self.with.lease), look).await.map(drop)
    }

    /// Makes the bot's own settings what they are to be: an import sets them as they were in the version.
    async fn settle(&self, settings: &Map<String, Value>) -> Result<(), Failure> {
        let mut wanted = arguments(settings);
        wanted.insert("botName".into(), json!(self.name));
        let now = self.calls.bot(self.id).await?;
        let same = |argument: &str| match (wanted.get(argument), &now[argument]) {
            (None, Value::Null) => true,
            (None, now) => *now == json!("") || argument == "botType" || argument == "errorLogSettings",
            (Some(wanted), now) => wanted == now,
        };
        match SETTINGS.iter().all(|(_, argument)| same(argument)) {
            true => Ok(()),
            false => self.update(wanted).await,
        }
    }

    /// Sets the bot's own settings, and waits until they are set.
    pub async fn update(&self, body: Map<String, Value>) -> Result<(), Failure> {
        let call = "UpdateBot";
        let body = Value::Object(body);
        let send = async |guard: Guard| {
            wire!(call, self.calls.account.lex_under(&guard).update_bot().bot_id(self.id), body)
        };
        self.calls.account.write(call, self.with.lease.until(), send).await?;
        self.quiet().await
    }

    fn unlike(&self, what: &str, wanted: &Value, made: &Value) -> Failure {
        let part = |v: &Value| Document {
            portable: v.as_object().cloned().unwrap_or_default(),
            ..Document::default()
        };
        let places = documents(Some(&part(wanted)), Some(&part(made)), false);
        let mut told: Vec<String> = places.iter().take(TOLD).map(|p| p.path.clone()).collect();
        if places.len() > TOLD {
            told.push(format!("and {} more", places.len() - TOLD));
        }
        let message =
            format!("{what} of {} is not what was imported: it differs in {}", self.address, told.join(", "));
        let error = Error::failed(message).hint("Lex may not know a member of the definition in this region");
        Failure { error, fate: Fate::Refused }
    }

    fn tell(&self, what: &str) {
        self.with.events.emit(Event::Waiting { why: format!("{} {what}", self.address) });
    }
}

/// Something else is being done to the bot: that passes.
fn conflict(failure: Failure) -> Failure {
    match failure.error.code.as_deref() {
        Some("ConflictException") => Failure { fate: Fate::Later, ..failure },
        _ => failure,
    }
}
