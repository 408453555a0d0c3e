//! Security profiles: what those who have them may do.
//!
//! Source: botocore's `connect` model, `SecurityProfile`, `CreateSecurityProfile`, `UpdateSecurityProfile`,
//! `ListSecurityProfile*`.

use serde_json::{Map, Value};

use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, same};
use super::part::{Part, as_it_is};
use crate::core::fields::{Class, field};

/// Security profiles.
pub const SECURITY_PROFILE: Family = Family {
    kind: "connect/security-profile",
    list: Some(Listed {
        call: "ListSecurityProfiles",
        items: "SecurityProfileSummaryList",
        id: "Id",
        arn: "Arn",
        name: "Name",
    }),
    describe: Some(("DescribeSecurityProfile", "SecurityProfile")),
    parts: &[
        Part::List {
            member: "Permissions",
            call: "ListSecurityProfilePermissions",
            items: "Permissions",
            item: as_it_is,
            search: None,
        },
        Part::List {
            member: "Applications",
            call: "ListSecurityProfileApplications",
            items: "Applications",
            item: as_it_is,
            search: None,
        },
        Part::List {
            member: "AllowedFlowModules",
            call: "ListSecurityProfileFlowModules",
            items: "AllowedFlowModules",
            item: as_it_is,
            search: None,
        },
        Part::List {
            member: "AllowedAIAgents",
            call: "ListSecurityProfileAIAgents",
            items: "AllowedAIAgents",
            item: as_it_is,
            search: None,
        },
    ],
    form: Some(nothing),
    name: "SecurityProfileName",
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("OrganizationResourceId", Class::Identity),
        field("SecurityProfileName", Class::Literal),
        field("Description", Class::Portable),
        field("Permissions", Class::Literal),
        field("Applications", Class::Portable),
        field("AllowedFlowModules.FlowModuleId", Class::Ref("connect/module")),
        field("AllowedFlowModules.Type", Class::Literal),
        // An agent of AWS's or of a third party; no kind keeps it, so its ARN is swept.
        field("AllowedAIAgents", Class::Portable),
        field("AllowedAccessControlTags", Class::Portable),
        field("TagRestrictedResources", Class::Literal),
        field("HierarchyRestrictedResources", Class::Literal),
        field("AllowedAccessControlHierarchyGroupId", Class::LocalRef("connect/user-hierarchy-group")),
        field("GranularAccessControlConfiguration", Class::Portable),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateSecurityProfile",
        members: &[
            same("SecurityProfileName"),
            same("Description"),
            same("Permissions"),
            same("Applications"),
            same("AllowedFlowModules"),
            same("AllowedAIAgents"),
            same("AllowedAccessControlTags"),
            same("TagRestrictedResources"),
            same("HierarchyRestrictedResources"),
            same("AllowedAccessControlHierarchyGroupId"),
            same("GranularAccessControlConfiguration"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("SecurityProfileId", "SecurityProfileArn"),
    update: &[Setter {
        call: "UpdateSecurityProfile",
        members: &[
            same("Description"),
            same("Permissions"),
            same("Applications"),
            same("AllowedFlowModules"),
            same("AllowedAIAgents"),
            same("AllowedAccessControlTags"),
            same("TagRestrictedResources"),
            same("HierarchyRestrictedResources"),
            same("AllowedAccessControlHierarchyGroupId"),
            same("GranularAccessControlConfiguration"),
        ],
        beside: &[],
        empty: Empty::Blank,
    }],
    fixed: &["SecurityProfileName"],
    remove: Removal::Delete("DeleteSecurityProfile"),
    arrange: Some(arrange),
    // Administrator guide, "Default security profiles".
    defaults: &["Admin", "Agent", "CallCenterManager", "QualityAnalyst"],
    ..PLAIN
};

/// Takes out empty sets: each says what none says, and one is what an update leaves that takes the last of it away.
fn nothing(wire: &mut Map<String, Value>) {
    wire.retain(|_, value| value.as_array().is_none_or(|set| !set.is_empty()));
}

/// Sorts what is a set.
fn arrange(part: &mut Map<String, Value>) {
    let sets = [
        "Permissions",
        "Applications",
        "AllowedFlowModules",
        "AllowedAIAgents",
        "TagRestrictedResources",
        "HierarchyRestrictedResources",
    ];
    for name in sets {
        if let Some(Value::Array(set)) = part.get_mut(name) {
            set.sort_by_cached_key(Value::to_string);
        }
    }
}
