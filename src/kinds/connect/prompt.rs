//! Prompts and their audio.
//!
//! Source: botocore's `connect` model, `Prompt`, `CreatePrompt`, `UpdatePrompt`, `GetPromptFile`.

use super::family::{Empty, Family, Member, PLAIN, Removal, Searched, Setter, listed, same};
use super::part::Part;
use crate::core::fields::{Class, field};

/// The audio, as the service is told where to take it from.
const AUDIO: Member = Member { name: "Audio", argument: "S3Uri" };

/// Prompts.
pub const PROMPT: Family = Family {
    kind: "connect/prompt",
    list: Some(listed("ListPrompts", "PromptSummaryList")),
    search: Some(Searched { call: "SearchPrompts", items: "Prompts", id: "PromptId", needs: &["Name"] }),
    describe: Some(("DescribePrompt", "Prompt")),
    parts: &[Part::Audio { member: "Audio" }],
    fields: &[
        field("PromptARN", Class::Identity),
        field("PromptId", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("Audio", Class::Blob),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreatePrompt",
        members: &[same("Name"), same("Description"), AUDIO, same("Tags")],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("PromptId", "PromptARN"),
    update: &[
        Setter { call: "UpdatePrompt", members: &[AUDIO], beside: &[], empty: Empty::Never },
        Setter {
            call: "UpdatePrompt",
            members: &[same("Name"), same("Description")],
            beside: &[],
            // The model's `PromptDescription` has at least one character.
            empty: Empty::Never,
        },
    ],
    remove: Removal::Delete("DeletePrompt"),
    longest: (256, 250),
    ..PLAIN
};
