//! The verb `package` and its parts.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::context::Face;
use crate::cli::deploy::Depending;
use crate::cli::exit::Exit;
use crate::cli::source::SourceName;
use crate::core::{Error, Result};

use super::{create, folder, inspect, sign};

/// Make packages, look into them, take them apart and put them together
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package create dev@latest --label release=2026-11 --out release.zip
  snapdeploy package inspect release.zip")]
pub(in crate::cli) struct PackageArgs {
    #[command(subcommand)]
    part: PackagePart,
}

#[derive(Subcommand, Debug)]
enum PackagePart {
    Create(CreateArgs),
    Inspect(InspectArgs),
    Verify(VerifyArgs),
    Unpack(UnpackArgs),
    Pack(PackArgs),
    Sign(SignArgs),
    Keygen(KeygenArgs),
}

/// Make a package out of a snapshot
///
/// The package is kept in the store under its digest. The same documents and labels of the same snapshot always give
/// the same digest.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package create dev@latest --label release=2026-11
  snapdeploy package create dev@live 'connect/flow/*' --out flows.zip")]
pub(super) struct CreateArgs {
    /// The snapshot: ENV@latest, ENV@NAME, ENV@ID, ENV@TIME or ENV@live
    pub(super) source: SourceName,
    /// Which of it: addresses, or globs of addresses; everything if there are none
    #[arg(value_name = "ADDRESS")]
    pub(super) addresses: Vec<String>,
    /// Also what they refer to, and what that refers to; the words mean the same here
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "missing")]
    pub(super) with_dependencies: Option<Depending>,
    /// A word on it, such as release=2026-11
    #[arg(long = "label", value_name = "K=V", value_parser = label)]
    pub(super) labels: Vec<(String, String)>,
    /// Also write it into this file
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// Show what is in a package
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package inspect release.zip
  snapdeploy package inspect 0f3c9a1b22d4 --output json")]
pub(super) struct InspectArgs {
    /// A package: FILE.zip, or 8 digits or more of its digest
    pub(super) package: SourceName,
    /// The environment whose role asks KMS for the keys that have signed it
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
}

/// Check that a package is whole: every byte is accounted for by a digest
///
/// Who has signed it is verified too. The code is 4 if a signature is not good.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package verify release.zip
  snapdeploy package verify 0f3c9a1b22d4")]
pub(super) struct VerifyArgs {
    /// A package: FILE.zip, or 8 digits or more of its digest
    pub(super) package: SourceName,
    /// The environment whose role asks KMS for the keys that have signed it
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
}

/// Take a package apart into readable files
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package unpack release.zip release/
  snapdeploy package unpack 0f3c9a1b22d4 release/")]
pub(super) struct UnpackArgs {
    /// A package: FILE.zip, or 8 digits or more of its digest
    pub(super) package: SourceName,
    /// A directory that is not there yet, or is empty
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
}

/// Put a package together out of what `unpack` made
///
/// Digests are taken anew; a package that nobody touched comes out with the digest that it had.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package pack release/ --out release.zip
  snapdeploy package pack release/")]
pub(super) struct PackArgs {
    /// The directory
    #[arg(value_name = "DIR")]
    pub(super) directory: PathBuf,
    /// The file to write, instead of keeping the package in the store
    #[arg(long, value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
}

/// Say of a package that it may be deployed
///
/// An environment with `signers` takes only packages that one of those keys has signed. What is signed is the package's
/// digest and labels, the time, and as whom the call was made. The signature is kept in the store and, for a package in a
/// file, in a line of FILE.zip.sig beside it.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package sign release.zip --key alias/releases --env prod
  snapdeploy package sign 0f3c9a1b22d4 --key release-key.json")]
pub(super) struct SignArgs {
    /// A package: FILE.zip, or 8 digits or more of its digest
    pub(super) package: SourceName,
    /// A KMS key of ECC_NIST_P256 (its ARN, or alias/NAME), or the file of a key that keygen made
    #[arg(long, value_name = "KEY")]
    pub(super) key: String,
    /// The environment whose role signs with a KMS key
    #[arg(long, value_name = "ENV")]
    pub(super) env: Option<String>,
}

/// Make a key that signs packages, for teams without KMS
///
/// The key is written into FILE, which nobody else may read, and its name printed: what goes into `signers`. Whoever has
/// the file can sign.
#[derive(Args, Debug)]
#[command(after_long_help = "\
Examples:
  snapdeploy package keygen release-key.json
  snapdeploy package keygen release-key.json --output json")]
pub(super) struct KeygenArgs {
    /// The file to write, which is not there yet
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.into(), value.into())),
        _ => Err("a label is written K=V, such as release=2026-11".into()),
    }
}

/// Fails unless `name` is a package.
pub(super) fn must_be_package(name: &SourceName) -> Result<()> {
    match name {
        SourceName::Snapshot { .. } => Err(Error::input(format!("{name} is a snapshot, not a package"))
            .hint(format!("snapdeploy package create {name} makes a package of it"))),
        _ => Ok(()),
    }
}

/// Runs the verb.
pub(in crate::cli) async fn run(args: &PackageArgs, face: &Face) -> Result<Exit> {
    match &args.part {
        PackagePart::Create(args) => create::run(args, face).await,
        PackagePart::Inspect(args) => inspect::inspect(args, face).await,
        PackagePart::Verify(args) => inspect::verify(args, face).await,
        PackagePart::Unpack(args) => folder::unpack(args, face).await,
        PackagePart::Pack(args) => folder::pack(args, face).await,
        PackagePart::Sign(args) => sign::sign(args, face).await,
        PackagePart::Keygen(args) => sign::keygen(args, face),
    }
}
