//! What of each kind is gone for good once it is deleted, and what can never be deleted: one table for all services.

use crate::core::irreversible::Irreversible;
use crate::core::moves::{Does, Move};

/// What becomes of a resource that is deleted, or made, and is then to be as it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undoing {
    /// This is lost when it is deleted; what a rollback makes is another one with the same configuration.
    Loses {
        /// What a person loses, as it ends `this would destroy`.
        what: &'static str,
        /// The source of that.
        source: &'static str,
    },
    /// All that it is comes back, under a new id where it has one: whatever names it is pointed to that.
    ComesBack,
    /// It is never deleted: this says why.
    Stays {
        /// Why, and what is done in its place.
        why: &'static str,
    },
    /// AWS has no call that deletes it, so what is made of it remains.
    Remains {
        /// What remains, as it ends `stays once it is made`.
        what: &'static str,
        /// The source of that.
        source: &'static str,
    },
}

use Undoing::{ComesBack, Loses, Remains, Stays};

/// A kind, and what becomes of it.
pub const UNDOING: &[(&str, Undoing)] = &[
    (
        "connect/agent-status",
        Remains {
            what: "AWS has no call that deletes an agent status; a rollback disables it",
            source: "\"Agent status actions\", Amazon Connect API Reference: they \"cannot be deleted but can be \
                     renamed or disabled\"",
        },
    ),
    ("connect/approved-origin", ComesBack),
    ("connect/bot-association", ComesBack),
    (
        "connect/data-table",
        Loses {
            what: "its versions and the record of who changed its values",
            source: "botocore's `connect` model, DeleteDataTable: \"deletes a data table and all associated attributes, \
                     versions, audits, and values\"; attributes and values are kept",
        },
    ),
    ("connect/default-vocabulary", ComesBack),
    ("connect/email-address", ComesBack),
    (
        "connect/evaluation-form",
        Loses {
            what: "all its versions but the one that is kept, and the id that past evaluations name",
            source: "botocore's `connect` model, DeleteEvaluationForm: without a version \"the full form (all versions) \
                     is deleted\"",
        },
    ),
    // Pruning archives both; a rollback only deletes those that its run made.
    ("connect/flow", ComesBack),
    ("connect/module", ComesBack),
    ("connect/hours", ComesBack),
    ("connect/instance-attribute", Stays { why: "every instance has each" }),
    ("connect/integration", ComesBack),
    ("connect/lambda-association", ComesBack),
    (
        "connect/phone-number",
        Stays {
            why: "it is never released: botocore's `connect` model, ReleasePhoneNumber: \"cannot be searched for or \
                  claimed again\" for up to 180 days",
        },
    ),
    ("connect/predefined-attribute", ComesBack),
    ("connect/prompt", ComesBack),
    (
        "connect/queue",
        Loses {
            what: "the id that its metrics and contact records name",
            source: "\"Delete a queue\", Amazon Connect Administrator Guide: \"You cannot undo a deleted queue\"; \
                     botocore's `connect` model, GetMetricDataV2: metrics are asked for by the ids of queues",
        },
    ),
    ("connect/quick-connect", ComesBack),
    (
        "connect/routing-profile",
        Loses {
            what: "the id that its metrics name",
            source: "\"Delete a routing profile\", Amazon Connect Administrator Guide: \"You cannot undo a deleted \
                     routing profile\"; GetMetricDataV2 as above",
        },
    ),
    ("connect/rule", ComesBack),
    ("connect/security-profile", ComesBack),
    ("connect/storage-config", ComesBack),
    ("connect/task-template", ComesBack),
    ("connect/test-case", ComesBack),
    (
        "connect/user",
        Loses {
            what: "the agent's password, and the id that their history and metrics name",
            source: "\"Delete users\", Amazon Connect Administrator Guide: \"You can't undo a deletion\"; an activity \
                     audit of a deleted agent cannot be seen any more",
        },
    ),
    (
        "connect/user-hierarchy-group",
        Loses {
            what: "the id that its metrics and its agents' contact records name",
            source: "botocore's `connect` model, GetMetricDataV2 (AGENT_HIERARCHY_LEVEL_ONE and its like) and \
                     ContactSearch: by the ids of groups",
        },
    ),
    // It is a name at a level of the structure, set and cleared.
    ("connect/user-hierarchy-level", ComesBack),
    (
        "connect/view",
        Loses {
            what: "its versions and aliases",
            source: "botocore's `connect` model, DeleteView: \"deletes the view and all associated qualifiers (versions \
                     and aliases)\"",
        },
    ),
    ("connect/vocabulary", ComesBack),
    // What is kept is registered and made again under the same name and ARN.
    ("ecs/service", ComesBack),
    (
        "lambda/function",
        Loses {
            what: "its versions and their numbers, its function URLs and its provisioned concurrency",
            source: "botocore's `lambda` model, DeleteFunction: \"all versions and aliases are deleted\" and it \"cannot \
                     be recovered\"; DeleteFunctionUrlConfig: a new one has \"a different URL address\"",
        },
    ),
    (
        "lex/bot",
        Loses {
            what: "its versions and draft, the ids of its aliases, and what it has stored of conversations",
            source: "botocore's `lexv2-models` model, DeleteBot: \"Deletes all versions of a bot, including the Draft \
                     version\"; DeleteUtterances: stored \"indefinitely for use in improving\" a bot",
        },
    ),
    // Its files are put back from the store, with their headers and metadata.
    ("site/bucket", Stays { why: "a site is emptied of files, never deleted whole" }),
];

/// What an event source mapping of a stream knows, and nobody else.
const POSITION: &str = "how far its event source mapping has read the stream: what is made anew reads from the start that \
                        its configuration says";

/// Returns what `m` does that cannot be undone.
pub fn irreversible(m: &Move) -> Option<Irreversible> {
    let kind = m.address.kind();
    if kind == "lambda/function" && m.call == "DeleteEventSourceMapping" {
        return reads_a_stream(m).then_some(Irreversible::Destroys(POSITION));
    }
    let (_, undoing) = UNDOING.iter().find(|(known, _)| *known == kind)?;
    match (undoing, m.does) {
        (Loses { what, .. }, Does::Delete) => Some(Irreversible::Destroys(what)),
        (Remains { what, .. }, Does::Create) => Some(Irreversible::Remains(what)),
        _ => None,
    }
}

/// Returns whether the mapping that `m` takes away has a place in what it reads: messages of a queue are gone once they
/// are read.
///
/// Source: botocore's `lambda` model, CreateEventSourceMapping, `StartingPosition`: "The position in a stream from which to
/// start reading. Required for Amazon Kinesis and Amazon DynamoDB Stream event sources", also for Kafka and DocumentDB.
fn reads_a_stream(m: &Move) -> bool {
    let source = m.args["Source"].as_str().unwrap_or_default();
    let service = source.split(':').nth(2).filter(|_| source.starts_with("arn:"));
    !matches!(service, Some("sqs" | "mq"))
}
