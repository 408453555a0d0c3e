//! Canaries: values that nobody else could write are put into every sensitive place, everything is done and everything
//! fails, and then every byte that was written anywhere is searched for them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use snapdeploy::core::base64;
use snapdeploy::sandbox::{Fault, FaultKind, Sandbox, Scenario};
use tempfile::TempDir;

use crate::http::{Listener, answer};

const DEV: &str = "111111111111";
const PROD: &str = "222222222222";
const REGION: &str = "us-east-1";

const OUTPUTS: [&str; 3] = ["human", "json", "github"];

/// A value that is found wherever it stands: a prefix, and 24 characters of chance.
fn canary(place: &str) -> String {
    let mut random = [0; 12];
    getrandom::fill(&mut random).unwrap();
    format!("canary-{place}-{}", hex::encode(random))
}

/// What was planted, by where, and what was searched.
struct Hunt {
    canaries: BTreeMap<&'static str, String>,
    places: usize,
    bytes: usize,
    found: Vec<String>,
}

/// Returns the spellings under which `canary` may be met: raw, in base64 at each of three offsets, percent-encoded.
fn spellings(canary: &str) -> Vec<Vec<u8>> {
    let mut all = vec![canary.as_bytes().to_vec()];
    for offset in 0..3_usize {
        let padded = [vec![b' '; offset], canary.as_bytes().to_vec()].concat();
        let encoded = base64::encode(&padded);
        // What the neighbours decide is left out on both sides.
        let (start, end) = (if offset == 0 { 0 } else { 4 }, encoded.trim_end_matches('=').len() - 2);
        all.push(encoded.as_bytes()[start..end].to_vec());
    }
    all.push(canary.replace('-', "%2D").into_bytes());
    all
}

impl Hunt {
    fn new() -> Hunt {
        Hunt { canaries: BTreeMap::new(), places: 0, bytes: 0, found: Vec::new() }
    }

    fn plant(&mut self, place: &'static str) -> String {
        self.canaries.entry(place).or_insert_with(|| canary(place)).clone()
    }

    /// Searches `bytes`, which were written to `place`.
    fn search(&mut self, place: &str, bytes: &[u8]) {
        self.places += 1;
        self.bytes += bytes.len();
        for (planted, canary) in &self.canaries {
            for spelling in spellings(canary) {
                if bytes.windows(spelling.len()).any(|window| window == spelling) {
                    self.found.push(format!("{place} holds the canary of {planted}"));
                    break;
                }
            }
        }
    }

    /// Searches every file below `directory`, in archives too.
    fn search_files(&mut self, directory: &Path) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.search_files(&path);
                continue;
            }
            // The configuration is where the webhook's URL is said.
            if path.ends_with("snapdeploy.toml") {
                continue;
            }
            let bytes = fs::read(&path).unwrap();
            self.search(&path.display().to_string(), &bytes);
            if let Ok(mut archive) = zip::ZipArchive::new(std::io::Cursor::new(&bytes)) {
                for i in 0..archive.len() {
                    let mut inner = Vec::new();
                    let mut file = archive.by_index(i).unwrap();
                    std::io::copy(&mut file, &mut inner).unwrap();
                    self.search(&format!("{}#{i}", path.display()), &inner);
                }
            }
        }
    }
}

/// The example's centre with canaries, and a directory to type in.
struct Scene {
    sandbox: Sandbox,
    directory: TempDir,
    hunt: Hunt,
    webhook: Listener,
    runs: usize,
}

impl Scene {
    fn new() -> Scene {
        let mut hunt = Hunt::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut scenario = Scenario::load(&root.join("examples/acme")).unwrap();
        for account in [DEV, PROD] {
            let seed = scenario.account(account);
            seed.key(REGION, "alias/snapdeploy");
            seed.parameter(REGION, "/prod/word", &hunt.plant("ssm"));
            let api = serde_json::json!({ "token": hunt.plant("secretsmanager") }).to_string();
            seed.secret(REGION, "prod/api", &api);
            let (a, b) = match account {
                DEV => (hunt.plant("dev-password"), hunt.plant("dev-key")),
                _ => (hunt.plant("prod-password"), hunt.plant("prod-key")),
            };
            let own = if account == DEV { "DEV_KEY" } else { "PROD_KEY" };
            let function = seed.function(REGION, "vaulted").files(&[("index.js", b"exports")]);
            function
                .settings(serde_json::json!({ "Timeout": if account == DEV { 9 } else { 3 } }))
                .env(&[("DB_PASSWORD", &a), (own, &b)]);
        }
        let sandbox = Sandbox::start(scenario).unwrap();
        let answers = vec![answer(200, "ok"); 40];
        let webhook = Listener::new(&answers.iter().map(|a| &a[..]).collect::<Vec<_>>());
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("tmp")).unwrap();
        let config = fs::read_to_string(root.join("examples/acme/snapdeploy.toml")).unwrap();
        // A store on disk can be searched, SQLite's files too.
        let other = |line: &&str| !line.starts_with("store");
        let config: Vec<&str> = config.lines().filter(other).collect();
        let config =
            config.join("\n").replace("[\"connect/*\"]", "[\"connect/*\", \"lambda/function/vaulted\"]");
        let config = config.replace(
            "protected = true\n",
            "protected = true\nsecrets = \"encrypt\"\nkms_key = \"alias/snapdeploy\"\n",
        );
        let config = format!("store = \"file://.snapdeploy\"\n{config}\n");
        fs::write(directory.path().join("snapdeploy.toml"), config).unwrap();
        Scene { sandbox, directory, hunt, webhook, runs: 0 }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Adds what prod's overlay says to the configuration.
    fn overlay(&self, text: &str) {
        let file = self.path("snapdeploy.toml");
        let config = fs::read_to_string(&file).unwrap();
        let before = config.split("# overlay of the hunt").next().unwrap().to_string();
        fs::write(file, format!("{before}# overlay of the hunt\n{text}")).unwrap();
    }

    /// Runs a command with every output there is and searches what it says; returns the last code and words.
    fn run(&mut self, arguments: &[&str]) -> (i32, String) {
        self.run_as(&OUTPUTS, arguments)
    }

    /// Runs a command that is to fail with one output, another one each time.
    fn fail(&mut self, arguments: &[&str]) {
        let output = OUTPUTS[self.runs % OUTPUTS.len()];
        self.run_as(&[output], arguments);
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
                .env("AWS_SECRET_ACCESS_KEY", self.hunt.plant("secret-key"))
                .env("SNAPDEPLOY_CLOCK_SCALE", "500")
                .env("SNAPDEPLOY_WEBHOOK", format!("{}/{}", self.webhook.url, self.hunt.plant("webhook")))
                .env("GITHUB_OUTPUT", self.path("github-output"))
                .env("GITHUB_STEP_SUMMARY", self.path("github-summary"))
                .env("RUST_BACKTRACE", "1")
                .args(arguments)
                .args(["--output", output, "-v", "-v"])
                .stdin(std::process::Stdio::null());
            let said = command.output().unwrap();
            self.runs += 1;
            let typed = format!("{arguments:?} --output {output}");
            self.hunt.search(&format!("stdout of {typed}"), &said.stdout);
            self.hunt.search(&format!("stderr of {typed}"), &said.stderr);
            let text = String::from_utf8_lossy(&[said.stdout, said.stderr].concat()).into_owned();
            last = (said.status.code().unwrap_or(-1), text);
        }
        last
    }

    /// Searches everything else, and tells how much it was.
    fn finish(mut self) -> Hunt {
        for request in self.webhook.requests.try_iter() {
            self.hunt.search("a body that the webhook got", request.body.as_bytes());
        }
        let directory = self.directory.path().to_path_buf();
        self.hunt.search_files(&directory);
        self.hunt
    }
}

const DEPLOY: [&str; 5] = ["deploy", "dev@latest", "--to", "prod", "--confirm"];

#[test]
fn no_canary_leaves_whatever_is_done_and_whatever_fails() {
    let mut scene = Scene::new();
    let deploy = [&DEPLOY[..], &["acme/prod"]].concat();
    // Every verb, as it goes well.
    for arguments in [
        &["extract", "dev", "--note", "n"][..],
        &["extract", "prod"],
        &["show", "dev"],
        &["show", "dev@latest"],
        &["diff", "dev@latest", "prod@latest"],
        &["package", "create", "dev@latest", "--out", "r.zip"],
        &["package", "inspect", "r.zip"],
        &["package", "unpack", "r.zip", "unpacked"],
        &["deploy", "dev@latest", "--to", "prod", "--dry-run"],
        &["deploy", "dev@latest", "--to", "prod", "--save-plan", "p.json"],
        &["deploy", "--plan", "p.json", "--confirm", "acme/prod"],
        &["health", "prod"],
        &["history"],
        &["history", "export"],
        &["rollback", "prod", "--dry-run"],
        &["show", "prod@latest", "lambda/function/vaulted"],
        &["rollback", "prod", "--confirm", "acme/prod"],
        &["frobnicate"],
    ] {
        scene.run(arguments);
    }
    // An overlay that reads both stores, for what takes secrets.
    let given = "[environments.prod.overlay.\"lambda/function/vaulted\".Environment.Variables]\n\
         DEV_KEY = \"@{ssm:/prod/word}\"\nTOKEN = \"x@{secretsmanager:prod/api#token}y\"\n";
    let function = [&deploy[..], &["lambda/function/vaulted", "--overwrite-drift"]].concat();
    scene.overlay("");
    let (code, text) = scene.run(&function);
    assert_eq!(code, 13, "{text}");
    assert!(text.contains("needs Environment.Variables.DEV_KEY, which is a secret"), "{text}");
    scene.overlay(given);
    let (code, text) = scene.run(&function);
    assert_eq!(code, 0, "{text}");
    let updated = |scene: &Scene| {
        scene.sandbox.calls().iter().filter(|c| c.operation == "UpdateFunctionConfiguration").count()
    };
    assert!(updated(&scene) > 0, "the function was written");
    for operation in ["UpdateFunctionConfiguration", "Decrypt", "GenerateDataKey"] {
        for kind in [FaultKind::Echo { status: 400 }, FaultKind::Echo { status: 500 }, FaultKind::DropAfter] {
            scene.sandbox.fault(Fault { times: 60, ..Fault::next(operation, kind) });
            scene.fail(&["rollback", "prod", "--confirm", "acme/prod"]);
            scene.fail(&function);
            scene.sandbox.clear_faults();
            scene.fail(&["deploy", "--resume", "--confirm", "acme/prod"]);
        }
    }
    scene.run(&["rollback", "prod", "--confirm", "acme/prod"]);
    // The same for what takes none: the plan is blocked after the parameters were read.
    scene.overlay(
        "[environments.prod.overlay.\"connect/queue/Sales\"]\n\
         Description = \"@{ssm:/prod/word} @{secretsmanager:prod/api#token}\"\n",
    );
    let (code, text) = scene.run(&deploy);
    assert_eq!(code, 13, "{text}");
    assert!(text.contains("is no secret there"), "{text}");
    let asked = |operation: &str| scene.sandbox.calls().iter().filter(|c| c.operation == operation).count();
    assert!(asked("GetParameter") >= 3 && asked("GetSecretValue") >= 3);
    // Everything fails that reads them, and what they were sent is quoted.
    for operation in ["GetParameter", "GetSecretValue", "AssumeRole", "GetCallerIdentity", "ListInstances"] {
        for kind in [
            FaultKind::AccessDenied,
            FaultKind::Throttle,
            FaultKind::ServerError,
            FaultKind::Echo { status: 500 },
            FaultKind::Echo { status: 400 },
            FaultKind::DropAfter,
            FaultKind::ExpiredToken,
        ] {
            scene.sandbox.fault(Fault { times: 60, ..Fault::next(operation, kind) });
            scene.fail(&["deploy", "dev@latest", "--to", "prod", "--dry-run"]);
            scene.sandbox.clear_faults();
        }
    }
    // A run that fails, stops, goes on and goes back.
    scene.overlay("");
    for kind in [FaultKind::AccessDenied, FaultKind::Echo { status: 400 }, FaultKind::DropAfter] {
        scene.sandbox.fault(Fault { nth: 2, ..Fault::next("CreateQueue", kind) });
        scene.fail(&[&deploy[..], &["--on-failure", "stop", "--overwrite-drift"]].concat());
        scene.sandbox.clear_faults();
        scene.fail(&["deploy", "--resume", "--confirm", "acme/prod"]);
        scene.fail(&["rollback", "prod", "--confirm", "acme/prod"]);
    }
    let runs = scene.runs;
    let hunt = scene.finish();
    let Hunt { places, bytes, found, canaries } = hunt;
    println!(
        "{runs} commands, {} canaries, {places} places, {bytes} bytes, {} found",
        canaries.len(),
        found.len()
    );
    assert!(places > 200 && bytes > 1_000_000, "{places} places and {bytes} bytes are not everything");
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_planted_canary_is_found_however_it_is_spelled() {
    let mut hunt = Hunt::new();
    let canary = hunt.plant("plant");
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("deep");
    fs::create_dir(&inner).unwrap();
    let texts = [
        format!("raw {canary}!"),
        format!("x{}", base64::encode(format!("a:{canary}:b").as_bytes())),
        base64::encode(format!("ab{canary}").as_bytes()),
        format!("?q={}", canary.replace('-', "%2D")),
    ];
    for (i, text) in texts.iter().enumerate() {
        fs::write(inner.join(format!("{i}.txt")), text).unwrap();
    }
    let mut archive = zip::ZipWriter::new(fs::File::create(directory.path().join("a.zip")).unwrap());
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("x", options).unwrap();
    std::io::Write::write_all(&mut archive, canary.repeat(20).as_bytes()).unwrap();
    archive.finish().unwrap();
    fs::write(directory.path().join("clean"), "canary-plant-of-another-hunt").unwrap();
    hunt.search_files(directory.path());
    assert_eq!(hunt.found.len(), 5, "{:?}", hunt.found);
}
