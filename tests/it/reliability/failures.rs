//! What these tests have found, and where it was fixed.

/// A failure that was found.
pub struct Failure {
    pub what: &'static str,
    pub found: &'static str,
    pub fixed: &'static str,
}

pub const FAILURES: &[Failure] = &[
    Failure {
        what: "An owner that woke after a takeover, and met what that had deleted, told of a failed rollback and asked for a person (exit 7); it had sent nothing",
        found: "`reliability::paused`, SQLite, suspended after 6 calls",
        fixed: "b39ad4b",
    },
    Failure {
        what: "A run that was killed after it had begun and before it sent anything kept its environment locked, and `rollback ENV` said that there was nothing to undo (exit 10)",
        found: "`reliability::killed`, seed 1",
        fixed: "the commit after b4919a6",
    },
    Failure {
        what: "Two of 2,000 ledger files with flipped bytes passed the check of an embedded ledger",
        found: "`hostile_mutants`, ledgers",
        fixed: "1b2d46b",
    },
    Failure {
        what: "Errors quoted tens of kilobytes of what was given, with 17 mutants of plans and configurations",
        found: "`hostile_mutants`",
        fixed: "1b2d46b",
    },
    Failure {
        what: "The first event of a new log stream was lost, since CreateLogStream answers with no body",
        found: "`audit::log_group`",
        fixed: "5f06615",
    },
    Failure {
        what: "A run that undid another in mid-run, was killed, and was itself undone, left the environment where the first had been killed: half-way, or said that nothing was changed. It is refused now, and says how to go on",
        found: "`reliability::double`, seeds 5005, 6006, 6105, 6204",
        fixed: "c939cd0",
    },
    Failure {
        what: "A snapshot's manifest with a member that this version does not know inside an entry was read, and the member was lost without a word",
        found: "`fuzz::manifest`",
        fixed: "the commit before its fuzz figures",
    },
    Failure {
        what: "What begins as an ARN and has only a dot for a resource was cut to what is none, and its account number stayed in a portable document",
        found: "`fuzz::flow`",
        fixed: "the commit of its fuzz figures",
    },
    Failure {
        what: "An owner that woke after a takeover, and met what that had put back, found nothing to undo and ended with its own failure (exit 14) in place of what had become of it (exit 9); it had sent nothing",
        found: "`reliability::paused`, SQLite",
        fixed: "43d128d",
    },
    Failure {
        what: "The deletion of a service that was killed before it was sent counted as made when it was resumed, since an earlier deployment of that service was taken for its own; verification found the service there",
        found: "`ecs::made_crash`",
        fixed: "38f5c8d",
    },
    Failure {
        what: "A bot whose alias was written and whose policies were not was left by its own rollback as changed by somebody else",
        found: "`lex::crash`",
        fixed: "38f5c8d",
    },
    Failure {
        what: "A service that went forth, back and forth again within five seconds: a process killed before its third UpdateService took the first one's deployment for its own and sent nothing; verification found it",
        found: "`reliability::double`, a pair of 2,000",
        fixed: "6558e00",
    },
    Failure {
        what: "The rollback of a half-done run overwrote what somebody had changed meanwhile in the draft of a bot without aliases; it came with the mend of the bot above, and no release had it",
        found: "reading",
        fixed: "fe4b94a",
    },
];
