//! What takes time: new functions (`Pending`), updates (`InProgress`), event source mappings.

use super::super::switch::Switches;
use super::held::{Edition, Function, Mapping, Outcome};

/// Something that has begun and is not over.
#[derive(Debug, Clone)]
pub(crate) struct UnderWay {
    began: f64,
    /// How many calls have named the function since.
    seen: u64,
    fails: bool,
    /// The edition before an update; none for what is new.
    before: Option<Box<Edition>>,
}

impl UnderWay {
    pub(crate) fn new(rules: &Rules, before: Option<Edition>) -> UnderWay {
        UnderWay { began: rules.now, seen: 0, fails: rules.doomed, before: before.map(Box::new) }
    }

    fn over(&mut self, rules: &Rules) -> bool {
        let over = !rules.held && self.seen >= rules.calls && rules.now >= self.began + rules.seconds as f64;
        self.seen += 1;
        over
    }

    /// Whether it is an update, else a creation.
    pub(crate) fn updates(&self) -> bool {
        self.before.is_some()
    }
}

/// The switches and the time, as a call finds them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) now: f64,
    calls: u64,
    seconds: u64,
    held: bool,
    /// What this call begins will fail.
    pub(crate) doomed: bool,
    failed_update_stays: bool,
    pub(crate) conflict_before_revision: bool,
    pub(crate) unchanged_version_is_new: bool,
}

impl Rules {
    /// Nothing takes time: for what is there from the start.
    pub(crate) fn settled(now: f64) -> Rules {
        Rules {
            now,
            calls: 0,
            seconds: 0,
            held: false,
            doomed: false,
            failed_update_stays: true,
            conflict_before_revision: true,
            unchanged_version_is_new: false,
        }
    }

    pub(crate) fn of(switches: &Switches, now: f64, doomed: bool) -> Rules {
        Rules {
            now,
            calls: switches.number("lambda_update_calls"),
            seconds: switches.number("lambda_update_seconds"),
            held: switches.on("lambda_updates_held"),
            doomed,
            failed_update_stays: switches.on("lambda_failed_update_stays"),
            conflict_before_revision: switches.on("lambda_conflict_before_revision"),
            unchanged_version_is_new: switches.on("lambda_unchanged_version_is_new"),
        }
    }
}

/// A call names a function: what is due ends.
pub(crate) fn function(function: &mut Function, rules: &Rules) {
    edition(&mut function.latest, rules);
    for version in function.versions.values_mut() {
        let revision = version.revision.clone();
        edition(version, rules);
        // A version that becomes active keeps its revision, unlike $LATEST (LocalStack's suite, recorded on AWS:
        // test_function_revisions_version_and_alias).
        version.revision = revision;
    }
}

fn edition(edition: &mut Edition, rules: &Rules) {
    let Some(under_way) = edition.under_way.as_mut() else { return };
    if !under_way.over(rules) {
        return;
    }
    let Some(under_way) = edition.under_way.take() else { return };
    let failed = || Outcome::Failed("InternalError".into(), "Internal error during the update".into());
    match (under_way.before, under_way.fails) {
        (Some(_), false) => edition.update = Outcome::Well,
        (Some(before), true) => {
            // assumed: switch lambda_failed_update_stays
            if !rules.failed_update_stays {
                edition.code = before.code;
                edition.members = before.members;
            }
            edition.update = failed();
        }
        (None, false) => edition.state = Outcome::Well,
        (None, true) => edition.state = failed(),
    }
    // The end of a creation or an update changes the revision (LocalStack's suite, recorded on AWS:
    // test_function_revisions_basic).
    edition.revise();
}

/// A call names a mapping; whether it is still there afterwards.
pub(crate) fn mapping(mapping: &mut Mapping, rules: &Rules) -> bool {
    let Some((state, under_way)) = mapping.passing.as_mut() else { return true };
    if !under_way.over(rules) {
        return true;
    }
    let gone = *state == "Deleting";
    mapping.passing = None;
    !gone
}
