//! Coverage: what of Connect travels, how, and what AWS has no call for; as the table in the README.

use super::family::{Empty, FAMILIES, Family, Removal, Travels};
use super::part::Part;

/// What of a kind cannot be told from its tables.
const REMARKS: &[(&str, &str)] = &[
    ("connect/flow", "those that every instance has are matched by name, never created or deleted"),
    (
        "connect/phone-number",
        "claiming and releasing are left to people; numbers do not move between accounts",
    ),
    ("connect/agent-status", "the system's own are matched"),
    ("connect/security-profile", "AWS's own are matched"),
    ("connect/queue", "agents' own queues come with their users; the address that one sends from stays"),
    ("connect/prompt", "with its audio"),
    ("connect/hours", "with overrides and parents"),
    ("connect/user", "by name only, unless `users = true`; a new one gets a password that nobody knows"),
    ("connect/user-hierarchy-group", "called by its path: `Europe/Berlin`"),
    ("connect/user-hierarchy-level", "the levels of the one structure that an instance has"),
    ("connect/view", "AWS's own are left alone; drafts beside published content are not kept"),
    ("connect/predefined-attribute", "AWS's own (`connect:...`) are left alone"),
    (
        "connect/data-table",
        "with its attributes; values, where asked for, 25 with a call, all of them or none",
    ),
    (
        "connect/evaluation-form",
        "the active version, else the latest; drafts beside an active one stay, and versions are never deleted; the \
         categories that it asks for are names of rules",
    ),
    (
        "connect/vocabulary",
        "a changed one has to be made under a new name; creating and deleting are waited for",
    ),
    (
        "connect/email-address",
        "with its alias and its flows; found by search only; its domain has to be verified",
    ),
    ("connect/instance-attribute", "one for each; those that the target does not have are left out"),
    (
        "connect/integration",
        "never promoted: put back where it was; rules name it by type and source; tags are not read",
    ),
    ("connect/rule", "most cannot be renamed"),
    ("connect/storage-config", "never promoted: put back where it was"),
    ("connect/test-case", "the numbers of its entry point stay"),
];

/// Members that a resource always has, so that nobody could want to take them away.
const ALWAYS: [&str; 13] = [
    "AgentAvailabilityTimer",
    "AttributeConfiguration",
    "Audio",
    "Content",
    "DefaultOutboundQueueId",
    "HoursOfOperationId",
    "MediaConcurrencies",
    "Name",
    "State",
    "Status",
    "Value",
    "Values",
    "VocabularyId",
];

/// A family of Connect that has no documents: what it is called, the operations that list it, what becomes of it.
pub struct Other {
    /// What it is called.
    pub family: &'static str,
    /// The operations that list or search it or its parts; none where AWS has no API for it.
    pub listed: &'static [&'static str],
    /// What becomes of it.
    pub becomes: &'static str,
    /// What AWS has no call for.
    pub lacks: &'static str,
}

impl Other {
    const fn lacks(self, lacks: &'static str) -> Other {
        Other { lacks, ..self }
    }
}

const fn other(family: &'static str, listed: &'static [&'static str], becomes: &'static str) -> Other {
    Other { family, listed, becomes, lacks: "" }
}

/// What is beside an instance, as rows of the table: their drivers have more than tables.
const BESIDE: &str = "\
| `ecs/service` | created, updated, deleted | `networkConfiguration`, `loadBalancers`, `serviceRegistries`, \
`serviceConnectConfiguration`, `volumeConfigurations`, `vpcLatticeConfigurations`, `capacityProviderStrategy`, alarms and \
lifecycle hooks of deployments, `executionRoleArn`, `taskRoleArn`, log groups, the values of `environment` | changing a \
revision, or making one with a number of one's own | with its task definition, images by digest and copied where they \
lack; an update never sends how many tasks there are to be; no clusters, target groups or scaling |
| `lambda/function` | created, updated, deleted | the values of `Environment.Variables`, `Role`, `VpcConfig`, `KMSKeyArn`, \
`DeadLetterConfig`, `FileSystemConfigs`, `LoggingConfig.LogGroup`, permissions of others than Connect and Lex; \
`ReservedConcurrentExecutions` and whether event sources are enabled, unless `--include-operational` | changing a version, \
or making one with a number of one's own | with its code by SHA-256, images by digest, aliases by the content of their \
versions; no function URLs, no provisioned concurrency |
| `lex/bot` | created, updated, deleted | `RoleArn`, conversation logs of aliases | changing a version, or making one \
with a number of one's own | what its aliases serve, whole and by name; new versions and the draft are left over; no \
networks of bots |
";

const BY_NAME: &str = "by name only: has to be in the target, under the same name";
const NOT_YET: &str = "not yet";

/// Every family of botocore's `connect` model that has no documents, and those without an API.
pub const OTHERS: &[Other] = &[
    other("version of a view", &["ListViewVersions"], NOT_YET)
        .lacks("changing it, or making one with a number of one's own"),
    other(
        "version or alias of a module",
        &["ListContactFlowModuleVersions", "ListContactFlowModuleAliases"],
        "with `connect/module`: aliases, and the versions that they need",
    )
    .lacks("changing a version, or making one with a number of one's own"),
    other("version or alias of a flow", &["ListContactFlowVersions", "ListContactFlowAliases"], NOT_YET)
        .lacks("changing it, or making one with a number of one's own"),
    other("security key", &["ListSecurityKeys"], BY_NAME).lacks("changing it"),
    other(
        "what a security profile permits AI agents",
        &["ListSecurityProfileAIAgents"],
        "with `connect/security-profile`",
    ),
    other("security profiles of an AI agent", &["ListEntitySecurityProfiles"], NOT_YET),
    other("authentication profile", &["ListAuthenticationProfiles"], NOT_YET)
        .lacks("creating or deleting it"),
    other(
        "traffic distribution group",
        &["ListTrafficDistributionGroups", "ListTrafficDistributionGroupUsers"],
        NOT_YET,
    )
    .lacks("changing its name"),
    other(
        "workspace",
        &[
            "ListWorkspaces",
            "SearchWorkspaces",
            "SearchWorkspaceAssociations",
            "ListWorkspacePages",
            "ListWorkspaceMedia",
        ],
        NOT_YET,
    ),
    other("metric", &["ListMetrics", "SearchMetrics"], NOT_YET),
    other("notification", &["ListNotifications", "SearchNotifications", "ListUserNotifications"], NOT_YET),
    other("extraction definition", &["ListExtractionDefinitions"], NOT_YET),
    other("configuration of attached files", &["ListAttachedFilesConfigurations"], NOT_YET)
        .lacks("creating or deleting it"),
    other(
        "association with the analytics data lake",
        &["ListAnalyticsDataAssociations", "ListAnalyticsDataLakeDataSets"],
        NOT_YET,
    ),
    other("bot of Lex V1", &["ListLexBots"], "not covered: flows keep its name"),
    other("forecasting, capacity planning and scheduling", &[], "never")
        .lacks("reading or writing their configuration"),
];

/// Lists and searches of `connect` that are of no configuration: contacts and their like, and other ways to what is
/// above.
pub const NO_FAMILY: &[&str] = &[
    "ListAssociatedContacts",
    "ListChildHoursOfOperations",
    "ListContactEvaluations",
    "ListContactReferences",
    "ListInstances",
    "ListReplicationFindings",
    "ListPhoneNumbers",
    "ListRealtimeContactAnalysisSegmentsV2",
    "ListTagsForResource",
    "ListDataTablePrimaryValues",
    "ListEvaluationFormAIVersions",
    "ListTestCaseExecutionRecords",
    "ListTestCaseExecutions",
    "SearchAvailablePhoneNumbers",
    "SearchDataTables",
    "SearchEvaluationForms",
    "SearchRules",
    "SearchTestCases",
    "SearchContactEvaluations",
    "SearchContacts",
    "SearchResourceTags",
    "SearchSecurityProfiles",
    "SearchUsers",
    "SearchViews",
];

/// Returns the table, in Markdown.
pub fn table() -> String {
    let mut out = String::from(
        "| kind | how | what stays the target's own | what AWS has no call for | remarks |\n|---|---|---|---|---|\n",
    );
    let mut families: Vec<&Family> = FAMILIES.to_vec();
    families.sort_by_key(|f| f.kind);
    for family in families {
        let remark = REMARKS.iter().find(|(kind, _)| *kind == family.kind).map_or("", |(_, said)| said);
        let cells = [how(family), own(family), lacks(family), remark.to_string()];
        out.push_str(&format!("| `{}` | {} |\n", family.kind, cells.join(" | ")));
    }
    for o in OTHERS {
        out.push_str(&format!("| {} | {} | | {} | |\n", o.family, o.becomes, o.lacks));
    }
    out.push_str(BESIDE);
    out
}

/// Returns the operations of `connect` that list or search what there are documents of.
pub fn listing_calls() -> Vec<&'static str> {
    let parts = FAMILIES.iter().flat_map(|f| f.parts).flat_map(|p| match *p {
        Part::List { call, search, .. } => [Some(call), search.map(|(call, ..)| call)],
        Part::Found { call, .. } => [Some(call), None],
        Part::Audio { .. } => [None, None],
    });
    let mut calls: Vec<&str> = parts.flatten().collect();
    calls.extend(FAMILIES.iter().filter_map(|f| f.list.map(|l| l.call)));
    calls.extend(FAMILIES.iter().filter_map(|f| f.search.map(|s| s.call)));
    calls.extend(super::association::LISTS);
    calls.extend(super::hierarchy_group::LISTS);
    calls.extend(["ListEvaluationFormVersions", "ListFlowAssociations"]);
    // What stands behind a colon says what it is about.
    calls.retain(|call| !call.contains(':'));
    calls
}

fn how(family: &Family) -> String {
    let mut words = Vec::new();
    words.push(match (family.create.is_some(), family.travels) {
        (true, Travels::Always) => "created",
        (true, Travels::Never) => "put back",
        (false, _) => "matched by name",
    });
    if !family.update.is_empty() || !family.links.is_empty() {
        words.push("updated");
    }
    let retired;
    match family.remove {
        Removal::Delete(_) | Removal::Alone(..) => words.push("deleted"),
        Removal::Retire(member, value) => {
            retired = format!("retired ({member} {value})");
            words.push(&retired);
        }
        Removal::Never => {}
    }
    words.join(", ")
}

/// Returns the members that stay, with those that operators change by the hour apart.
fn own(family: &Family) -> String {
    let named = |operational: bool| -> Vec<String> {
        let fields =
            family.fields.iter().filter(|f| f.class.stays() && f.class.is_operational() == operational);
        fields.map(|f| format!("`{}`", f.path)).collect()
    };
    let (local, operational) = (named(false), named(true));
    let mut parts = Vec::new();
    if !local.is_empty() {
        parts.push(local.join(", "));
    }
    if !operational.is_empty() {
        parts.push(format!("{}, unless `--include-operational`", operational.join(", ")));
    }
    parts.join("; ")
}

fn lacks(family: &Family) -> String {
    let mut parts = Vec::new();
    if family.kind == "connect/phone-number" {
        parts.push("moving it to another account".to_string());
    }
    let list = |names: Vec<&str>| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    if !family.fixed.is_empty() {
        parts.push(format!("changing {}", list(family.fixed.to_vec())));
    }
    if family.kind == "connect/user" {
        parts.push("reading its password".to_string());
    }
    let lasting = family.update.iter().filter(|s| s.empty == Empty::Never).flat_map(|s| s.members);
    let lasting: Vec<&str> = lasting.map(|m| m.name).filter(|n| !ALWAYS.contains(n)).collect();
    if !lasting.is_empty() {
        parts.push(format!("taking away {}", list(lasting)));
    }
    if let Removal::Retire(..) = family.remove {
        parts.push("deleting it".into());
    }
    parts.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_remark_is_about_a_family() {
        for (kind, _) in REMARKS {
            assert!(FAMILIES.iter().any(|f| f.kind == *kind), "{kind}");
        }
    }
}
