//! Integrations: what an instance works with beside itself, and what for. They are the environment's own: put back where
//! they were, never promoted.
//!
//! Source: botocore's `connect` model, `IntegrationAssociationSummary`, `CreateIntegrationAssociation`, `CreateUseCase`.
//! Nothing describes one, and nothing changes one.

use serde_json::{Value, json};

use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, Travels, same};
use super::link::{Batch, Link, whole};
use super::part::Part;
use crate::core::fields::{Class, field};

/// Integrations and their use cases.
pub const INTEGRATION: Family = Family {
    kind: "connect/integration",
    list: Some(Listed {
        call: "ListIntegrationAssociations",
        items: "IntegrationAssociationSummaryList",
        id: "IntegrationAssociationId",
        arn: "IntegrationAssociationArn",
        name: "Name",
    }),
    parts: &[Part::List {
        member: "UseCases",
        call: "ListUseCases",
        items: "UseCaseSummaryList",
        item: |case| case["UseCaseType"].clone(),
        search: None,
    }],
    name: "",
    fields: &[
        field("IntegrationAssociationId", Class::Identity),
        field("IntegrationAssociationArn", Class::Identity),
        field("InstanceId", Class::Identity),
        field("IntegrationType", Class::Local),
        field("IntegrationArn", Class::Local),
        field("SourceApplicationUrl", Class::Local),
        field("SourceApplicationName", Class::Local),
        field("SourceType", Class::Local),
        field("UseCases", Class::Local),
    ],
    create: Some(Setter {
        call: "CreateIntegrationAssociation",
        members: &[
            same("IntegrationType"),
            same("IntegrationArn"),
            same("SourceApplicationUrl"),
            same("SourceApplicationName"),
            same("SourceType"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("IntegrationAssociationId", "IntegrationAssociationArn"),
    links: &[Link {
        member: "UseCases",
        key: whole,
        add: Batch { call: "CreateUseCase", most: 1, arguments: |items| json!({ "UseCaseType": items[0] }) },
        change: None,
        remove: Batch {
            call: "DeleteUseCase",
            most: 1,
            arguments: |items| json!({ "UseCaseType": items[0] }),
        },
    }],
    fixed: &[
        "IntegrationType",
        "IntegrationArn",
        "SourceApplicationUrl",
        "SourceApplicationName",
        "SourceType",
    ],
    remove: Removal::Delete("DeleteIntegrationAssociation"),
    // Whether one with use cases can be deleted is not known.
    last: Some(|from| {
        let mut to = from.clone();
        to.local.remove("UseCases");
        to
    }),
    travels: Travels::Never,
    longest: (0, 0),
    ..PLAIN
};

/// Returns what an integration in a listing is called: its type, and what tells it from others of that type, which is the
/// source's name, else the end of the ARN. It has no name of its own.
pub fn name(item: &Value) -> String {
    let text = |member: &str| item[member].as_str().filter(|t| !t.is_empty());
    let arn = text("IntegrationArn").unwrap_or_default();
    let source = text("SourceApplicationName").or_else(|| arn.rsplit(['/', ':']).next());
    format!("{}:{}", text("IntegrationType").unwrap_or_default(), source.unwrap_or_default())
}
