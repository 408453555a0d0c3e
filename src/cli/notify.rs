//! A notice to a webhook when a change fails, or needs a person.
//!
//! Told is a run that stopped, was turned back, could not be turned back, goes on or was superseded (codes 3, 6, 7, 8,
//! 9), wherever it ran: others want to know what became of the environment. A change or an extraction that failed
//! without changing anything is told only where nobody looks on, in a CI: at a terminal whoever typed it sees it. Told
//! nowhere: what was merely mistyped, declined or interrupted, dry runs, and questions such as `diff` and `health`.
//!
//! The webhook's URL is as good as a password, so that only its host is ever printed. What is posted says nothing of any
//! resource's content.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde::Serialize;

use crate::aws::http;
use crate::core::redact::{self, redact};
use crate::core::run::Actor;
use crate::core::{Error, ErrorKind, RunId};

use super::exit::Exit;
use super::output::RunReport;
use super::ui::Ui;

/// How long one attempt may take.
const LIMIT: Duration = Duration::from_secs(10);
/// How long to wait before each further attempt.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(3)];

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Subject {
    /// A deployment, or going on with one.
    Deploy,
    /// A rollback.
    Rollback,
    /// Keeping a snapshot.
    Extract,
}

/// What is known of the command by now; every verb adds what it finds out. Clones share it.
#[derive(Clone, Debug, Default)]
pub(super) struct Notice(Rc<RefCell<Draft>>);

#[derive(Debug, Default)]
struct Draft {
    webhook: Option<String>,
    project: Option<String>,
    about: Option<(Subject, String)>,
    actor: Option<Actor>,
    run: Option<RunId>,
    rollback: Option<RunId>,
    message: Option<String>,
    hint: Option<String>,
    ways_out: Vec<String>,
}

/// `snapdeploy.notice/1`. `text` is a sentence, where chat services look for one: only words of ours and names of the
/// configuration, so that nothing in it can call anybody.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    text: String,
    data: Data<'a>,
}

#[derive(Serialize)]
struct Data<'a> {
    project: Option<&'a str>,
    environment: &'a str,
    kind: Subject,
    status: &'static str,
    exit: Exit,
    meaning: &'static str,
    run: Option<&'a RunId>,
    /// The run that undid it, or was to.
    rollback: Option<&'a RunId>,
    message: Option<&'a str>,
    hint: Option<&'a str>,
    /// The commands that lead out of it.
    ways_out: &'a [String],
    /// As whom, and on which machine.
    identity: Option<&'a str>,
    host: Option<&'a str>,
    /// The CI's own link to the job.
    ci: Option<String>,
    tool: &'static str,
}

impl Notice {
    /// The project that it is about, and the webhook that the configuration names; `SNAPDEPLOY_WEBHOOK` comes first.
    pub(super) fn configured(&self, project: &str, webhook: Option<&str>) {
        let mut draft = self.0.borrow_mut();
        draft.project = Some(project.to_string());
        draft.webhook = webhook.map(str::to_string);
        for url in webhook.into_iter().map(str::to_string).chain(variable("SNAPDEPLOY_WEBHOOK")) {
            redact::register(&url);
        }
    }

    /// What is about to be done to which environment.
    pub(super) fn about(&self, subject: Subject, environment: &str) {
        self.0.borrow_mut().about = Some((subject, environment.to_string()));
    }

    /// Who does it.
    pub(super) fn actor(&self, actor: &Actor) {
        self.0.borrow_mut().actor = Some(actor.clone());
    }

    /// Why it fails.
    pub(super) fn failed(&self, error: &Error) {
        let mut draft = self.0.borrow_mut();
        (draft.message, draft.hint) = (Some(error.message.clone()), error.hint.clone());
    }

    /// How the run ended.
    pub(super) fn ended(&self, report: &RunReport) {
        let mut draft = self.0.borrow_mut();
        let (run, rollback) = report.runs();
        (draft.run, draft.rollback, draft.ways_out) = (run.cloned(), rollback.cloned(), report.ways_out());
    }

    /// Tells the webhook, if there is one and the end is worth it. A webhook that cannot be told is a warning.
    pub(super) async fn send(&self, exit: Exit, ui: &Ui) {
        let (url, body) = {
            let draft = self.0.borrow();
            let Some(url) = variable("SNAPDEPLOY_WEBHOOK").or_else(|| draft.webhook.clone()) else { return };
            let Some((subject, environment)) = &draft.about else { return };
            if !worth_it(*subject, exit, in_ci()) {
                return;
            }
            (url, redact(&draft.body(*subject, environment, exit)).into_owned())
        };
        let mut pauses = PAUSES.iter();
        let outcome = loop {
            match http::post_json(&url, body.clone(), LIMIT).await {
                Err(e) if e.kind == ErrorKind::Unavailable => match pauses.next() {
                    Some(pause) => tokio::time::sleep(*pause).await,
                    None => break Err(e),
                },
                outcome => break outcome,
            }
        };
        match outcome {
            Ok(()) => ui.say(format!("Told the webhook at {}", http::host(&url).unwrap_or_default())),
            Err(e) => {
                ui.say(format!("warning: the webhook of [notify] was not told: {}", e.message));
            }
        }
    }
}

impl Draft {
    fn body(&self, kind: Subject, environment: &str, exit: Exit) -> String {
        let word = match kind {
            Subject::Deploy => "deploy to",
            Subject::Rollback => "rollback of",
            Subject::Extract => "extract of",
        };
        let project = self.project.as_deref();
        let ci = super::ci::link();
        let mut text =
            format!("snapdeploy: {word} {}{environment}", project.map_or(String::new(), |p| format!("{p}/")));
        text.push_str(&format!(" ended with {} ({})", exit as u8, exit.meaning()));
        if let Some(run) = &self.run {
            text.push_str(&format!("; run {run}"));
        }
        if let Some(ci) = &ci {
            text.push_str(&format!("; {ci}"));
        }
        let data = Data {
            project,
            environment,
            kind,
            status: exit.word(),
            exit,
            meaning: exit.meaning(),
            run: self.run.as_ref(),
            rollback: self.rollback.as_ref(),
            message: self.message.as_deref(),
            hint: self.hint.as_deref(),
            ways_out: &self.ways_out,
            identity: self.actor.as_ref().map(|a| a.identity.as_str()),
            host: self.actor.as_ref().map(|a| a.host.as_str()),
            ci,
            tool: env!("CARGO_PKG_VERSION"),
        };
        // Strings and numbers alone always become JSON.
        serde_json::to_string(&Document { schema: "snapdeploy.notice/1", text, data }).unwrap_or_default()
    }
}

/// Where the command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Watched {
    /// Somebody looks on.
    Yes,
    /// Nobody does: a CI.
    No,
}

/// Returns whether nobody looks on.
///
/// Source: "Variables reference" of GitHub Actions, which sets `CI`, as GitLab and others do; "Using environment
/// variables" of Jenkins, which does not, and sets `BUILD_URL`.
fn in_ci() -> Watched {
    let ci = variable("CI").is_some_and(|v| v != "false") || variable("BUILD_URL").is_some();
    if ci { Watched::No } else { Watched::Yes }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|v| !v.is_empty())
}

fn worth_it(subject: Subject, exit: Exit, watched: Watched) -> bool {
    match exit {
        Exit::Stopped | Exit::RolledBack | Exit::RollbackFailed | Exit::InProgress | Exit::Superseded => true,
        Exit::Failed
        | Exit::Locked
        | Exit::Denied
        | Exit::Blocked
        | Exit::Stale
        | Exit::Bug
        | Exit::Unavailable => watched == Watched::No,
        // A snapshot that lacks something.
        Exit::Unclean => watched == Watched::No && subject == Subject::Extract,
        Exit::Done
        | Exit::Usage
        | Exit::Unconfirmed
        | Exit::NotFound
        | Exit::Interrupted
        | Exit::Terminated => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn told_is_what_somebody_has_to_know() {
        let told = |subject, watched| -> Vec<u8> {
            Exit::ALL.into_iter().filter(|e| worth_it(subject, *e, watched)).map(u8::from).collect()
        };
        assert_eq!(told(Subject::Deploy, Watched::Yes), [3, 6, 7, 8, 9]);
        assert_eq!(told(Subject::Rollback, Watched::No), [1, 3, 6, 7, 8, 9, 11, 12, 13, 14, 70, 75]);
        assert_eq!(told(Subject::Extract, Watched::No), [1, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 70, 75]);
    }

    #[test]
    fn the_sentence_holds_no_words_of_others() {
        let notice = Notice::default();
        notice.configured("acme", None);
        notice.failed(&Error::failed("connect/queue/<!channel> @here").hint("https://x"));
        let body = notice.0.borrow().body(Subject::Deploy, "prod", Exit::RollbackFailed);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let text = body["text"].as_str().unwrap();
        assert!(text.starts_with("snapdeploy: deploy to acme/prod ended with 7 ("), "{text}");
        assert!(!text.contains("here") && !text.contains("channel"), "{text}");
        assert_eq!(body["schema"], "snapdeploy.notice/1");
        assert_eq!(body["data"]["message"], "connect/queue/<!channel> @here");
        assert_eq!((&body["data"]["exit"], &body["data"]["status"]), (&7.into(), &"rollback_failed".into()));
    }
}
