//! The lifecycle rules of a bucket: what ours are, and what others would do to the store.

use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleRule, LifecycleRuleFilter,
    NoncurrentVersionExpiration, TransitionStorageClass,
};

use crate::core::{Error, Result};

/// After how many days an upload that was never finished is removed.
const UNFINISHED_DAYS: i32 = 7;
/// For how many days what was deleted can be had back: by somebody, or by `store forget`, which alone deletes anything.
const NONCURRENT_DAYS: i32 = 90;

/// Returns the ids of our rules for the objects whose keys begin with `prefix`.
pub(super) fn ids(prefix: &str) -> [String; 2] {
    let of = if prefix.is_empty() { String::new() } else { format!(" {prefix}") };
    [format!("snapdeploy-unfinished-uploads{of}"), format!("snapdeploy-noncurrent-versions{of}")]
}

/// Returns our rules of these ids, for the objects whose keys begin with `prefix`.
pub(super) fn made(prefix: &str, wanted: &[String]) -> Result<Vec<LifecycleRule>> {
    let [unfinished, noncurrent] = ids(prefix);
    let rule = |id: &String| {
        let rule = LifecycleRule::builder()
            .id(id)
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build());
        let unfinished = (*id == unfinished).then(|| {
            AbortIncompleteMultipartUpload::builder().days_after_initiation(UNFINISHED_DAYS).build()
        });
        let noncurrent = (*id == noncurrent)
            .then(|| NoncurrentVersionExpiration::builder().noncurrent_days(NONCURRENT_DAYS).build());
        rule.set_abort_incomplete_multipart_upload(unfinished)
            .set_noncurrent_version_expiration(noncurrent)
            .build()
            .map_err(|e| Error::bug(format!("a lifecycle rule cannot be made: {e}")))
    };
    wanted.iter().map(rule).collect()
}

/// Returns the beginning of the keys that a rule is for; `None` if it is for objects with tags, which ours have none of.
fn reach(rule: &LifecycleRule) -> Option<&str> {
    let filter = rule.filter();
    let and = filter.and_then(LifecycleRuleFilter::and);
    if filter.is_some_and(|f| f.tag().is_some()) || and.is_some_and(|a| !a.tags().is_empty()) {
        return None;
    }
    #[allow(deprecated, reason = "rules that were made long ago say it there")]
    let old = rule.prefix();
    let prefix = filter.and_then(LifecycleRuleFilter::prefix).or_else(|| and?.prefix());
    Some(prefix.or(old).unwrap_or_default())
}

/// Returns which of our rules are missing for `prefix`, and what others would do to it, one line each.
pub(super) fn compare(prefix: &str, rules: &[LifecycleRule]) -> (Vec<String>, Vec<String>) {
    let mut differs = Vec::new();
    let on = |rule: &&LifecycleRule| *rule.status() == ExpirationStatus::Enabled;
    let covering = |rule: &&LifecycleRule| reach(rule).is_some_and(|r| prefix.starts_with(r));
    let has = [
        rules.iter().filter(on).filter(covering).any(|r| r.abort_incomplete_multipart_upload().is_some()),
        rules.iter().filter(on).filter(covering).any(|r| r.noncurrent_version_expiration().is_some()),
    ];
    let mut missing = Vec::new();
    for (id, has) in ids(prefix).into_iter().zip(has) {
        if has {
            continue;
        }
        match rules.iter().any(|r| r.id() == Some(&id)) {
            // Somebody turned it off, or made it another one.
            true => differs.push(format!("its rule {id} is not as snapdeploy makes it")),
            false => missing.push(id),
        }
    }
    let touching =
        |rule: &&LifecycleRule| reach(rule).is_some_and(|r| prefix.starts_with(r) || r.starts_with(prefix));
    for rule in rules.iter().filter(on).filter(touching) {
        let id = rule.id().unwrap_or("without a name");
        let expires = rule.expiration().is_some_and(|e| e.days().is_some() || e.date().is_some());
        if expires {
            differs.push(format!("its rule {id} deletes what the store keeps: take the store out of it"));
        }
        let readable = [
            TransitionStorageClass::StandardIa,
            TransitionStorageClass::OnezoneIa,
            TransitionStorageClass::IntelligentTiering,
            TransitionStorageClass::GlacierIr,
        ];
        let mut classes = rule.transitions().iter().filter_map(|t| t.storage_class());
        if classes.any(|class| !readable.contains(class)) {
            differs
                .push(format!("its rule {id} archives what the store has to read: take the store out of it"));
        }
    }
    (missing, differs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_sdk_s3::types::LifecycleExpiration;

    fn expiring(prefix: &str) -> LifecycleRule {
        LifecycleRule::builder()
            .id("logs")
            .status(ExpirationStatus::Enabled)
            .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
            .expiration(LifecycleExpiration::builder().days(30).build())
            .build()
            .unwrap()
    }

    #[test]
    fn our_rules_are_missed_until_they_are_there() {
        let (missing, differs) = compare("main/", &[]);
        assert_eq!((missing.len(), differs.len()), (2, 0));
        let rules = made("main/", &missing).unwrap();
        assert_eq!(compare("main/", &rules), (Vec::new(), Vec::new()));
        assert_eq!(compare("other/", &rules).0.len(), 2, "another store in the bucket has its own");
        let whole = made("", &ids("")).unwrap();
        assert_eq!(compare("main/", &whole).0.len(), 0, "a rule for the whole bucket is for the store too");
    }

    #[test]
    fn a_rule_of_ours_that_was_turned_off_is_named_and_left() {
        let mut rules = made("main/", &ids("main/")).unwrap();
        rules[0].status = ExpirationStatus::Disabled;
        let (missing, differs) = compare("main/", &rules);
        assert!(
            missing.is_empty() && differs[0].contains("unfinished-uploads main/ is not as"),
            "{differs:?}"
        );
    }

    #[test]
    fn a_rule_that_would_delete_snapshots_is_named() {
        for (prefix, named) in [("", 1), ("main/snap", 1), ("ma", 1), ("logs/", 0)] {
            let (_, differs) = compare("main/", &[expiring(prefix)]);
            assert_eq!(differs.len(), named, "{prefix}: {differs:?}");
        }
    }
}
