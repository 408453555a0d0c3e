//! Lex V2: bots of a scenario, builds, versions and aliases; and what the other tests of Lex use.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use snapdeploy::sandbox::{Sandbox, Scenario};

use super::{DEV, PROD, REGION};

pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// One of the test archives.
pub(crate) fn archive(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lex").join(name)
}

/// The files of a test archive.
pub(crate) fn files(name: &str) -> Files {
    fn walk(dir: &Path, prefix: &str, into: &mut Files) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
            if path.is_dir() {
                walk(&path, &format!("{name}/"), into);
            } else {
                into.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    let mut out = Files::new();
    walk(&archive(name), "", &mut out);
    out
}

/// A ZIP of files.
pub(crate) fn packed(files: &Files) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A sandbox on which nothing of Lex ends before `wait`.
pub(crate) struct Lex {
    pub(crate) sandbox: Sandbox,
}

impl Lex {
    pub(crate) fn new(mut scenario: Scenario, switches: &[(&str, &str)]) -> Lex {
        for (name, value) in [("lex_async_ms", "60000"), ("lex_build_ms", "60000")].iter().chain(switches) {
            scenario.switch(name, value).unwrap();
        }
        Lex { sandbox: Sandbox::start(scenario).unwrap() }
    }

    /// An account with a bot out of a test archive; and the bot's id.
    pub(crate) fn with(name: &str, switches: &[(&str, &str)]) -> (Lex, String) {
        let mut scenario = Scenario::empty();
        let id = scenario.account(DEV).bot_from(REGION, &archive(name)).unwrap().id().to_owned();
        (Lex::new(scenario, switches), id)
    }

    /// Sends a request; the status and the body.
    pub(crate) fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let mut stream = TcpStream::connect(self.sandbox.endpoint().replace("http://", "")).unwrap();
        let host = self.sandbox.endpoint().replace("http://", "");
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(body).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        let status = String::from_utf8_lossy(&answer[9..12]).parse().unwrap();
        (status, answer.split_off(end + 4))
    }

    /// Calls Lex; the answer, or the name of the error.
    pub(crate) fn call(&self, method: &str, path: &str, body: Value) -> Result<Value, String> {
        let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let scope = format!("{DEV}/{}/{REGION}/lex/aws4_request", &now[..8]);
        let headers = format!(
            "authorization: AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=00\r\nx-amz-date: {now}\r\n"
        );
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let (status, answer) = self.send(method, path, &headers, &body);
        let value = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        match status {
            200..300 => Ok(value),
            400 => Err(format!("ValidationException: {value}")),
            402 => Err("ServiceQuotaExceededException".to_owned()),
            404 => Err("ResourceNotFoundException".to_owned()),
            409 => Err("ConflictException".to_owned()),
            412 => Err("PreconditionFailedException".to_owned()),
            other => Err(format!("{other} {value}")),
        }
    }

    /// Lets everything that is under way end.
    pub(crate) fn wait(&self) {
        self.sandbox.advance(Duration::from_secs(61));
    }

    /// Imports files; what DescribeImport says at the end.
    pub(crate) fn import(&self, bytes: Option<&[u8]>, strategy: &str, specification: &Value) -> Value {
        let room = self.call("POST", "/createuploadurl/", Value::Null).unwrap();
        if let Some(bytes) = bytes {
            let url = room["uploadUrl"].as_str().unwrap().replace(&self.sandbox.endpoint(), "");
            assert_eq!(self.send("PUT", &url, "", bytes).0, 200);
        }
        let body = json!({"importId": room["importId"], "resourceSpecification": specification, "mergeStrategy": strategy});
        let started = self.call("PUT", "/imports/", body).unwrap();
        assert_eq!(started["importStatus"], "InProgress");
        self.wait();
        let path = format!("/imports/{}/", room["importId"].as_str().unwrap());
        self.call("GET", &path, Value::Null).unwrap()
    }

    /// Starts an export; its id.
    pub(crate) fn export(&self, bot: &str, version: &str) -> String {
        let of = json!({"botExportSpecification": {"botId": bot, "botVersion": version}});
        let body = json!({"resourceSpecification": of, "fileFormat": "LexJson"});
        self.call("PUT", "/exports/", body).unwrap()["exportId"].as_str().unwrap().to_owned()
    }

    /// What an export that has ended holds.
    pub(crate) fn download(&self, export: &str) -> BTreeMap<String, Value> {
        let done = self.call("GET", &format!("/exports/{export}/"), Value::Null).unwrap();
        assert_eq!(done["exportStatus"], "Completed");
        let url = done["downloadUrl"].as_str().unwrap().replace(&self.sandbox.endpoint(), "");
        let (status, bytes) = self.send("GET", &url, "", b"");
        assert_eq!(status, 200);
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
        let read = |name: String| {
            let value = serde_json::from_reader(archive.by_name(&name).unwrap()).unwrap();
            (name, value)
        };
        names.into_iter().map(read).collect()
    }

    /// The files of a bot's version.
    pub(crate) fn exported(&self, bot: &str, version: &str) -> BTreeMap<String, Value> {
        let id = self.export(bot, version);
        self.wait();
        self.download(&id)
    }

    pub(crate) fn locale(&self, bot: &str, locale: &str) -> Value {
        self.call("GET", &format!("/bots/{bot}/botversions/DRAFT/botlocales/{locale}/"), Value::Null).unwrap()
    }

    pub(crate) fn build(&self, bot: &str, locale: &str) -> Result<Value, String> {
        self.call("POST", &format!("/bots/{bot}/botversions/DRAFT/botlocales/{locale}/"), Value::Null)
    }

    /// CreateBotVersion of locales of the draft.
    pub(crate) fn version(&self, bot: &str, locales: &[&str]) -> Result<Value, String> {
        let of: BTreeMap<_, _> =
            locales.iter().map(|id| (*id, json!({"sourceBotVersion": "DRAFT"}))).collect();
        let body = json!({"botVersionLocaleSpecification": of});
        self.call("PUT", &format!("/bots/{bot}/botversions/"), body)
    }

    /// CreateBotAlias.
    pub(crate) fn alias(&self, bot: &str, name: &str, version: &str) -> Result<Value, String> {
        let body = json!({"botAliasName": name, "botVersion": version});
        self.call("PUT", &format!("/bots/{bot}/botaliases/"), body)
    }
}

#[test]
fn a_small_bot_is_whole() {
    let mut scenario = Scenario::empty();
    scenario.account(DEV).bot(REGION, "Orders", &["live", "test"]);
    let lex = Lex::new(scenario, &[]);
    let bots = lex.call("POST", "/bots/", json!({})).unwrap();
    let bot = bots["botSummaries"][0]["botId"].as_str().unwrap();
    assert_eq!(bots["botSummaries"][0]["latestBotVersion"], "1");
    assert_eq!(lex.locale(bot, "en_US")["botLocaleStatus"], "Built");
    let aliases = lex.call("POST", &format!("/bots/{bot}/botaliases/"), json!({})).unwrap();
    let mut found: Vec<(&str, &str)> = aliases["botAliasSummaries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alias| (alias["botAliasName"].as_str().unwrap(), alias["botVersion"].as_str().unwrap()))
        .collect();
    found.sort_unstable();
    assert_eq!(found, [("TestBotAlias", "DRAFT"), ("live", "1"), ("test", "1")]);
    let files = lex.exported(bot, "1");
    assert!(files.contains_key("Orders/BotLocales/en_US/Intents/Help/Intent.json"), "{files:?}");
}

#[test]
fn the_same_archive_has_other_ids_in_another_account_and_names_its_types_by_them() {
    let mut scenario = Scenario::empty();
    for account in [DEV, PROD] {
        let mut bot = scenario.account(account).bot_from(REGION, &archive("composite")).unwrap();
        bot.tag("team", "voice").alias("live").hook("en_GB", "arn:aws:lambda:us-east-1:1:function:f");
    }
    let state = Lex::new(scenario, &[]).sandbox.state();
    let of = |account: &str| state[account]["lex"]["us-east-1/Insurance"].clone();
    let mut types = Vec::new();
    for bot in [of(DEV), of(PROD)] {
        assert_eq!(bot["tags"]["team"], "voice");
        let hook = &bot["aliases"]["live"]["members"]["botAliasLocaleSettings"]["en_GB"];
        assert_eq!(
            hook["codeHookSpecification"]["lambdaCodeHook"]["lambdaARN"],
            "arn:aws:lambda:us-east-1:1:function:f"
        );
        let held = &bot["versions"]["1"]["locales"]["en_GB"];
        let street = held["slot_types"]["StreetKind"]["id"].clone();
        let slot = &held["intents"]["MoveHouse"]["slots"]["Address"]["members"]["subSlotSetting"]["slotSpecifications"];
        assert_eq!(slot["kind"]["slotTypeId"], street);
        assert_eq!(slot["town"]["slotTypeId"], "AMAZON.City");
        let composite = &held["slot_types"]["DeliveryAddress"]["members"]["compositeSlotTypeSetting"];
        assert_eq!(composite["subSlots"][1]["slotTypeId"], street);
        assert_eq!(held["intents"]["FallbackIntent"]["id"], "FALLBCKINT");
        types.push(street);
    }
    assert_ne!(types[0], types[1]);
}

#[test]
fn a_scenario_folder_gives_bots_out_of_archives() {
    let dir = tempfile::tempdir().unwrap();
    let text = format!(
        "[[accounts]]\nid = \"{DEV}\"\nname = \"dev\"\n[[accounts.bots]]\nregion = \"{REGION}\"\narchive = \"bistro.zip\"\n\
         aliases = [\"live\"]\nhooks = [{{ alias = \"live\", locale = \"en_US\", function = \"orders:live\" }}]\n"
    );
    std::fs::write(dir.path().join("scenario.toml"), &text).unwrap();
    std::fs::write(dir.path().join("bistro.zip"), packed(&files("vocabulary"))).unwrap();
    let bot =
        Sandbox::start(Scenario::load(dir.path()).unwrap()).unwrap().state()[DEV]["lex"]["us-east-1/Bistro"]
            .clone();
    assert_eq!(bot["draft"]["en_US"]["vocabulary"]["customVocabularyItems"][2]["displayAs"], "CRM");
    let hook = &bot["aliases"]["live"]["members"]["botAliasLocaleSettings"]["en_US"]["codeHookSpecification"];
    assert_eq!(
        hook["lambdaCodeHook"]["lambdaARN"],
        "arn:aws:lambda:us-east-1:111111111111:function:orders:live"
    );
    std::fs::write(dir.path().join("bistro.zip"), "no archive").unwrap();
    let error = Scenario::load(dir.path()).unwrap_err();
    assert!(error.to_string().contains("bistro.zip: The file is not a ZIP archive."), "{error}");
}

#[test]
fn a_build_takes_its_time_and_can_fail() {
    let (lex, bot) = Lex::with("multi_locale", &[]);
    lex.sandbox.fail_next_build(DEV, "Bakery", "de_DE", &["Two intents sound alike."]).unwrap();
    assert!(lex.sandbox.fail_next_build(DEV, "Nobody", "de_DE", &["x"]).is_err());
    for locale in ["de_DE", "en_US"] {
        assert_eq!(lex.build(&bot, locale).unwrap()["botLocaleStatus"], "Building");
        assert_eq!(lex.build(&bot, locale).unwrap_err(), "ConflictException");
    }
    lex.sandbox.advance(Duration::from_secs(31));
    assert_eq!(lex.locale(&bot, "en_US")["botLocaleStatus"], "ReadyExpressTesting");
    assert_eq!(lex.locale(&bot, "de_DE")["botLocaleStatus"], "Building");
    lex.wait();
    let (good, bad) = (lex.locale(&bot, "en_US"), lex.locale(&bot, "de_DE"));
    assert_eq!((&good["botLocaleStatus"], good.get("failureReasons")), (&json!("Built"), None));
    assert_eq!(
        (&bad["botLocaleStatus"], &bad["failureReasons"]),
        (&json!("Failed"), &json!(["Two intents sound alike."]))
    );
    assert_eq!(bad["recommendedActions"].as_array().unwrap().len(), 1);
    // Only the next one fails.
    lex.build(&bot, "de_DE").unwrap();
    lex.wait();
    assert_eq!(lex.locale(&bot, "de_DE")["botLocaleStatus"], "Built");
}

#[test]
fn version_numbers_are_not_used_twice_and_end_at_a_hundred() {
    let (lex, bot) = Lex::with("vocabulary", &[]);
    let made = lex.version(&bot, &["en_US"]).unwrap();
    assert_eq!((&made["botVersion"], &made["botStatus"]), (&json!("2"), &json!("Versioning")));
    // Another is refused while the first is being made.
    assert_eq!(lex.version(&bot, &["en_US"]).unwrap_err(), "ConflictException");
    assert_eq!(lex.version(&bot, &["fr_FR"]).unwrap_err(), "ConflictException");
    lex.wait();
    assert_eq!(lex.version(&bot, &["fr_FR"]).unwrap_err(), "PreconditionFailedException");
    lex.call("DELETE", &format!("/bots/{bot}/botversions/2/"), Value::Null).unwrap();
    lex.sandbox.set_switch("lex_async_ms", "0").unwrap();
    for number in 3..=101 {
        assert_eq!(lex.version(&bot, &["en_US"]).unwrap()["botVersion"], number.to_string());
    }
    assert_eq!(lex.version(&bot, &["en_US"]).unwrap_err(), "ServiceQuotaExceededException");
}

#[test]
fn a_version_keeps_what_it_was_made_of() {
    let (lex, bot) = Lex::with("multi_locale", &[]);
    let before = lex.exported(&bot, "1");
    let path = format!("/bots/{bot}/botversions/DRAFT/botlocales");
    lex.call("DELETE", &format!("{path}/es_US/"), Value::Null).unwrap();
    let changed = json!({"nluIntentConfidenceThreshold": 0.9});
    lex.call("PUT", &format!("{path}/en_US/"), changed).unwrap();
    assert_eq!(lex.locale(&bot, "en_US")["botLocaleStatus"], "NotBuilt");
    assert_eq!(lex.exported(&bot, "1"), before);
    let draft = lex.exported(&bot, "DRAFT");
    assert_eq!(draft["Bakery/BotLocales/en_US/BotLocale.json"]["nluConfidenceThreshold"], 0.9);
    assert!(!draft.contains_key("Bakery/BotLocales/es_US/BotLocale.json"));
    let all = lex.call("POST", &format!("/bots/{bot}/botversions/1/botlocales/"), json!({})).unwrap();
    assert_eq!(all["botLocaleSummaries"].as_array().unwrap().len(), 3);
}

#[test]
fn a_url_is_good_for_five_minutes_and_an_export_for_seven_days() {
    let (lex, bot) = Lex::with("composite", &[]);
    let export = lex.export(&bot, "1");
    lex.wait();
    let url = || {
        let done = lex.call("GET", &format!("/exports/{export}/"), Value::Null).unwrap();
        done["downloadUrl"].as_str().unwrap().replace(&lex.sandbox.endpoint(), "")
    };
    let first = url();
    lex.sandbox.advance(Duration::from_secs(290));
    assert_eq!(lex.send("GET", &first, "", b"").0, 200);
    lex.sandbox.advance(Duration::from_secs(20));
    assert_eq!(lex.send("GET", &first, "", b"").0, 403);
    // Describing it again gives another.
    assert_eq!(lex.send("GET", &url(), "", b"").0, 200);
    lex.sandbox.advance(Duration::from_secs(7 * 86_400));
    let gone = lex.call("GET", &format!("/exports/{export}/"), Value::Null);
    assert_eq!(gone.unwrap_err(), "ResourceNotFoundException");
}

#[test]
fn connect_takes_an_alias_that_the_api_made_and_the_test_alias() {
    let mut scenario = Scenario::empty();
    let account = scenario.account(DEV);
    let bot = account.bot_from(REGION, &archive("composite")).unwrap().id().to_owned();
    let instance = account.instance(REGION, "acme-dev").id().to_owned();
    let lex = Lex::new(scenario, &[]);
    let alias = lex.alias(&bot, "live", "1").unwrap()["botAliasId"].as_str().unwrap().to_owned();
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
    let headers = format!(
        "authorization: AWS4-HMAC-SHA256 Credential={DEV}/{}/{REGION}/connect/aws4_request, SignedHeaders=host, \
         Signature=00\r\nx-amz-date: {now}\r\n",
        &now[..8]
    );
    for (alias, status) in [(alias.as_str(), 200), ("TSTALIASID", 200), ("AAAAAAAAAA", 404)] {
        let arn = format!("arn:aws:lex:{REGION}:{DEV}:bot-alias/{bot}/{alias}");
        let body = json!({"LexV2Bot": {"AliasArn": arn}}).to_string();
        let answer = lex.send("PUT", &format!("/instance/{instance}/bot"), &headers, body.as_bytes());
        assert_eq!(answer.0, status, "{}", String::from_utf8_lossy(&answer.1));
    }
}
