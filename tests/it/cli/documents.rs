//! JSON documents: an interface. Members may be added within a version; none is renamed or removed.

use serde_json::Value;

use super::journey::Acme;

/// Verb, exit code (4 for health: the example has a flow that was saved and never published), schema, and the members that `data` has had since this version.
type Document = (&'static [&'static str], i32, &'static str, &'static [&'static str]);

const DOCUMENTS: [Document; 15] = [
    (
        &["extract", "dev"],
        0,
        "snapdeploy.extraction/1",
        &["snapshot", "environment", "pin", "taken_at", "resources", "gaps", "findings", "changed"],
    ),
    (&["show", "dev"], 0, "snapdeploy.snapshots/1", &["environment", "pin", "snapshots"]),
    (
        &["show", "dev@latest"],
        0,
        "snapdeploy.contents/1",
        &["source", "digest", "pin", "documents", "findings"],
    ),
    (&["show", "dev@latest", "connect/queue/Sales"], 0, "snapdeploy.document/1", &["address", "document"]),
    (
        &["package", "create", "dev@latest", "connect/queue/*", "--out", "q.zip"],
        0,
        "snapdeploy.package/1",
        &["digest", "file", "manifest"],
    ),
    (&["package", "verify", "q.zip"], 0, "snapdeploy.verification/1", &["digest", "documents"]),
    (&["package", "unpack", "q.zip", "q"], 0, "snapdeploy.unpacked/1", &["directory", "digest", "documents"]),
    (
        &["deploy", "dev@latest", "--to", "prod", "--dry-run"],
        0,
        "snapdeploy.plan/1",
        &["kind", "environment", "pin", "source", "source_digest", "steps", "moves", "unchanged", "findings"],
    ),
    (
        &["deploy", "dev@latest", "--to", "prod", "--confirm", "acme/prod"],
        0,
        "snapdeploy.run/1",
        &[
            "run",
            "kind",
            "ended",
            "exit",
            "environment",
            "pin",
            "source",
            "changes",
            "seconds",
            "rollback",
            "why",
            "rollback_why",
            "resume",
            "undo",
        ],
    ),
    (&["history"], 0, "snapdeploy.history/1", &["runs"]),
    (&["history", "verify"], 0, "snapdeploy.verify/1", &["fits", "audits", "limit"]),
    (&["history", "stats"], 0, "snapdeploy.stats/1", &["since", "until", "environments", "all"]),
    (
        &["diff", "dev@latest", "prod@live", "--exit-code"],
        // Prod has a quick connect of its own.
        4,
        "snapdeploy.diff/1",
        &["from", "to", "differences"],
    ),
    (&["health", "prod"], 0, "snapdeploy.health/1", &["environment", "pin", "healthy", "checks"]),
    (
        &["rollback", "prod", "--confirm", "acme/prod"],
        0,
        "snapdeploy.run/1",
        &["run", "kind", "ended", "exit", "undo"],
    ),
];

#[test]
fn every_document_has_its_schema_and_its_members() {
    let acme = Acme::new();
    for (arguments, code, schema, members) in DOCUMENTS {
        let document = acme.json(code, arguments);
        assert_eq!(document["schema"], schema, "{arguments:?}");
        assert_eq!(document.as_object().map(|o| o.len()), Some(2), "{arguments:?}: schema and data, no more");
        for member in members {
            assert!(document["data"].get(member).is_some(), "{arguments:?}: no `{member}`");
        }
    }
    let runs = acme.json(0, &["history"]);
    let run = runs["data"]["runs"][0]["start"]["run"].as_str().unwrap().to_string();
    let journal = acme.json(0, &["history", "show", &run]);
    assert_eq!(journal["schema"], "snapdeploy.journal/1");
    for member in ["status", "record", "rows", "plan"] {
        assert!(journal["data"].get(member).is_some(), "no `{member}`");
    }
    assert!(matches!(&journal["data"]["rows"], Value::Array(rows) if !rows.is_empty()));
}
