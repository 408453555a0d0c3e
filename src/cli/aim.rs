//! What `rollback --to` names: a snapshot, a time, a run, a revision or an image. What may be several things is refused.

use crate::core::again::Choice;
use crate::core::forgotten;
use crate::core::means::Means;
use crate::core::restore::When;
use crate::core::run::RunRecord;
use crate::core::snapshot::Manifest;
use crate::core::tried::Tried;
use crate::core::{Error, ErrorKind, Result};

use super::context::{Context, Face};
use super::output::moment;
use super::runs as known;
use super::source::{Which, find, which_of};

/// Where to go back to.
pub(super) enum Aim {
    /// To what was there at a time, in a snapshot, or after a run.
    When(When),
    /// To an edition of the one service that is named: this revision.
    Edition(String),
}

/// Something that the text may name.
enum Candidate<'a> {
    Time(jiff::Timestamp),
    Snapshot(Box<Manifest>),
    Run(Box<RunRecord>),
    Edition(&'a Tried),
}

impl Candidate<'_> {
    /// Returns how it is written so that it is nothing else.
    fn spelled(&self) -> String {
        match self {
            Candidate::Time(at) => at.to_string(),
            Candidate::Snapshot(manifest) => format!("@{}", manifest.id),
            Candidate::Run(record) => record.start.run.to_string(),
            Candidate::Edition(tried) => format!(":{}", tried.edition.revision),
        }
    }

    fn shown(&self) -> String {
        match self {
            Candidate::Time(at) => format!("the time {}", moment(*at)),
            Candidate::Snapshot(manifest) => {
                format!("the snapshot {}, taken {}", manifest.id, moment(manifest.taken_at))
            }
            Candidate::Run(record) => format!("what the run {} left", record.start.run),
            Candidate::Edition(tried) => tried.edition.to_string(),
        }
    }
}

/// Returns what `text` names in `environment`; `choice` is what there is of the one service that is to go back.
pub(super) async fn aim(
    face: &Face,
    context: &Context,
    means: &Means<'_>,
    (environment, text): (&str, &str),
    choice: Option<&Choice>,
) -> Result<Aim> {
    let tried = choice.map(|c| c.tried.as_slice()).unwrap_or_default();
    if let Some(revision) = choice.and_then(|_| text.strip_prefix(':')).filter(|r| is_number(r)) {
        return Ok(Aim::Edition(revision.to_string()));
    }
    let mut all: Vec<Candidate<'_>> = tried
        .iter()
        .filter(|t| t.edition.is_called(text) || t.edition.ran(text))
        .map(Candidate::Edition)
        .collect();
    let mut why = None;
    if !(choice.is_some() && text.contains("@sha256:")) {
        match outside(context, means, environment, text).await {
            Ok(found) => all.push(found),
            // It is written as none of these: it may be the name of an edition.
            Err(e) if matches!(e.kind, ErrorKind::NotFound | ErrorKind::Input) => why = Some(e),
            Err(e) => return Err(e),
        }
    }
    if is_run(text) {
        match known::find(context, text, face).await {
            Ok(record) => all.push(Candidate::Run(Box::new(record))),
            Err(e) if e.kind == ErrorKind::NotFound => {}
            Err(e) => return Err(e),
        }
    }
    if all.is_empty()
        && let Some(revision) = unlisted(tried, text)
    {
        return Ok(Aim::Edition(revision));
    }
    let mut all = all.into_iter();
    match (all.next(), all.next()) {
        (Some(one), None) => settle(context, means, environment, one).await,
        (Some(a), Some(b)) => {
            let all: Vec<Candidate<'_>> = [a, b].into_iter().chain(all).collect();
            let shown: Vec<String> = all.iter().map(Candidate::shown).collect();
            let spelled: Vec<String> = all.iter().map(|c| format!("--to {}", c.spelled())).collect();
            Err(Error::input(format!("`{text}` may be any of these: {}", shown.join("; ")))
                .hint(format!("name one of them: {}", spelled.join(", "))))
        }
        (None, _) => Err(nothing(environment, text, choice, why)),
    }
}

/// Returns the snapshot or the time that `text` names.
async fn outside(
    context: &Context,
    means: &Means<'_>,
    environment: &str,
    text: &str,
) -> Result<Candidate<'static>> {
    Ok(match which(environment, text)? {
        Which::At(at) => Candidate::Time(at),
        which => Candidate::Snapshot(Box::new(find(context, environment, means.driver.pin(), &which).await?)),
    })
}

/// Returns the revision that `text` names although it is none of the last: AWS may still have it.
fn unlisted(tried: &[Tried], text: &str) -> Option<String> {
    let first = tried.first()?;
    let (family, _) = first.edition.name.rsplit_once(':')?;
    let number = match text.rsplit_once(':') {
        Some((named, number)) => (named == family).then_some(number)?,
        None => text,
    };
    is_number(number).then(|| number.to_string())
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 9 && text.bytes().all(|b| b.is_ascii_digit())
}

/// Returns whether `text` begins as the id of a run does: `20261119t18...`.
fn is_run(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    digits == 8 && text.as_bytes().get(8) == Some(&b't') && text.len() > 9
}

async fn settle(context: &Context, means: &Means<'_>, environment: &str, one: Candidate<'_>) -> Result<Aim> {
    let pin = means.driver.pin();
    let id = match one {
        Candidate::Edition(tried) => return Ok(Aim::Edition(tried.edition.revision.clone())),
        Candidate::Time(at) => return Ok(Aim::When(When::At(at))),
        Candidate::Snapshot(manifest) => manifest.id,
        Candidate::Run(record) => left_by(environment, pin, &record)?,
    };
    match context.repository().snapshot(pin, &id).await {
        Ok(snapshot) => Ok(Aim::When(When::Snapshot(Box::new(snapshot)))),
        Err(e) => Err(forgotten::explained(context.ledger(), pin, Some(environment), &id, e).await),
    }
}

/// Returns the snapshot of what the run left.
fn left_by(environment: &str, pin: &crate::core::Pin, record: &RunRecord) -> Result<crate::core::SnapshotId> {
    let (run, then) = (&record.start.run, &record.start.pin);
    if then != pin {
        return Err(Error::input(format!("the run {run} was in {then}, and {environment} points at {pin}"))
            .hint("name the environment that points there"));
    }
    let Some(finish) = &record.finish else {
        return Err(Error::input(format!("the run {run} has not ended, so it has left nothing yet"))
            .hint(format!("to undo it: snapdeploy rollback {environment} --run {run}")));
    };
    finish.after.clone().ok_or_else(|| {
        Error::not_found(format!("the run {run} kept no snapshot of what it left: {}", finish.message))
            .hint(format!("to undo it: snapdeploy rollback {environment} --run {run}"))
    })
}

/// Returns the error that nothing goes by `text`.
fn nothing(environment: &str, text: &str, choice: Option<&Choice>, why: Option<Error>) -> Error {
    // Written so, it can be nothing but a source, and that is wrong.
    let is_source = (text.contains('@') && !text.contains("sha256:")) || text == "live";
    let choice = match (choice, why) {
        (Some(_), Some(why)) if is_source && why.kind == ErrorKind::Input => return why,
        (Some(choice), _) => choice,
        (None, why) => return why.unwrap_or_else(|| Error::not_found(format!("nothing goes by `{text}`"))),
    };
    let address = &choice.found.address;
    let message = format!(
        "`{text}` is no snapshot of {environment}, no time, no run, and no revision or image of the last {} that \
         {address} ran",
        choice.tried.len()
    );
    let last: Vec<String> =
        choice.tried.iter().take(5).map(|t| format!(":{} for {}", t.edition.revision, t.edition)).collect();
    let shell = address.to_string().replace('\'', r"'\''");
    Error::not_found(message).hint(format!(
        "--to {}; an image that it never ran is deployed: snapdeploy deploy --to {environment} --artifact \
         '{shell}=REPOSITORY:TAG'",
        last.join(", --to ")
    ))
}

/// Returns which snapshot of `environment` the text names: as in a source, with or without `ENV@`.
fn which(environment: &str, text: &str) -> Result<Which> {
    let which = match text.split_once('@') {
        Some((named, which)) if named.is_empty() || named == environment => which,
        Some((named, _)) => {
            let message =
                format!("{environment} can only go back to what it was itself, not to what {named} was");
            return Err(Error::input(message)
                .hint(format!("to put that there: snapdeploy deploy {text} --to {environment}")));
        }
        None => text,
    };
    match which_of(which) {
        Ok(Which::Live) => Err(Error::input(format!("{environment}@live is what is there now"))
            .hint("name a snapshot or a time: --to yesterday")),
        Ok(which) => Ok(which),
        Err(why) => Err(Error::input(format!("`{text}` is neither a snapshot nor a time: {why}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_goes_back_to_itself_alone() {
        assert_eq!(which("prod", "good").unwrap(), Which::Good(0));
        assert_eq!(which("prod", "@latest~1").unwrap(), Which::Latest(1));
        assert_eq!(which("prod", "prod@nightly").unwrap(), Which::Named("nightly".into()));
        assert!(matches!(which("prod", "yesterday"), Ok(Which::At(_))));
        let other = which("prod", "dev@latest").unwrap_err();
        assert!(other.hint.unwrap().contains("deploy dev@latest --to prod"));
        assert!(which("prod", "live").is_err() && which("prod", "latest~x").is_err());
    }

    #[test]
    fn a_run_is_told_by_how_its_id_begins() {
        assert!(is_run("20261119t1800") && is_run("20261119t180000123-abc123"));
        assert!(!is_run("20261119") && !is_run("20261119t") && !is_run("1.4") && !is_run("2026-11-19"));
        assert!(is_number("41") && !is_number("") && !is_number("4x") && !is_number("01234567890123"));
    }
}
