//! Processes of this machine: which one is this, and is another still alive?

use super::run::Process;

/// Returns this process.
///
/// Source: proc(5): `/proc/sys/kernel/random/boot_id`, and field 22 of `/proc/PID/stat`; pid_namespaces(7). Elsewhere
/// they are not known, and an owner is then never taken for dead before its lease has run out.
pub fn this() -> Process {
    of(std::process::id())
}

/// Returns the process `pid` of this machine, where this one means the same by that number.
pub fn of(pid: u32) -> Process {
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
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

/// What can be told from here of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    /// It is still alive.
    Alive,
    /// It is gone.
    Gone,
    /// It is, or was, on another machine, in another container, or where nothing is known of processes.
    Elsewhere,
}

/// Returns what can be told from here of `process`.
pub fn look(process: &Process) -> Seen {
    let me = this();
    let known = !me.space.is_empty() && process.space == me.space && process.started != 0;
    if !known || me.boot.is_empty() {
        return Seen::Elsewhere;
    }
    match process.boot == me.boot {
        true if alive(process) => Seen::Alive,
        true => Seen::Gone,
        false => Seen::Elsewhere,
    }
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_is_elsewhere_is_not_taken_for_gone() {
        let me = this();
        assert_eq!(look(&me), Seen::Alive);
        assert_eq!(look(&Process { started: me.started + 1, ..me.clone() }), Seen::Gone);
        for elsewhere in [
            Process { boot: "another".into(), ..me.clone() },
            Process { space: "another pid:[1]".into(), ..me.clone() },
            Process { space: String::new(), ..me.clone() },
            Process { started: 0, ..me.clone() },
        ] {
            assert_eq!(look(&elsewhere), Seen::Elsewhere, "{elsewhere:?}");
        }
    }
}
