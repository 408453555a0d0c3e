//! The calls to Lex that read, by name: at the pace that the quota allows, again where that may help.
//!
//! Source: botocore's `lexv2-models` model. Amazon publishes no rates for the operations that define bots ("Quotas", Lex V2
//! Developer Guide), so they are called as slowly as Connect's.

use serde_json::Value;

use crate::aws::{Account, Failure};
use crate::core::{ErrorKind, Result};
use crate::wire;

/// The most items of a page.
///
/// Source: botocore's `lexv2-models` model, `MaxResults`.
const PAGE: i32 = 1000;

/// Makes calls to Lex in one account and region.
#[derive(Clone)]
pub struct Calls {
    /// The clients.
    pub account: Account,
}

/// Sends one read. Operations that another service has too have `(Lex)` behind their names.
macro_rules! read {
    ($calls:expr, $call:expr, $builder:expr) => {{
        let builder = $builder;
        $calls
            .account
            .read($call, || async {
                let builder = builder.clone();
                wire!($call, builder)
            })
            .await
    }};
}

/// Returns all pages of a listing, the items at `member` of each.
macro_rules! list {
    ($calls:expr, $call:expr, $member:expr, $builder:expr) => {{
        let mut items = Vec::new();
        let mut token: Option<String> = None;
        loop {
            let page = read!($calls, $call, $builder.max_results(PAGE).set_next_token(token.clone()))?;
            items.extend(page[$member].as_array().into_iter().flatten().cloned());
            let next = page["nextToken"].as_str().filter(|t| !t.is_empty()).map(String::from);
            if next.is_none() || next == token {
                break Ok(items);
            }
            token = next;
        }
    }};
}

impl Calls {
    /// Returns the bot `id`.
    pub async fn bot(&self, id: &str) -> Result<Value, Failure> {
        read!(self, "DescribeBot", self.account.lex.describe_bot().bot_id(id))
    }

    /// Returns the versions of a bot, `DRAFT` among them: each with its number, status and description.
    pub async fn versions(&self, id: &str) -> Result<Vec<Value>, Failure> {
        list!(self, "ListBotVersions", "botVersionSummaries", self.account.lex.list_bot_versions().bot_id(id))
    }

    /// Returns a numbered version.
    pub async fn version(&self, id: &str, number: &str) -> Result<Value, Failure> {
        let builder = self.account.lex.describe_bot_version().bot_id(id).bot_version(number);
        read!(self, "DescribeBotVersion", builder)
    }

    /// Returns the locales of a version: each with its id and status.
    pub async fn locales(&self, id: &str, version: &str) -> Result<Vec<Value>, Failure> {
        let list = || self.account.lex.list_bot_locales().bot_id(id).bot_version(version);
        list!(self, "ListBotLocales", "botLocaleSummaries", list())
    }

    /// Returns a locale of `DRAFT`.
    pub async fn locale(&self, id: &str, locale: &str) -> Result<Value, Failure> {
        let builder = self.account.lex.describe_bot_locale().bot_id(id).bot_version("DRAFT");
        read!(self, "DescribeBotLocale", builder.locale_id(locale))
    }

    /// Returns the aliases of a bot: each with its id, name, version and status.
    pub async fn aliases(&self, id: &str) -> Result<Vec<Value>, Failure> {
        list!(self, "ListBotAliases", "botAliasSummaries", self.account.lex.list_bot_aliases().bot_id(id))
    }

    /// Returns an alias.
    pub async fn alias(&self, id: &str, alias: &str) -> Result<Value, Failure> {
        let builder = self.account.lex.describe_bot_alias().bot_id(id).bot_alias_id(alias);
        read!(self, "DescribeBotAlias", builder)
    }

    /// Returns the tags of a bot.
    pub async fn tags(&self, arn: &str) -> Result<Value, Failure> {
        let call = "ListTagsForResource (Lex)";
        let mut answer = read!(self, call, self.account.lex.list_tags_for_resource().resource_arn(arn))?;
        Ok(answer["tags"].take())
    }

    /// Returns the policy of a bot or an alias, and its revision; `None` where it has none.
    pub async fn policy(&self, arn: &str) -> Result<Option<Value>, Failure> {
        let builder = self.account.lex.describe_resource_policy().resource_arn(arn);
        match read!(self, "DescribeResourcePolicy", builder) {
            Ok(answer) => Ok(answer["policy"].is_string().then_some(answer)),
            Err(failure) if failure.error.kind == ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Returns an import.
    pub async fn import(&self, id: &str) -> Result<Value, Failure> {
        read!(self, "DescribeImport", self.account.lex.describe_import().import_id(id))
    }

    /// Returns an export.
    pub async fn export(&self, id: &str) -> Result<Value, Failure> {
        read!(self, "DescribeExport", self.account.lex.describe_export().export_id(id))
    }

    /// Starts an export of a version and returns its id. It changes nothing, so it may be repeated: the service forgets an
    /// export by itself, after seven days ("Exporting bots in Lex V2", Developer Guide).
    pub async fn start_export(&self, id: &str, version: &str) -> Result<String, Failure> {
        let call = "CreateExport";
        let body = serde_json::json!({
            "resourceSpecification": { "botExportSpecification": { "botId": id, "botVersion": version } },
            "fileFormat": "LexJson",
        });
        let send = || async { wire!(call, self.account.lex.create_export(), body) };
        let answer = self.account.read(call, send).await?;
        Ok(answer["exportId"].as_str().unwrap_or_default().to_string())
    }
}
