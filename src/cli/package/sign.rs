//! `package sign` and `package keygen`.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use crate::aws::signing;
use crate::cli::bounded;
use crate::cli::context::{Context, Face};
use crate::cli::exit::Exit;
use crate::cli::output::Report;
use crate::cli::signed::{FILE, beside, in_file};
use crate::cli::source::SourceName;
use crate::cli::ui::Ink;
use crate::core::environment::Access;
use crate::core::objects::Created;
use crate::core::signature::{STATEMENT_SCHEMA, Signature, Signer, Statement};
use crate::core::signatures::Signatures;
use crate::core::signing_key::SigningKey;
use crate::core::{Clock, Digest, Error, Result};

use super::inspect::read;
use super::verb::{KeygenArgs, SignArgs};

/// The file of a key is not larger than this.
const MOST: u64 = 1 << 16;

/// Runs `package sign`. A package in a file can be signed where there is no configuration, with a key in a file.
pub(super) async fn sign(args: &SignArgs, face: &Face) -> Result<Exit> {
    let (digest, package) = read(&args.package, face).await?;
    let file = if let SourceName::File(file) = &args.package { Some(file.as_path()) } else { None };
    let is_kms = args.key.starts_with("arn:") || args.key.starts_with("alias/");
    let context = match file.is_none() || is_kms {
        true => Some(Context::open(face).await?),
        false => Context::open(face).await.ok(),
    };
    let statement = |signer: Option<String>| Statement {
        schema: STATEMENT_SCHEMA.into(),
        package: digest,
        at: context.as_ref().map_or_else(|| Clock::system().now(), |c| c.clock.now()),
        signer,
        labels: package.manifest.labels.clone(),
    };
    let (signature, public) = match (&context, is_kms) {
        (Some(context), true) => {
            let Some(environment) = &args.env else {
                return Err(Error::input("a KMS key is used with the role of an environment")
                    .hint(format!("snapdeploy package sign {} --key {} --env ENV", args.package, args.key)));
            };
            let account = context.account(environment, Access::Write).await?;
            let (message, kept) = statement(context.identity_of_base().await).to_bytes()?;
            let (arn, made) = signing::sign(&account, &args.key, &message).await?;
            let signature = Signature::new(&arn.parse::<Signer>()?, &kept, &made);
            let public = signing::public_key(&account, &arn).await?;
            signature.verify(&digest, Some(&public))?;
            (signature, Some(public))
        }
        _ => {
            let path = Path::new(&args.key);
            let bytes = bounded::read(path, MOST)
                .map_err(|e| Error::input(format!("cannot read the key {}: {e}", path.display())))?;
            let key = SigningKey::from_bytes(&bytes)?;
            let (message, kept) = statement(None).to_bytes()?;
            (Signature::new(&key.signer(), &kept, &key.sign(&message)), None)
        }
    };
    // A key signs a package once; what only says that it is of this key does not count.
    let signed = |there: &Signatures| {
        let good = |one: &Signature| one.verify(&digest, public.as_deref()).is_ok();
        there.found.iter().any(|one| one.key == signature.key && good(one))
    };
    let mut is_new = false;
    if let Some(context) = &context
        && !signed(&context.repository().signatures(&digest).await?)
    {
        is_new |= context.repository().put_signature(&digest, &signature).await? == Created::New;
    }
    if let Some(file) = file
        && !signed(&in_file(file))
    {
        append(file, &signature)?;
        is_new = true;
    }
    face.ui.result(&SignReport { digest, key: signature.key, is_new })?;
    Ok(Exit::Done)
}

/// Writes the signature beside the package, on a line of its own whatever is there.
fn append(file: &Path, signature: &Signature) -> Result<()> {
    let path = beside(file);
    let cannot = |e: io::Error| {
        Error::failed(format!("cannot write {}: {e}", path.display()))
            .hint("if it holds no signatures, remove it and sign again")
    };
    let mut line = signature.to_bytes()?;
    match bounded::read(&path, FILE) {
        Ok(there) if there.last().is_some_and(|last| *last != b'\n') => line.insert(0, b'\n'),
        Ok(_) => {}
        Err(e) if e.kind() == io::ErrorKind::NotFound => {}
        Err(e) => return Err(cannot(e)),
    }
    let mut out = OpenOptions::new().append(true).create(true).open(&path).map_err(cannot)?;
    out.write_all(&line).map_err(cannot)
}

/// Runs `package keygen`.
pub(super) fn keygen(args: &KeygenArgs, face: &Face) -> Result<Exit> {
    let (key, bytes) = SigningKey::generate()?;
    let cannot = |e: io::Error| Error::failed(format!("cannot write {}: {e}", args.file.display()));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(&args.file).and_then(|mut file| file.write_all(&bytes)).map_err(cannot)?;
    face.ui.result(&KeyReport { key: key.signer().to_string(), file: &args.file })?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct SignReport {
    digest: Digest,
    key: String,
    is_new: bool,
}

impl Report for SignReport {
    const SCHEMA: &'static str = "snapdeploy.signed/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        let verb = if self.is_new { "Signed" } else { "Was signed already" };
        writeln!(out, "{verb}: {} by {}", self.digest, self.key)
    }

    fn outputs(&self) -> Vec<(&'static str, String)> {
        vec![("package", self.digest.to_string()), ("key", self.key.clone())]
    }
}

#[derive(Serialize)]
struct KeyReport<'a> {
    key: String,
    file: &'a Path,
}

impl Report for KeyReport<'_> {
    const SCHEMA: &'static str = "snapdeploy.signing-key-made/1";

    fn human(&self, out: &mut dyn Write, _: Ink) -> io::Result<()> {
        writeln!(out, "Made {}: keep it where only those can read it who may sign", self.file.display())?;
        writeln!(out, "In snapdeploy.toml: signers = [\"{}\"]", self.key)
    }
}
