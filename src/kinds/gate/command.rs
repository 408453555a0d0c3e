//! Commands: a gate that asks how one ends.

use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

use super::texts::Texts;
use crate::core::gate::{Answer, Decision};
use crate::core::redact::redact_foreign;

/// What is kept of the output: its end.
const KEPT: usize = 16 << 10;
/// The longest line that is quoted.
const LINE: usize = 200;
/// How long output is waited for once the command has ended: what it left running may hold its output open.
const LINGER: Duration = Duration::from_millis(300);

/// How a gate's command has to end.
pub struct Ends<'a> {
    /// The codes that pass.
    pub pass: &'a [i32],
    /// The codes that say that nobody can tell.
    pub undecided: &'a [i32],
    /// How long it may take.
    pub limit: Duration,
}

/// The processes of a command: all of them end with this, however that comes about.
struct Group(Option<u32>);

impl Drop for Group {
    fn drop(&mut self) {
        let Some(id) = self.0 else { return };
        // A shell has `kill` built in, so no program has to be there for it. A group that is gone already is no failure.
        let line = format!("kill -9 -{id}");
        let mut kill = std::process::Command::new("sh");
        let _ = kill
            .args(["-c", &line])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
    }
}

/// Runs `line` in a shell, and says how it ended.
pub async fn ask(line: &str, ends: &Ends<'_>, texts: &Texts<'_>) -> Answer {
    let mut shell = Command::new("sh");
    // Both streams in the order in which they were written.
    shell.args(["-c", &format!("exec 2>&1\n{}", texts.fill_line(line))]).envs(texts.variables());
    shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(true);
    #[cfg(unix)]
    shell.process_group(0);
    let mut child = match shell.spawn() {
        Ok(child) => child,
        Err(e) => return Answer::new(Decision::Inconclusive, format!("no shell could be started: {e}")),
    };
    let _group = Group(child.id());
    let mut output = Vec::new();
    let status = tokio::time::timeout(ends.limit, ended(&mut child, &mut output)).await;
    let last = last_line(&output);
    let with = |said: String| match &last {
        Some(line) => format!("{said}: {line}"),
        None => said,
    };
    match status {
        Err(_) => {
            Answer::new(Decision::Failed, with(format!("the command did not end within {:?}", ends.limit)))
        }
        Ok(Err(e)) => Answer::new(Decision::Inconclusive, format!("the command cannot be waited for: {e}")),
        Ok(Ok(status)) => {
            let (decision, said) = judge(status, ends);
            Answer::new(decision, with(said))
        }
    }
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

/// Waits for the end of the command and of its output.
async fn ended(child: &mut Child, output: &mut Vec<u8>) -> std::io::Result<ExitStatus> {
    let Some(mut stream) = child.stdout.take() else { return child.wait().await };
    let status = {
        let mut reading = std::pin::pin!(read(&mut stream, output));
        tokio::select! {
            _ = &mut reading => None,
            status = child.wait() => {
                let _ = tokio::time::timeout(LINGER, &mut reading).await;
                Some(status)
            }
        }
    };
    match status {
        Some(status) => status,
        None => child.wait().await,
    }
}

async fn read(stream: &mut (impl AsyncRead + Unpin), output: &mut Vec<u8>) {
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut part).await {
        output.extend_from_slice(&part[..count]);
        if output.len() > 2 * KEPT {
            output.drain(..output.len() - KEPT);
        }
    }
}

/// Returns the last line that says something, without known secrets.
fn last_line(output: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(output);
    let last = text.lines().map(str::trim).rfind(|line| !line.is_empty())?;
    let plain: String = redact_foreign(last).chars().filter(|c| !c.is_control()).collect();
    Some(plain.chars().take(LINE).collect())
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
