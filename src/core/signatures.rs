//! Signatures in the store: beside the package that they are on.

use bytes::Bytes;

use super::digest::Digest;
use super::error::{Error, ErrorKind, Result};
use super::objects::{Created, Key};
use super::repository::Repository;
use super::signature::Signature;

impl Repository<'_> {
    /// Keeps a signature on `package`: `packages/sha256/DIGEST.sig/KEY.json`, KEY being the digest of the key's name. A
    /// key signs a package once: one that is there already stays, and is no error.
    pub async fn put_signature(&self, package: &Digest, signature: &Signature) -> Result<Created> {
        let bytes = Bytes::from(signature.to_bytes()?);
        match self.objects.create(&key(package, &signature.key)?, bytes).await {
            Err(e) if e.kind == ErrorKind::Corrupt => Ok(Created::Same),
            created => created,
        }
    }

    /// Returns the signatures on `package` that are kept, good or not. `Corrupt` if one cannot be read.
    pub async fn signatures(&self, package: &Digest) -> Result<Vec<Signature>> {
        let prefix = format!("packages/sha256/{package}.sig/");
        let mut found = Vec::new();
        // A key signs once, and nobody has a thousand.
        for at in self.objects.list(&prefix, None).await?.items {
            let signature = Signature::from_bytes(&self.objects.read(&at).await?);
            let signature = signature.map_err(|e| e.context(&at))?;
            if key(package, &signature.key)? != at {
                return Err(Error::corrupt(format!(
                    "the signature {at} is of another key than it is named by"
                )));
            }
            found.push(signature);
        }
        Ok(found)
    }
}

fn key(package: &Digest, signer: &str) -> Result<Key> {
    Key::new(format!("packages/sha256/{package}.sig/{}.json", Digest::of(signer.as_bytes())))
}
