//! The kinds that an address may be of.

/// Every kind that an address in the configuration may be of: those with documents, and those known by name, which a
/// reference may name.
pub const KINDS: &[&str] = &[
    "cases/field",
    "cases/template",
    "connect/agent-status",
    "connect/approved-origin",
    "connect/bot-association",
    "connect/data-table",
    "connect/default-vocabulary",
    "connect/email-address",
    "connect/evaluation-form",
    "connect/flow",
    "connect/hours",
    "connect/instance-attribute",
    "connect/integration",
    "connect/lambda-association",
    "connect/module",
    "connect/phone-number",
    "connect/predefined-attribute",
    "connect/prompt",
    "connect/queue",
    "connect/quick-connect",
    "connect/routing-profile",
    "connect/rule",
    "connect/security-key",
    "connect/security-profile",
    "connect/storage-config",
    "connect/task-template",
    "connect/test-case",
    "connect/traffic-distribution-group",
    "connect/user",
    "connect/user-hierarchy-group",
    "connect/user-hierarchy-level",
    "connect/view",
    "connect/vocabulary",
    "ecs/service",
    "lambda/function",
    "lex/bot",
    "site/bucket",
    "wisdom/assistant",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::connect::family::FAMILIES;
    use crate::kinds::connect::flow_refs::{Carries, FLOW_REFS};

    #[test]
    fn every_kind_of_a_table_is_known() {
        let referred = FLOW_REFS.iter().filter_map(|row| match row.carries {
            Carries::Ref(kind) | Carries::KeyRef(kind) => Some(kind),
            Carries::Region => None,
        });
        for kind in FAMILIES.iter().map(|f| f.kind).chain(referred) {
            assert!(KINDS.contains(&kind), "{kind}");
        }
        assert!(KINDS.is_sorted());
    }
}
