//! Who holds the lock of an SQLite file: a process of this machine that writes, or that stands still while it does.

use std::path::{Path, PathBuf};

use crate::core::{Error, ErrorKind};

/// Returns `e` with what to do where the file at `path` is locked by another process.
pub(super) fn named(e: Error, path: &Path) -> Error {
    if e.kind != ErrorKind::Unavailable {
        return e;
    }
    match holder(path) {
        Some(holder) => {
            let Holder { pid, name, stopped } = &holder;
            let state = if *stopped { ", which is stopped" } else { "" };
            let ways = match stopped {
                true => format!("kill -CONT {pid} lets it go on, kill -KILL {pid} ends it; then run the same command again"),
                false => format!("wait for it, or end it (kill {pid}); then run the same command again"),
            };
            e.context(format!("the process {pid} ({name}){state} holds {}", path.display())).hint(ways)
        }
        None => e.hint(format!(
            "another process on this machine holds {}: wait for it or end it, then run the same command again",
            path.display()
        )),
    }
}

/// A process that holds a lock.
#[derive(Debug, PartialEq, Eq)]
struct Holder {
    pid: u32,
    name: String,
    /// Whether it stands still until somebody lets it go on.
    stopped: bool,
}

/// Returns who holds the lock of a writer on the file at `path`; `None` where that cannot be told.
///
/// Source: `/proc/locks` in proc(5): kind, sort, access, pid, `MAJOR:MINOR:INODE`, first and last byte. In WAL mode the writer's
/// lock is byte 120 of the `-shm` file ("WAL-mode File Format", SQLite).
fn holder(path: &Path) -> Option<Holder> {
    const WRITER: u64 = 120;
    let inode = inode(&beside(path, "-shm"))?.to_string();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let pid: u32 = locks.lines().find_map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [_, "POSIX", _, "WRITE", pid, file, first, last] = words.as_slice() else { return None };
        let covers = first.parse::<u64>().ok()? <= WRITER && last.parse::<u64>().ok()? >= WRITER;
        let this = file.rsplit(':').next() == Some(inode.as_str()) && covers;
        if this { pid.parse().ok() } else { None }
    })?;
    // pid (name) state; a name may have brackets in it.
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (name, rest) = stat.split_once('(')?.1.rsplit_once(") ")?;
    Some(Holder { pid, name: name.to_string(), stopped: rest.starts_with(['T', 't']) })
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_os_string();
    name.push(end);
    name.into()
}

#[cfg(unix)]
fn inode(path: &Path) -> Option<u64> {
    Some(std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(path).ok()?))
}

#[cfg(not(unix))]
fn inode(_: &Path) -> Option<u64> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use rusqlite::{Connection, TransactionBehavior};

    use super::*;
    use crate::store::sqlite_file::{connect, failed};

    #[test]
    fn whoever_writes_is_named_with_what_to_do() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("ledger.sqlite3");
        let mut own = connect(&path).unwrap();
        assert_eq!(holder(&path), None);
        let writing = own.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let holder = holder(&path).unwrap();
        assert_eq!((holder.pid, holder.stopped), (std::process::id(), false));
        let other = Connection::open(&path).unwrap();
        other.busy_timeout(Duration::ZERO).unwrap();
        let refused = other.execute_batch("BEGIN IMMEDIATE").unwrap_err();
        let e = named(failed(refused), &path);
        assert!(
            e.kind == ErrorKind::Unavailable && e.message.contains(&format!("the process {}", holder.pid)),
            "{e}"
        );
        assert!(e.hint.unwrap().contains(&format!("kill {}", holder.pid)));
        drop(writing);
    }
}
