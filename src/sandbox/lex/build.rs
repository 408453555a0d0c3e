//! Building a locale: it takes time, passes through `ReadyExpressTesting`, and can fail.

use serde_json::{Value, json};

use super::super::answer::{Answer, Fail};
use super::super::clock;
use super::super::world::Account;
use super::answers::accepted;
use super::ask::{Ask, precondition, seconds};
use super::bot;
use super::locale::{self, Locale};

/// A build, under way or ended.
#[derive(Debug, Clone)]
pub(crate) struct Build {
    /// From when it can be tested with the very utterances of its intents.
    pub(crate) express: f64,
    pub(crate) done: f64,
    /// Why it fails; empty when it does not.
    pub(crate) reasons: Vec<String>,
}

impl Build {
    /// A build that ended well, at once.
    pub(crate) fn seeded() -> Build {
        Build { express: 0.0, done: 0.0, reasons: Vec::new() }
    }

    /// The `BotLocaleStatus` that it gives its locale. "When the status is ReadyExpressTesting you can test the bot
    /// using the utterances defined for the intents and slot types. When the status is Built, the bot is ready for use"
    /// (BuildBotLocale).
    pub(crate) fn status(&self, now: f64) -> &'static str {
        if now < self.express || now < self.done && !self.reasons.is_empty() {
            "Building"
        } else if now < self.done {
            "ReadyExpressTesting"
        } else if self.reasons.is_empty() {
            "Built"
        } else {
            "Failed"
        }
    }
}

/// BuildBotLocale.
pub(crate) fn build(account: &mut Account, ask: &Ask<'_>) -> Result<Answer, Fail> {
    let id = ask.call.label(2).to_owned();
    let lasts = seconds(ask.switches.number("lex_build_ms"));
    let found = locale::draft(account, ask)?;
    // assumed: switch lex_build_unchanged_refused
    if found.status(ask.now) == "Built" && ask.switches.on("lex_build_unchanged_refused") {
        return Err(precondition(format!("The locale {id} has not changed since it was built")));
    }
    let mut reasons = problems(found, ask);
    let bot = bot::find(account, ask)?;
    if let Some(at) = bot.failing.iter().position(|(locale, _)| *locale == id) {
        reasons.extend(bot.failing.remove(at).1);
    }
    let out = json!({
        "botId": bot.id, "botVersion": "DRAFT", "localeId": id, "botLocaleStatus": "Building",
        "lastBuildSubmittedDateTime": clock::epoch(ask.now),
    });
    if let Some(found) = bot.draft.get_mut(&id) {
        found.submitted = Some(ask.now);
        found.build = Some(Build { express: ask.now + lasts / 2.0, done: ask.now + lasts, reasons });
    }
    Ok(accepted(&out))
}

/// What is wrong with a locale.
fn problems(locale: &Locale, ask: &Ask<'_>) -> Vec<String> {
    // assumed: switch lex_build_needs_utterances
    if !ask.switches.on("lex_build_needs_utterances") {
        return Vec::new();
    }
    let silent = locale.intents.iter().filter(|(_, intent)| {
        let has = |member: &str| intent.part.body.get(member).is_some_and(|value| !value.is_null());
        let utterances = intent.part.body.get("sampleUtterances").and_then(Value::as_array);
        !has("parentIntentSignature") && utterances.is_none_or(Vec::is_empty)
    });
    silent.map(|(name, _)| format!("The intent {name} has no sample utterances.")).collect()
}
