//! Test cases: contacts that are played through flows.
//!
//! Source: botocore's `connect` model, `TestCase`, `CreateTestCase`, `UpdateTestCase`.

use super::family::{Empty, Family, PLAIN, Removal, Setter, listed, same};
use crate::core::fields::{Class, field};

/// Test cases.
pub const TEST_CASE: Family = Family {
    kind: "connect/test-case",
    list: Some(listed("ListTestCases", "TestCaseSummaryList")),
    describe: Some(("DescribeTestCase", "TestCase")),
    fields: &[
        field("Id", Class::Identity),
        field("Arn", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("Content", Class::Embedded(|content, encoder| encoder.value(content))),
        field("InitializationData", Class::Embedded(|data, encoder| encoder.value(data))),
        field("EntryPoint.Type", Class::Literal),
        field("EntryPoint.VoiceCallEntryPointParameters.FlowId", Class::Ref("connect/flow")),
        // Numbers are each environment's own.
        field("EntryPoint.VoiceCallEntryPointParameters.SourcePhoneNumber", Class::Local),
        field("EntryPoint.VoiceCallEntryPointParameters.DestinationPhoneNumber", Class::Local),
        field("EntryPoint.ChatEntryPointParameters.FlowId", Class::Ref("connect/flow")),
        field("Status", Class::Literal),
        field("Tags", Class::Tags),
        field("TestCaseSha256", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateTestCase",
        members: &[
            same("Name"),
            same("Description"),
            same("Content"),
            same("EntryPoint"),
            same("InitializationData"),
            same("Status"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("TestCaseId", "TestCaseArn"),
    update: &[
        Setter {
            call: "UpdateTestCase",
            members: &[same("Name"), same("Description")],
            beside: &[],
            // An empty description is allowed; that it takes one away is seen by looking.
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateTestCase",
            members: &[same("Content"), same("EntryPoint"), same("InitializationData"), same("Status")],
            beside: &[],
            // What is left out stays.
            empty: Empty::Never,
        },
    ],
    remove: Removal::Delete("DeleteTestCase"),
    longest: (0, 0),
    ..PLAIN
};
