//! The scene: the example's centre with a canary in every sensitive place, and a directory to type in.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use snapdeploy::sandbox::{AccountSeed, Kind, Sandbox, Scenario};
use tempfile::TempDir;

use super::hunt::{Hunt, Outcome};
use crate::http::{Listener, answer};

pub const DEV: &str = "111111111111";
pub const PROD: &str = "222222222222";
const REGION: &str = "us-east-1";

/// A number where somebody is called: what is one may not be just any text.
const DESK: &str = "+12065559137";

const OUTPUTS: [&str; 3] = ["human", "json", "github"];

/// Whose users are taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Users {
    Owned,
    NotOwned,
}

pub struct Scene {
    pub sandbox: Sandbox,
    pub hunt: Hunt,
    /// Further variables of the environment of what is run.
    pub variables: Vec<(&'static str, String)>,
    pub runs: usize,
    directory: TempDir,
    webhook: Listener,
}

/// Plants what is sensitive in one account.
fn plant(seed: &mut AccountSeed, hunt: &mut Hunt, account: &str, users: Users) {
    let dev = account == DEV;
    seed.key(REGION, "alias/snapdeploy");
    seed.parameter(REGION, "/prod/word", &hunt.hard("a parameter"));
    seed.parameter(REGION, "/prod/plain", &hunt.word("a parameter that is a word"));
    seed.secret(
        REGION,
        "prod/api",
        &json!({ "token": hunt.hard("a secret's member"), "port": 8443 }).to_string(),
    );
    // A member of a secret that nobody asks for is a secret still.
    seed.secret(
        REGION,
        "prod/whole",
        &json!({ "other": hunt.plain("a secret's other member"), "on": true }).to_string(),
    );
    let (old, password, key, own) = match dev {
        true => {
            (hunt.hard("dev's old version"), hunt.hard("dev's password"), hunt.plain("dev's key"), "DEV_KEY")
        }
        false => (
            hunt.hard("prod's old version"),
            hunt.hard("prod's password"),
            hunt.plain("prod's key"),
            "PROD_KEY",
        ),
    };
    let (word, short) = match dev {
        true => (hunt.word("dev's word"), hunt.short("dev's pin")),
        false => (hunt.word("prod's word"), hunt.short("prod's pin")),
    };
    let code = format!("exports.key = \"{}\"", hunt.plain("code"));
    let mut function = seed.function(REGION, "vaulted").files(&[("index.js", code.as_bytes())]);
    function = function.env(&[("DB_PASSWORD", &old)]).publish();
    function = function.settings(json!({ "Timeout": if dev { 9 } else { 3 } }));
    let variables = [("DB_PASSWORD", &*password), (own, &*key), ("WORD", &*word), ("PIN", &*short)];
    function.env(&variables).publish().alias("live", "2").alias("before", "1");
    let instance = seed.instance(REGION, if dev { "acme-dev" } else { "acme-prod" });
    if !dev && users == Users::Owned {
        return;
    }
    hunt.other("a desk phone", DESK);
    let person = json!({
        "IdentityInfo": {
            "FirstName": hunt.plain("a first name"), "LastName": hunt.plain("a last name"),
            "Email": format!("{}@example.com", hunt.plain("a mail address")),
        },
        "PhoneConfig": {
            "PhoneType": "DESK_PHONE", "DeskPhoneNumber": DESK, "AutoAccept": true, "AfterContactWorkTimeLimit": 0,
        },
        "SecurityProfileIds": [instance.id_of(Kind::SecurityProfile, "Agent")],
        "RoutingProfileId": instance.id_of(Kind::RoutingProfile, "Basic Routing Profile"),
    });
    instance.user_with("newcomer", person);
}

impl Scene {
    pub fn new(users: Users) -> Scene {
        let mut hunt = Hunt::default();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut scenario = Scenario::load(&root.join("examples/acme")).unwrap();
        for account in [DEV, PROD] {
            plant(scenario.account(account), &mut hunt, account, users);
        }
        let external = hunt.plain("the external id");
        scenario.account(PROD).role("snapdeploy", Some(&external));
        let sandbox = Sandbox::start(scenario).unwrap();
        let answers = vec![answer(200, "ok"); 60];
        let webhook = Listener::new(&answers.iter().map(|a| &a[..]).collect::<Vec<_>>());
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("tmp")).unwrap();
        let config = fs::read_to_string(root.join("examples/acme/snapdeploy.toml")).unwrap();
        // A store on disk can be searched, SQLite's files too.
        let other = |line: &&str| !line.starts_with("store");
        let config: Vec<&str> = config.lines().filter(other).collect();
        const THEIRS: &str =
            "[\"connect/*\", \"lambda/function/acme-*\", \"lex/bot/Orders\", \"ecs/service/main/*\"]";
        let mut owns = "[\"connect/*\", \"lambda/function/vaulted\"]".to_string();
        if users == Users::Owned {
            owns.push_str("\nusers = true");
        }
        let config = config.join("\n").replace(THEIRS, &owns).replace("acme-releases", &external);
        let config = config.replace(
            "protected = true\n",
            "protected = true\nsecrets = \"encrypt\"\nkms_key = \"alias/snapdeploy\"\n",
        );
        assert!(config.contains(&owns) && config.contains(&external) && config.contains("kms_key"));
        let config = format!("store = \"file://.snapdeploy\"\n{config}\n");
        fs::write(directory.path().join("snapdeploy.toml"), config).unwrap();
        let built = directory.path().join("built");
        fs::create_dir(&built).unwrap();
        fs::write(built.join("index.js"), format!("exports.key = '{}'", hunt.plain("an artifact"))).unwrap();
        // Code is kept as it is: what is written into it is not ours to change. It is nowhere but in the archives of
        // code, in the store, in packages and where one was unpacked.
        for code in ["code", "an artifact"] {
            hunt.allow(code, &["/.snapdeploy/blobs/", ".zip#blobs/", "/unpacked/blobs/", "/built/index.js"]);
        }
        Scene { sandbox, directory, hunt, webhook, runs: 0, variables: Vec::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Adds what prod's overlay says to the configuration.
    pub fn overlay(&self, text: &str) {
        let file = self.path("snapdeploy.toml");
        let config = fs::read_to_string(&file).unwrap();
        let before = config.split("# overlay of the hunt").next().unwrap().to_string();
        fs::write(file, format!("{before}# overlay of the hunt\n{text}")).unwrap();
    }

    /// Runs a command with every output there is; returns the last code and words.
    pub fn run(&mut self, arguments: &[&str]) -> (i32, String) {
        self.run_as(&OUTPUTS, arguments)
    }

    /// Runs a command with one output, another one each time.
    pub fn once(&mut self, arguments: &[&str]) -> (i32, String) {
        let output = OUTPUTS[self.runs % OUTPUTS.len()];
        self.run_as(&[output], arguments)
    }

    /// Runs a command that has to end with `code`, with one output.
    pub fn ends(&mut self, code: i32, arguments: &[&str]) -> String {
        let (ended, text) = self.run_as(&["json"], arguments);
        assert_eq!(ended, code, "{arguments:?}: {text}");
        text
    }

    fn run_as(&mut self, outputs: &[&str], arguments: &[&str]) -> (i32, String) {
        let mut last = (0, String::new());
        for output in outputs {
            let mut command = Command::new(env!("CARGO_BIN_EXE_snapdeploy"));
            command
                .current_dir(self.directory.path())
                .env_clear()
                .env("HOME", self.directory.path())
                .env("TMPDIR", self.path("tmp"))
                .env("USER", "tester")
                .env("CI", "true")
                .env("AWS_EC2_METADATA_DISABLED", "true")
                .env("AWS_ENDPOINT_URL", self.sandbox.endpoint())
                .env("AWS_ACCESS_KEY_ID", DEV)
                .env("AWS_SECRET_ACCESS_KEY", self.hunt.plain("the operator's secret key"))
                .env("SNAPDEPLOY_CLOCK_SCALE", "500")
                .env("SNAPDEPLOY_WEBHOOK", format!("{}/{}", self.webhook.url, self.hunt.plain("the webhook")))
                .env("GITHUB_OUTPUT", self.path("github-output"))
                .env("GITHUB_STEP_SUMMARY", self.path("github-summary"))
                .env("RUST_BACKTRACE", "1")
                .envs(self.variables.iter().map(|(name, value)| (name, value)))
                // What a build for the tests of tests leaves out.
                .envs(std::env::var_os("SNAPDEPLOY_SABOTAGE").map(|v| ("SNAPDEPLOY_SABOTAGE", v)))
                .args(arguments)
                .args(["--output", output, "-v", "-v"])
                .stdin(std::process::Stdio::null());
            let said = command.output().unwrap();
            self.runs += 1;
            let typed = format!("{} --output {output} (command {})", arguments.join(" "), self.runs);
            self.hunt.take(&format!("stdout of {typed}"), &said.stdout);
            self.hunt.take(&format!("stderr of {typed}"), &said.stderr);
            let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
            last = (said.status.code().unwrap_or(-1), text);
        }
        last
    }

    /// Searches everything that was written, also for what the sandbox handed out and was sent, and says how much it was.
    pub fn finish(mut self) -> Outcome {
        for (i, request) in self.webhook.requests.try_iter().enumerate() {
            // Its first line is the webhook's own URL.
            self.hunt.take(&format!("message {i} to the webhook"), request.body.as_bytes());
        }
        // The configuration is where the webhook's URL, the external id and texts of overlays are said.
        self.hunt.take_files(self.directory.path(), "snapdeploy.toml");
        for (what, value) in self.sandbox.told() {
            // Each is a place of its own; a test has no end of them.
            self.hunt.other(format!("{what}: {}", &value[..6]).leak(), &value);
        }
        let outcome = self.hunt.search();
        println!(
            "{} commands, {} canaries, {} places, {} bytes, {} found",
            self.runs,
            outcome.canaries,
            outcome.places,
            outcome.bytes,
            outcome.found.len()
        );
        outcome
    }
}
