//! A command in a shell of this machine: with a time limit, at which it ends with all that it has begun.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::process::{Child, Command};
use tokio::time::MissedTickBehavior;

use super::process;
use super::run::Process;

/// How many lines of what it prints on each stream are kept: the last ones.
const LINES: usize = 40;
/// So much of a line is read.
const LINE_BYTES: usize = 64 * 1024;
/// So much is kept of a line of which not all was read: what stands at its end may be a part of a secret, which nobody would
/// know any more.
const SAFE_BYTES: usize = 48 * 1024;
/// How long what is asked to end may take before it is made to.
const GRACE: Duration = Duration::from_secs(2);
/// How long what it has printed is read after its end: what it has left running may hold the pipe for good.
const REST: Duration = Duration::from_millis(300);
/// How often is looked whether somebody wishes it to stop.
const GLANCE: Duration = Duration::from_millis(100);
/// What holds a command until it is told to begin. Who is gone by then leaves an end of file, and nothing is begun.
const HELD: &str = "read -r go && exec sh -c \"$1\" < /dev/null";

/// A command.
pub struct Shell<'a> {
    /// What `sh` runs.
    pub line: &'a str,
    /// What is set in its environment besides what this process has.
    pub variables: &'a [(String, String)],
    /// How long it may take.
    pub limit: Duration,
}

/// Where a line was printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// How a command came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShellEnd {
    /// By itself.
    Ended(ExitStatus),
    /// It was ended at its time limit.
    Late,
    /// It was ended since somebody wished so: why.
    Stopped(String),
}

/// What has come of a command.
#[derive(Clone, Debug)]
pub struct Ran {
    /// How it ended.
    pub end: ShellEnd,
    /// The last lines that it printed, each with where. In the order in which they came, as far as that can be told. They
    /// are as they were printed: who tells or keeps them has `printed` look at them first.
    pub lines: Vec<(Stream, String)>,
}

impl Ran {
    /// Returns the last line on `stream` that is not blank.
    pub fn last(&self, stream: Stream) -> Option<&str> {
        let mut own = self.lines.iter().filter(|(s, _)| *s == stream).map(|(_, line)| line.trim());
        own.rfind(|line| !line.is_empty())
    }
}

/// All that a command has begun, as one; it ends with this value unless it was let go.
struct Group(Option<u32>);

impl Group {
    /// Sends a signal to all of it. Source: kill(1p): a process group is named by its negative number, after `--`.
    fn signal(&self, name: &str) {
        if let Some(id) = self.0 {
            let line = format!("kill -s {name} -- -{id}");
            let mut kill = std::process::Command::new("sh");
            // What has ended already needs no signal.
            let _ = kill.args(["-c", &line]).stdin(Stdio::null()).stderr(Stdio::null()).status();
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.signal("KILL");
    }
}

/// Ends the group of processes `id`: asks it to, and makes it soon after.
pub async fn end(id: u32) {
    let group = Group(Some(id));
    group.signal("TERM");
    tokio::time::sleep(GRACE).await;
    drop(group);
}

/// A pipe that is read as lines.
struct Pipe<R> {
    from: Option<R>,
    stream: Stream,
    /// What has come of a line that is not over.
    open: Vec<u8>,
}

impl<R: AsyncRead + Unpin> Pipe<R> {
    fn new(from: Option<R>, stream: Stream) -> Pipe<R> {
        Pipe { from, stream, open: Vec::new() }
    }

    /// Returns the lines that come next; waits for good once there are no more.
    async fn next(&mut self) -> Vec<(Stream, String)> {
        let Some(from) = &mut self.from else { return std::future::pending().await };
        let mut bytes = [0; 4096];
        let mut buffer = ReadBuf::new(&mut bytes);
        let read = poll_fn(|context| Pin::new(&mut *from).poll_read(context, &mut buffer)).await;
        if read.is_err() || buffer.filled().is_empty() {
            self.from = None;
            let rest = std::mem::take(&mut self.open);
            return if rest.is_empty() { Vec::new() } else { vec![(self.stream, plain(&rest))] };
        }
        let mut lines = Vec::new();
        for byte in buffer.filled() {
            match byte {
                b'\n' => lines.push((self.stream, plain(&std::mem::take(&mut self.open)))),
                _ if self.open.len() < LINE_BYTES => self.open.push(*byte),
                _ => {}
            }
        }
        lines
    }

    fn is_over(&self) -> bool {
        self.from.is_none()
    }
}

/// Returns a line as it is kept.
fn plain(bytes: &[u8]) -> String {
    let kept = if bytes.len() < LINE_BYTES { bytes } else { &bytes[..SAFE_BYTES] };
    String::from_utf8_lossy(kept).trim_end_matches('\r').to_string()
}

/// A command that is there, and waits for being told to begin.
pub struct Ready {
    child: Child,
    group: Group,
    limit: Duration,
}

impl Shell<'_> {
    /// Runs it to its end: its own, that of its time, or that which somebody wishes, as `stop` says. Then it is asked to
    /// end first, and so is what it has begun, and made to soon after.
    pub async fn run(&self, stop: impl Fn() -> Option<String>) -> io::Result<Ran> {
        self.ready()?.go(stop).await
    }

    /// Makes it ready: it is a process, and nothing of it has begun.
    pub fn ready(&self) -> io::Result<Ready> {
        let mut command = Command::new("sh");
        command.args(["-c", HELD, "sh", self.line]);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own: a terminal's Ctrl-C is not for it, and all of it can be ended at once.
        #[cfg(unix)]
        command.process_group(0);
        command.kill_on_drop(true);
        let child = command.spawn()?;
        let group = Group(child.id());
        Ok(Ready { child, group, limit: self.limit })
    }
}

impl Ready {
    /// Returns the process that it is, and that leads its group.
    pub fn process(&self) -> Option<Process> {
        self.group.0.map(process::of)
    }

    /// Has it begin, and follows it to its end, as [`Shell::run`] says.
    pub async fn go(self, stop: impl Fn() -> Option<String>) -> io::Result<Ran> {
        let Ready { mut child, mut group, limit } = self;
        if let Some(mut input) = child.stdin.take() {
            // Where it is gone already, its end says so.
            let _ = poll_fn(|context| Pin::new(&mut input).poll_write(context, b"\n")).await;
        }
        let mut out = Pipe::new(child.stdout.take(), Stream::Out);
        let mut err = Pipe::new(child.stderr.take(), Stream::Err);
        let mut kept = VecDeque::new();
        let mut keep = |lines: Vec<(Stream, String)>| {
            for (stream, line) in lines {
                kept.push_back((stream, line));
                let own = |(s, _): &(Stream, String)| *s == stream;
                if kept.iter().filter(|one| own(one)).count() > LINES
                    && let Some(first) = kept.iter().position(own)
                {
                    kept.remove(first);
                }
            }
        };
        let mut late = pin!(tokio::time::sleep(limit));
        // Of the whole loop: one that each turn begins anew is never over while something is printed.
        let mut glance = tokio::time::interval(GLANCE);
        glance.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let end = loop {
            tokio::select! {
                lines = out.next() => keep(lines),
                lines = err.next() => keep(lines),
                status = child.wait() => break ShellEnd::Ended(status?),
                () = &mut late => break ShellEnd::Late,
                _ = glance.tick() => if let Some(why) = stop() { break ShellEnd::Stopped(why) },
            }
            // What prints all the time takes no turn of those that wait beside this: the heartbeats of a lease.
            tokio::task::yield_now().await;
        };
        if matches!(end, ShellEnd::Ended(_)) {
            // What a command leaves running on purpose goes on.
            group.0 = None;
        } else {
            group.signal("TERM");
            let mut over = pin!(tokio::time::sleep(GRACE));
            loop {
                tokio::select! {
                    lines = out.next() => keep(lines),
                    lines = err.next() => keep(lines),
                    _ = child.wait() => break,
                    () = &mut over => break,
                }
            }
            group.signal("KILL");
            let _ = child.wait().await;
            group.0 = None;
        }
        let mut rest = pin!(tokio::time::sleep(REST));
        while !(out.is_over() && err.is_over()) {
            tokio::select! {
                lines = out.next() => keep(lines),
                lines = err.next() => keep(lines),
                () = &mut rest => break,
            }
        }
        Ok(Ran { end, lines: kept.into() })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    async fn run(line: &str, limit: Duration, stop: impl Fn() -> Option<String>) -> Ran {
        Shell { line, variables: &[("WORD".into(), "there".into())], limit }.run(stop).await.unwrap()
    }

    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn what_is_printed_is_kept_with_where_and_only_its_end() {
        let ran = run("for i in $(seq 50); do echo $i; done; echo $WORD >&2; exit 3", LONG, || None).await;
        assert!(matches!(ran.end, ShellEnd::Ended(status) if status.code() == Some(3)), "{ran:?}");
        assert_eq!((ran.lines.len(), ran.last(Stream::Out)), (LINES + 1, Some("50")));
        assert_eq!(ran.last(Stream::Err), Some("there"));
    }

    #[tokio::test]
    async fn what_is_late_ends_with_all_that_it_has_begun() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("late");
        let line = format!("(sleep 4.5; touch {}) & echo begun; trap '' TERM; sleep 30", file.display());
        let began = Instant::now();
        let ran = run(&line, Duration::from_secs(1), || None).await;
        assert_eq!(ran.end, ShellEnd::Late);
        assert_eq!(ran.last(Stream::Out), Some("begun"));
        assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!file.exists(), "what it had begun went on");
    }

    #[tokio::test]
    async fn who_is_asked_to_stop_may_say_a_last_word() {
        let line = "trap 'echo tidied; exit 0' TERM; while :; do sleep 0.05; done";
        let began = Instant::now();
        let soon = || (began.elapsed() > Duration::from_secs(1)).then(|| "interrupted".to_string());
        let ran = run(line, LONG, soon).await;
        assert_eq!(ran.end, ShellEnd::Stopped("interrupted".into()));
        assert_eq!(ran.last(Stream::Out), Some("tidied"));
    }

    #[tokio::test]
    async fn who_prints_all_the_time_is_asked_to_stop_and_has_a_limit_all_the_same() {
        let (line, limit) = ("while :; do echo x; done", Duration::from_secs(4));
        let began = Instant::now();
        let soon = || (began.elapsed() > Duration::from_millis(400)).then(|| "interrupted".to_string());
        assert_eq!(run(line, limit, soon).await.end, ShellEnd::Stopped("interrupted".into()));
        assert!(began.elapsed() < limit, "{:?}", began.elapsed());
        assert_eq!(run(line, Duration::from_millis(400), || None).await.end, ShellEnd::Late);
    }

    #[tokio::test]
    async fn who_prints_all_the_time_leaves_their_turn_to_others() {
        let beats = std::cell::Cell::new(0);
        let beat = async {
            loop {
                tokio::time::sleep(Duration::from_millis(20)).await;
                beats.set(beats.get() + 1);
            }
        };
        let work = run("while :; do echo x; done", Duration::from_secs(1), || None);
        tokio::select! {
            biased;
            ran = work => assert_eq!(ran.end, ShellEnd::Late),
            () = beat => {}
        }
        assert!(beats.get() > 5, "{}", beats.get());
    }

    #[tokio::test]
    async fn nothing_begins_before_it_is_told_to() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("begun");
        let line = format!("touch {}; cat", file.display());
        let shell = Shell { line: &line, variables: &[], limit: LONG };
        let ready = shell.ready().unwrap();
        let process = ready.process().unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!file.exists() && process.pid > 0);
        // As where the process that was to say it is gone.
        drop(ready);
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert!(!file.exists());
        let ran = shell.run(|| None).await.unwrap();
        assert!(matches!(ran.end, ShellEnd::Ended(status) if status.success()), "{ran:?}");
        assert!(file.exists());
    }

    #[tokio::test]
    async fn the_end_of_a_line_that_is_too_long_is_not_kept() {
        let ran = run("head -c 70000 /dev/zero | tr '\\0' x; echo; echo y", LONG, || None).await;
        let lengths: Vec<usize> = ran.lines.iter().map(|(_, line)| line.len()).collect();
        assert_eq!(lengths, [SAFE_BYTES, 1]);
    }

    #[tokio::test]
    async fn what_it_leaves_running_does_not_hold_it_up() {
        let began = Instant::now();
        let ran = run("sleep 9 & echo here", LONG, || None).await;
        assert_eq!(ran.last(Stream::Out), Some("here"));
        assert!(began.elapsed() < Duration::from_secs(8));
    }
}
