//! Commands: a gate that asks how one ends.

use std::process::ExitStatus;
use std::time::Duration;

use super::texts::Texts;
use crate::core::gate::{Answer, Decision};
use crate::core::redact::redact_foreign;
use crate::core::shell::{Shell, ShellEnd, Stream};
use crate::kinds::confide::confide;

/// The longest line that is quoted.
const LINE: usize = 200;

/// How a gate's command has to end.
pub struct Ends<'a> {
    /// The codes that pass.
    pub pass: &'a [i32],
    /// The codes that say that nobody can tell.
    pub undecided: &'a [i32],
    /// How long it may take.
    pub limit: Duration,
}

/// Runs `line` in a shell, and says how it ended.
pub async fn ask(line: &str, ends: &Ends<'_>, texts: &Texts<'_>) -> Answer {
    confide();
    // Both streams in the order in which they were written.
    let line = format!("exec 2>&1\n{}", texts.fill_line(line));
    let shell = Shell { line: &line, variables: &texts.variables(), limit: ends.limit };
    // Its limit is short, and what it says counts: nobody stops it before.
    let ran = match shell.run(|| None).await {
        Ok(ran) => ran,
        Err(e) => {
            return Answer::new(Decision::Inconclusive, format!("the command could not be run: {e}"));
        }
    };
    let (decision, said) = match &ran.end {
        ShellEnd::Ended(status) => judge(*status, ends),
        ShellEnd::Late => (Decision::Failed, format!("the command did not end within {:?}", ends.limit)),
        ShellEnd::Stopped(why) => (Decision::Inconclusive, format!("the command was ended: {why}")),
    };
    // Without known secrets.
    let last = ran.last(Stream::Out).map(|line| redact_foreign(line).chars().take(LINE).collect::<String>());
    Answer::new(decision, last.map_or_else(|| said.clone(), |last| format!("{said}: {last}")))
}

fn judge(status: ExitStatus, ends: &Ends<'_>) -> (Decision, String) {
    let Some(code) = status.code() else {
        return (Decision::Inconclusive, format!("the command was ended from outside ({status})"));
    };
    let said = format!("the command ended with {code}");
    let decision = match code {
        code if ends.pass.contains(&code) => Decision::Passed,
        code if ends.undecided.contains(&code) => Decision::Inconclusive,
        // Source: "Exit Status for Commands", POSIX shell: 126 and 127 say that a command could not be run at all.
        126 | 127 => return (Decision::Inconclusive, format!("{said}: it could not be run")),
        _ => Decision::Failed,
    };
    (decision, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::gate::Asked;

    async fn said(line: &str, limit: u64) -> Answer {
        let of = Asked { version: Some("7".into()), ..Asked::default() };
        let ends = Ends { pass: &[0, 4], undecided: &[2], limit: Duration::from_millis(limit) };
        ask(line, &ends, &Texts::new(&of, "prod")).await
    }

    #[tokio::test]
    async fn a_command_decides_by_its_code_and_is_quoted_by_its_last_line() {
        let cases = [
            (
                "echo a; echo version $SNAPDEPLOY_VERSION in $SNAPDEPLOY_ENVIRONMENT",
                Decision::Passed,
                "0: version 7 in prod",
            ),
            ("exit 4", Decision::Passed, "ended with 4"),
            ("echo 'two to add' >&2; exit 2", Decision::Inconclusive, "2: two to add"),
            ("exit 3", Decision::Failed, "ended with 3"),
            ("kill -9 $$", Decision::Inconclusive, "ended from outside"),
            ("/no/such/program", Decision::Inconclusive, "could not be run"),
        ];
        for (line, decision, words) in cases {
            let answer = said(line, 10_000).await;
            assert_eq!(answer.decision, decision, "{line}: {answer:?}");
            assert!(answer.said.contains(words), "{line}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn at_its_limit_all_that_it_started_is_ended() {
        let folder = tempfile::tempdir().unwrap();
        let sign = folder.path().join("late");
        let line = format!("(sleep 1; touch {}) & echo working; sleep 30", sign.display());
        let answer = said(&line, 300).await;
        assert_eq!(answer.decision, Decision::Failed);
        assert!(answer.said.contains("did not end within 300ms: working"), "{answer:?}");
        tokio::time::sleep(Duration::from_millis(1300)).await;
        assert!(!sign.exists(), "what the command had started went on");
    }

    #[tokio::test]
    async fn what_a_command_leaves_running_does_not_hold_the_gate_up() {
        let asked = std::time::Instant::now();
        let answer = said("sleep 20 & echo done", 15_000).await;
        assert_eq!(answer.decision, Decision::Passed, "{answer:?}");
        assert!(asked.elapsed() < Duration::from_secs(8));
    }
}
