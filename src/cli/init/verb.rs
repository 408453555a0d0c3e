//! The verb `init`.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::config::{self, Config, Store};
use crate::cli::context::{Face, banner, clock, variable};
use crate::cli::exit::Exit;
use crate::core::{Clock, Error, ErrorKind, Result};

use super::answers::{Answers, Place, Protection};
use super::asking::ask;
use super::file;
use super::policy::{self, PolicyArgs};
use super::report::InitReport;
use super::shared::{Consent, Shared};

/// Write a configuration to begin with, and set its store up
///
/// Asks for what the flags do not say, and looks around for answers: the profiles on this machine, the account, its
/// Connect instances. A configuration that is there is never changed. With --store s3://... what is missing of the
/// bucket and the two tables is made, after a question; what is there stays. Running it again changes nothing.
#[derive(Args, Clone, Debug, Default)]
#[command(after_long_help = "\
Examples:
  snapdeploy init --env dev --account 111111111111 --region eu-central-1 --instance acme-dev
  snapdeploy init --store s3://acme-snapdeploy/main
  snapdeploy init --policy prod --verb deploy --of write")]
pub(in crate::cli) struct InitArgs {
    /// The project's name; the directory's if not given
    #[arg(long, value_name = "NAME")]
    pub(super) project: Option<String>,
    /// The environment's name
    #[arg(long, value_name = "NAME")]
    pub(super) env: Option<String>,
    /// The account that it is in, twelve digits
    #[arg(long, value_name = "ID")]
    pub(super) account: Option<String>,
    /// The region
    #[arg(long, value_name = "REGION")]
    pub(super) region: Option<String>,
    /// The Connect instance: its alias, id or ARN
    #[arg(long, value_name = "INSTANCE")]
    pub(super) instance: Option<String>,
    /// The role to assume there
    #[arg(long, value_name = "ARN")]
    pub(super) role_arn: Option<String>,
    /// The role to assume where nothing is to be changed
    #[arg(long, value_name = "ARN")]
    pub(super) read_role_arn: Option<String>,
    /// The external id that the roles ask for
    #[arg(long, value_name = "TEXT")]
    pub(super) external_id: Option<String>,
    /// A change of the environment asks for the phrase PROJECT/NAME
    #[arg(long)]
    pub(super) protected: bool,
    /// Where things are kept: s3://BUCKET/PREFIX or file://DIRECTORY
    #[arg(long, value_name = "STORE")]
    pub(super) store: Option<String>,
    /// The region of the store; the environment's if not given
    #[arg(long, value_name = "REGION")]
    pub(super) store_region: Option<String>,
    /// Do not ask before the store is made
    #[arg(long)]
    pub(super) yes: bool,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
}

impl InitArgs {
    /// Returns whether anything was said that only a new file can hold.
    fn describes(&self) -> bool {
        let texts = [
            &self.project,
            &self.env,
            &self.account,
            &self.region,
            &self.instance,
            &self.role_arn,
            &self.read_role_arn,
            &self.external_id,
            &self.store_region,
        ];
        self.protected || texts.into_iter().any(Option::is_some)
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: &InitArgs, face: &Face) -> Result<Exit> {
    let given = face.config.as_deref();
    if let Some(environment) = &args.policy.policy {
        let config = config::load(given, variable("AWS_ENDPOINT_URL"))?;
        return policy::run(environment, &args.policy, &config, face);
    }
    let file = given.map_or_else(|| PathBuf::from(config::NAME), Path::to_path_buf);
    let there = std::fs::symlink_metadata(&file).is_ok();
    // A store alone may be meant for a configuration further up.
    if let Some(store) = args.store.as_ref().filter(|_| !args.describes())
        && (there || given.is_none() && config::is_above())
    {
        let config = config::load(given, variable("AWS_ENDPOINT_URL"))?;
        return existing(args, &config, store, face).await;
    }
    if there {
        let message = format!("{} is there already, and is left as it is", file.display());
        return Err(Error::input(message).hint(
            "edit it; or set its store up: snapdeploy init --store s3://BUCKET/PREFIX, with no flag but --yes",
        ));
    }
    new(args, &file, face).await
}

/// Sets the store of a configuration up that is there.
async fn existing(args: &InitArgs, config: &Config, store: &str, face: &Face) -> Result<Exit> {
    let wanted = config::store_of(store)?;
    if place(&wanted) != place(&config.store) {
        let file = config.file.display();
        let message = format!("{file} keeps things in {}, not in {}", place(&config.store), place(&wanted));
        return Err(Error::input(message).hint(format!("write store = \"{store}\" into it first")));
    }
    finish(args, config, None, face).await
}

/// Writes a new configuration, and sets its store up.
async fn new(args: &InitArgs, file: &Path, face: &Face) -> Result<Exit> {
    let folder =
        std::path::absolute(file).ok().and_then(|f| Some(f.parent()?.file_name()?.to_str()?.to_string()));
    let plain = |name: &String| name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    let folder = folder.filter(plain);
    let answers = match face.ui.can_ask() {
        true => ask(args, folder, &Clock::system(), face).await?,
        false => given(args, folder)?,
    };
    let text = file::text(&answers);
    let config = config::check(file, &text, variable("AWS_ENDPOINT_URL"))
        .map_err(|e| e.context("what was said makes no configuration"))?;
    finish(args, &config, Some((file, &text)), face).await
}

/// Returns what the flags say, or all that they do not say and have to.
fn given(args: &InitArgs, folder: Option<String>) -> Result<Answers> {
    let needed = [
        ("--project NAME", args.project.is_some() || folder.is_some()),
        ("--env NAME", args.env.is_some()),
        ("--account ID", args.account.is_some()),
        ("--region REGION", args.region.is_some()),
        ("--instance INSTANCE", args.instance.is_some()),
    ];
    let missing: Vec<&str> = needed.into_iter().filter(|(_, said)| !said).map(|(flag, _)| flag).collect();
    if !missing.is_empty() {
        let message =
            format!("there is no terminal to ask at, and these are missing: {}", missing.join(", "));
        return Err(Error::input(message).hint("snapdeploy init --help"));
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let store = args.store.clone().unwrap_or_else(|| config::DEFAULT_STORE.into());
    let shared = store.starts_with("s3://");
    Ok(Answers {
        project: args.project.clone().or(folder).unwrap_or_default(),
        store_region: args.store_region.clone().or_else(|| args.region.clone().filter(|_| shared)),
        store,
        places: vec![Place {
            name: text(&args.env),
            account: text(&args.account),
            region: text(&args.region),
            role_arn: args.role_arn.clone(),
            read_role_arn: args.read_role_arn.clone(),
            external_id: args.external_id.clone(),
            instance: text(&args.instance),
            protection: if args.protected { Protection::Protected } else { Protection::Open },
        }],
    })
}

/// Sets the store up and then writes the file, so that the same command can be typed again after a failure.
async fn finish(args: &InitArgs, config: &Config, new: Option<(&Path, &str)>, face: &Face) -> Result<Exit> {
    banner(config, &face.ui);
    let shared = Shared::look(config, &clock(config)?).await?;
    let mut made = Vec::new();
    if let Some(shared) = &shared {
        shared.consent(face, if args.yes { Consent::Given } else { Consent::Asked })?;
        if !shared.outlook.steps.is_empty() {
            face.signals.changing();
        }
    }
    let done = async {
        if let Some(shared) = &shared {
            shared.make(face, &mut made).await?;
        }
        new.map_or(Ok(()), |(file, text)| write(file, text))
    };
    let done = done.await;
    if let Err(e) = done {
        // Where there was no clear answer, something may have been made all the same.
        if made.is_empty() && e.kind != ErrorKind::Unavailable {
            return Err(e);
        }
        let hint = "the same command goes on from here";
        face.ui.error(&Error { hint: Some(hint.into()), ..e }, Exit::Stopped);
        return Ok(Exit::Stopped);
    }
    let first = config.environments.keys().next().map_or("ENV", String::as_str);
    face.ui.result(&InitReport {
        written: new.map(|(file, _)| file.display().to_string()),
        store: place(&config.store),
        made: made.iter().map(ToString::to_string).collect(),
        differs: shared.map(|s| s.outlook.differs).unwrap_or_default(),
        next: vec![format!("snapdeploy health {first}"), format!("snapdeploy extract {first}")],
    })?;
    Ok(Exit::Done)
}

fn write(file: &Path, text: &str) -> Result<()> {
    let failed = |e: std::io::Error| Error::failed(format!("cannot write {}: {e}", file.display()));
    let mut new = std::fs::OpenOptions::new().write(true).create_new(true).open(file).map_err(failed)?;
    new.write_all(text.as_bytes()).map_err(failed)
}

fn place(store: &Store) -> String {
    match store {
        Store::Embedded(directory) => directory.clone(),
        Store::Shared { bucket, prefix, .. } => {
            format!("s3://{bucket}/{prefix}").trim_end_matches('/').into()
        }
    }
}
