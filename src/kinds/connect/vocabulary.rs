//! Vocabularies, and which one is the default of a language. A vocabulary is made in the background and never changed.
//!
//! Source: botocore's `connect` model, `Vocabulary`, `CreateVocabulary`, `AssociateDefaultVocabulary` ("If this is empty,
//! the default is set to none").

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::calls::{Calls, Subject};
use super::family::{Empty, Family, Listed, Member, PLAIN, Removal, Setter, listed, same};
use crate::aws::Fate;
use crate::core::driver::{Reply, Sending};
use crate::core::event::Event;
use crate::core::fields::{Class, field};
use crate::core::moves::{Move, Stage};
use crate::core::redact::redact_foreign;
use crate::core::{Error, ErrorKind};

/// Vocabularies.
pub const VOCABULARY: Family = Family {
    kind: "connect/vocabulary",
    list: Some(listed("SearchVocabularies", "VocabularySummaryList")),
    describe: Some(("DescribeVocabulary", "Vocabulary")),
    form: Some(ready),
    fields: &[
        field("Id", Class::Identity),
        field("Arn", Class::Identity),
        field("Name", Class::Literal),
        field("LanguageCode", Class::Literal),
        field("Content", Class::Literal),
        // There where it is not ready to be used.
        field("State", Class::Literal),
        field("FailureReason", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("Tags", Class::Tags),
    ],
    create: Some(Setter {
        call: CREATE,
        members: &[
            Member { name: "Name", argument: "VocabularyName" },
            same("LanguageCode"),
            same("Content"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("VocabularyId", "VocabularyArn"),
    fixed: &["Content", "LanguageCode", "Name", "State"],
    remove: Removal::Delete(DELETE),
    longest: (140, 0),
    ..PLAIN
};

/// How long a vocabulary may take to be made or to go.
const LONGEST: Duration = Duration::from_secs(3600);

const CREATE: &str = "CreateVocabulary";
const DELETE: &str = "DeleteVocabulary";
const ASSOCIATE: &str = "AssociateDefaultVocabulary";

/// The default vocabulary of each language.
pub const DEFAULT_VOCABULARY: Family = Family {
    kind: "connect/default-vocabulary",
    list: Some(Listed {
        call: "ListDefaultVocabularies",
        items: "DefaultVocabularyList",
        id: "LanguageCode",
        arn: "",
        name: "LanguageCode",
    }),
    name: "",
    fields: &[
        field("InstanceId", Class::Identity),
        field("LanguageCode", Class::Literal),
        field("VocabularyId", Class::Ref("connect/vocabulary")),
        field("VocabularyName", Class::Volatile),
    ],
    create: Some(Setter {
        call: ASSOCIATE,
        members: &[same("VocabularyId")],
        beside: &[same("LanguageCode")],
        empty: Empty::Omitted,
    }),
    update: &[Setter {
        call: ASSOCIATE,
        members: &[same("VocabularyId")],
        beside: &[same("LanguageCode")],
        empty: Empty::Never,
    }],
    remove: Removal::Delete("DisassociateDefaultVocabulary"),
    stage: Stage::Switch,
    longest: (0, 0),
    ..PLAIN
};

/// Says of a vocabulary that is ready nothing of its state.
fn ready(wire: &mut Map<String, Value>) {
    if wire.get("State").is_some_and(|s| s == "ACTIVE") {
        wire.remove("State");
    }
}

/// Waits until what `m` has begun is over, or somebody wishes the work to stop. A vocabulary that could not be made is
/// taken away again.
pub async fn settled(calls: &Calls, m: &Move, id: &str, with: &Sending<'_>, reply: Reply) -> Reply {
    let mut pause = Duration::from_secs(1);
    let since = calls.account.clock.now();
    loop {
        let state = match calls.describe("DescribeVocabulary", id).await {
            Ok(answer) => answer["Vocabulary"].clone(),
            Err(e) if e.kind == ErrorKind::NotFound && m.call == DELETE => return reply,
            Err(e) => return Reply::Unknown(e.context(format!("cannot see what became of {}", m.address))),
        };
        match (m.call.as_str(), state["State"].as_str()) {
            (CREATE, Some("ACTIVE")) => return reply,
            (CREATE, Some("CREATION_FAILED")) => {
                let why = redact_foreign(state["FailureReason"].as_str().unwrap_or("no reason is given"));
                let error = Error::failed(format!("{} could not be made: {why}", m.address));
                let subject = Subject { id, arn: "" };
                let gone = calls.write(DELETE, &subject, &json!({}), with.lease.until()).await;
                let hint = "its content is a table with the columns Phrase, SoundsLike, IPA and DisplayAs";
                return match gone {
                    Ok(_) => Reply::Refused(error.hint(hint)),
                    Err(failure) if failure.fate == Fate::Refused => Reply::Refused(error.hint(hint)),
                    Err(_) => Reply::Unknown(error.hint(hint)),
                };
            }
            _ => {}
        }
        if with.lease.stop().is_some() {
            return reply;
        }
        let clock = &calls.account.clock;
        if clock.now().duration_since(since).unsigned_abs() >= clock.scale(LONGEST) {
            let what = format!("{} is still being worked on by Connect after an hour", m.address);
            return Reply::Unknown(Error::new(ErrorKind::Unavailable, what));
        }
        with.events.emit(Event::Waiting { why: format!("{} is being worked on by Connect", m.address) });
        calls.account.clock.sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(15));
    }
}

/// Returns the id of the vocabulary that `m` has begun to make or to delete, given the answer; `None` for other moves.
pub fn begun(m: &Move, id: &str, answer: &Value) -> Option<String> {
    match m.call.as_str() {
        CREATE => answer["VocabularyId"].as_str().map(String::from),
        DELETE => Some(id.to_string()),
        _ => None,
    }
}
