//! What CloudFront still holds as it was: made to forget it, or kept in mind where that fails.

use std::collections::BTreeSet;

use serde_json::Value;

use super::fetch;
use super::send::{Sender, later};
use crate::aws::Failure;
use crate::core::run::RunKind;
use crate::core::{Digest, ErrorKind};

impl Sender<'_> {
    /// Lets CloudFront forget the paths that `args` name, and those that it could not be told to forget before. What it
    /// cannot be told now either, the next one does.
    pub(super) async fn forget(&self, args: &Value) -> Result<(), Failure> {
        let Some(id) = self.site.distribution.as_deref() else { return Ok(()) };
        let (mut manifest, etag) = fetch::manifest(self.calls, self.site).await.map_err(later)?;
        let named =
            args["Paths"].as_array().into_iter().flatten().filter_map(Value::as_str).map(String::from);
        let all: BTreeSet<String> = named.chain(manifest.stale.iter().cloned()).collect();
        // Another switch to the same files is another invalidation.
        let switch = if manifest.switch.is_empty() { &manifest.id } else { &manifest.switch };
        // Source: "CreateInvalidation", Amazon CloudFront API Reference: the same reference with other paths is refused.
        let names: Vec<&str> = all.iter().map(String::as_str).collect();
        let reference = Digest::of(format!("{switch}\n{}", names.join("\n")).as_bytes());
        let done = self.invalidate(&all, &format!("snapdeploy-{reference}")).await;
        let Err(failure) = done else {
            if !manifest.stale.is_empty() {
                manifest.stale.clear();
                self.note(&mut manifest, etag.as_deref()).await?;
            }
            return Ok(());
        };
        if failure.error.kind == ErrorKind::Interrupted {
            return Err(failure);
        }
        if manifest.stale != all {
            manifest.stale = all;
            // Where even this fails, the hint below says how all of it is forgotten.
            let _ = self.note(&mut manifest, etag.as_deref()).await;
        }
        let error = failure.error.context(format!("CloudFront's {id} may go on serving old pages"));
        // Source: "Actions defined by Amazon CloudFront", Service Authorization Reference.
        let allow = "allow cloudfront:GetDistribution, CreateInvalidation and GetInvalidation";
        let by_hand = format!("aws cloudfront create-invalidation --distribution-id {id} --paths '/*'");
        if matches!(error.kind, ErrorKind::NotFound | ErrorKind::Blocked) {
            let error = error.hint("see `distribution` of the site in the configuration");
            return Err(Failure { error, ..failure });
        }
        let error = error.hint(match self.with.kind {
            RunKind::Deploy => {
                format!("{allow}; the next deployment that changes a page asks again, or at once: {by_hand}")
            }
            RunKind::Rollback => format!(
                "{allow}, then resume the run; or invalidate by hand: {by_hand}, take `distribution` out of the site's \
                 configuration, and resume the run"
            ),
        });
        Err(Failure { error, ..failure })
    }
}
