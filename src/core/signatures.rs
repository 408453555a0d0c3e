//! Signatures in the store: beside the package that they are on.

use bytes::Bytes;

use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::objects::{Created, Key};
use super::repository::Repository;
use super::signature::Signature;

/// What lies beside a package, in the store or beside its file.
#[derive(Debug, Default)]
pub struct Signatures {
    /// Signatures, good or not.
    pub found: Vec<Signature>,
    /// What is none: where it lies, and why. It says nothing of the others: whoever can write beside a package cannot keep
    /// it from being deployed.
    pub unreadable: Vec<String>,
}

impl Repository<'_> {
    /// Keeps a signature on `package`: `packages/sha256/DIGEST.sig/KEY.json`, KEY being the digest of the key's name; where
    /// something else lies there, `KEY-SIGNATURE.json` beside it, so that nobody who has written there before keeps it out.
    pub async fn put_signature(&self, package: &Digest, signature: &Signature) -> Result<Created> {
        let bytes = Bytes::from(signature.to_bytes()?);
        let digest = Digest::of(&bytes);
        match self.objects.create(&key(package, &signature.key, None)?, bytes.clone()).await {
            Err(e) if matches!(e.kind, ErrorKind::Corrupt | ErrorKind::Denied) => {
                self.objects.create(&key(package, &signature.key, Some(&digest))?, bytes).await
            }
            created => created,
        }
    }

    /// Returns what is kept beside `package`.
    pub async fn signatures(&self, package: &Digest) -> Result<Signatures> {
        let prefix = format!("packages/sha256/{package}.sig/");
        let (mut all, mut after) = (Signatures::default(), None);
        loop {
            let page = self.objects.list(&prefix, after.as_ref()).await?;
            for at in &page.items {
                match self.signature(package, at).await {
                    Ok(signature) => all.found.push(signature),
                    // It may also be encrypted so that this reader may not read it.
                    Err(e) if matches!(e.kind, ErrorKind::Corrupt | ErrorKind::Denied) => {
                        all.unreadable.push(e.message);
                    }
                    // Taken away since it was listed.
                    Err(e) if e.kind == ErrorKind::NotFound => {}
                    Err(e) => return Err(e),
                }
            }
            after = page.items.last().cloned();
            if !page.more || after.is_none() {
                return Ok(all);
            }
        }
    }

    /// Returns the signature that lies at `at`. `Corrupt` if it is none, or one of another key than it is named by.
    async fn signature(&self, package: &Digest, at: &Key) -> Result<Signature> {
        let signature = Signature::from_bytes(&self.objects.read(at).await?).map_err(|e| e.context(at))?;
        let digest = Digest::of(&signature.to_bytes()?);
        let names = [key(package, &signature.key, None)?, key(package, &signature.key, Some(&digest))?];
        match names.contains(at) {
            true => Ok(signature),
            false => Err(Error::corrupt(format!("the signature {at} is of another key than it is named by"))),
        }
    }
}

fn key(package: &Digest, signer: &str, signature: Option<&Digest>) -> Result<Key> {
    let signer = Digest::of(signer.as_bytes());
    let beside = signature.map_or_else(String::new, |digest| format!("-{digest}"));
    Key::new(format!("packages/sha256/{package}.sig/{signer}{beside}.json"))
}
