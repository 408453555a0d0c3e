//! Processes of this machine: which one is this, and is another still alive?

use super::run::Process;

/// Returns this process.
///
/// Source: proc(5): `/proc/sys/kernel/random/boot_id`, and field 22 of `/proc/PID/stat`; pid_namespaces(7). Elsewhere
/// they are not known, and an owner is then never taken for dead before its lease has run out.
pub fn this() -> Process {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let pid = std::process::id();
    let space = space().unwrap_or_default();
    Process { boot: boot.trim().to_string(), pid, started: started(pid).unwrap_or(0), space }
}

/// Returns the host's name and this process's pid namespace. The number of a namespace is used again once it is gone,
/// the name of a container seldom.
fn space() -> Option<String> {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let pids = std::fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", host.trim(), pids.to_str()?))
}

/// Returns whether a process of this boot and this pid namespace is still the one that it was. A zombie is dead.
pub fn alive(process: &Process) -> bool {
    started(process.pid).is_some_and(|started| started == process.started)
}

fn started(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name in parentheses, which may hold anything; what follows the last `)` is plain.
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
    let state = fields.next()?;
    if state == "Z" || state == "X" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}
