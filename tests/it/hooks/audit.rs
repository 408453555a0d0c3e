//! What of a hook is kept in the audit: its end, its last lines, and no secret.

use super::place::{Place, told};
use crate::cli::shell::Shell;

#[test]
fn the_audit_has_the_end_of_what_it_printed_and_no_secret() {
    let mut place = Place::new(
        "[hooks.backup]\nat = \"before_deploy\"\ncommand = \"for i in $(seq 60); do echo line $i; done; echo pw \
         $DB_PASSWORD; echo to mysql://root:tiger99@db/x\"",
    );
    let empty = Shell::new();
    place.shell = std::mem::replace(&mut place.shell, empty).set("DB_PASSWORD", "swordfish-77");
    told(&place.deploy("2", &[]), 0, &[]);
    let audit = place.audit();
    assert!(audit.contains("hook backup is well: ended with code 0"), "{audit}");
    assert!(audit.contains("    line 60\n    pw [secret]\n    to mysql://root:[secret]@db/x"), "{audit}");
    assert!(audit.contains("    line 23\n") && !audit.contains("    line 22\n"), "the last 40: {audit}");
    for secret in ["swordfish-77", "tiger99"] {
        assert!(!audit.contains(secret), "{secret}: {audit}");
    }
}
