//! Identifiers and ARNs: derived ones for what a scenario seeds, random ones for what is created.

use super::digest;

/// What a Connect instance (or the services beside it) holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A contact flow.
    Flow,
    /// A flow module.
    Module,
    /// A standard queue.
    Queue,
    /// Hours of operation.
    Hours,
    /// A prompt.
    Prompt,
    /// A view of the step-by-step guides.
    View,
    /// A user.
    User,
    /// A task template.
    TaskTemplate,
    /// A quick connect.
    QuickConnect,
    /// A routing profile.
    RoutingProfile,
    /// A claimed phone number.
    Phone,
    /// An associated Lambda function.
    Lambda,
    /// An associated Lex V2 bot alias, named `BOT#ALIAS`.
    Bot,
    /// A security profile.
    SecurityProfile,
    /// An agent status.
    AgentStatus,
    /// An approved origin, such as `https://desk.example.com`.
    Origin,
    /// A level of the hierarchy of users, `LevelOne` to `LevelFive`.
    UserHierarchyLevel,
    /// A group of the hierarchy of users.
    UserHierarchyGroup,
    /// A predefined attribute.
    PredefinedAttribute,
    /// A data table.
    DataTable,
    /// The default vocabulary of a language.
    DefaultVocabulary,
    /// An email address.
    EmailAddress,
    /// An evaluation form.
    EvaluationForm,
    /// An attribute of the instance, such as `CONTACT_LENS`.
    InstanceAttribute,
    /// An integration association, named by its type and its source.
    Integration,
    /// A rule.
    Rule,
    /// A security key, named by its id.
    SecurityKey,
    /// Where files of one type are stored, such as `CALL_RECORDINGS`.
    StorageConfig,
    /// A test case.
    TestCase,
    /// A custom vocabulary.
    Vocabulary,
}

impl Kind {
    /// All kinds, in the order of state dumps.
    pub const ALL: [Kind; 30] = [
        Kind::Flow,
        Kind::Module,
        Kind::Queue,
        Kind::Hours,
        Kind::Prompt,
        Kind::View,
        Kind::User,
        Kind::TaskTemplate,
        Kind::QuickConnect,
        Kind::RoutingProfile,
        Kind::Phone,
        Kind::Lambda,
        Kind::Bot,
        Kind::SecurityProfile,
        Kind::AgentStatus,
        Kind::Origin,
        Kind::UserHierarchyLevel,
        Kind::UserHierarchyGroup,
        Kind::PredefinedAttribute,
        Kind::DataTable,
        Kind::DefaultVocabulary,
        Kind::EmailAddress,
        Kind::EvaluationForm,
        Kind::InstanceAttribute,
        Kind::Integration,
        Kind::Rule,
        Kind::SecurityKey,
        Kind::StorageConfig,
        Kind::TestCase,
        Kind::Vocabulary,
    ];

    /// The word for it in scenario files and state dumps.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Flow => "flow",
            Kind::Module => "module",
            Kind::Queue => "queue",
            Kind::Hours => "hours",
            Kind::Prompt => "prompt",
            Kind::View => "view",
            Kind::User => "user",
            Kind::TaskTemplate => "task-template",
            Kind::QuickConnect => "quick-connect",
            Kind::RoutingProfile => "routing-profile",
            Kind::Phone => "phone",
            Kind::Lambda => "lambda",
            Kind::Bot => "bot",
            Kind::SecurityProfile => "security-profile",
            Kind::AgentStatus => "agent-status",
            Kind::Origin => "origin",
            Kind::UserHierarchyLevel => "user-hierarchy-level",
            Kind::UserHierarchyGroup => "user-hierarchy-group",
            Kind::PredefinedAttribute => "predefined-attribute",
            Kind::DataTable => "data-table",
            Kind::DefaultVocabulary => "default-vocabulary",
            Kind::EmailAddress => "email-address",
            Kind::EvaluationForm => "evaluation-form",
            Kind::InstanceAttribute => "instance-attribute",
            Kind::Integration => "integration",
            Kind::Rule => "rule",
            Kind::SecurityKey => "security-key",
            Kind::StorageConfig => "storage-config",
            Kind::TestCase => "test-case",
            Kind::Vocabulary => "vocabulary",
        }
    }

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// The part of the ARN before the id (Service Authorization Reference, "Resource types defined by Amazon
    /// Connect"). Phone numbers, functions and bots do not stand below the instance.
    pub(crate) fn arn_noun(self) -> &'static str {
        match self {
            Kind::Flow => "contact-flow",
            Kind::Module => "flow-module",
            Kind::Queue => "queue",
            Kind::Hours => "operating-hours",
            Kind::Prompt => "prompt",
            Kind::View => "view",
            Kind::User => "agent",
            Kind::TaskTemplate => "task-template",
            Kind::QuickConnect => "transfer-destination",
            Kind::RoutingProfile => "routing-profile",
            Kind::Phone => "phone-number",
            Kind::Lambda => "function",
            Kind::Bot => "bot-alias",
            Kind::SecurityProfile => "security-profile",
            Kind::AgentStatus => "agent-state",
            Kind::Origin => "approved-origin",
            Kind::UserHierarchyLevel => "agent-group-level",
            Kind::UserHierarchyGroup => "agent-group",
            Kind::PredefinedAttribute => "predefined-attribute",
            Kind::DataTable => "data-table",
            Kind::DefaultVocabulary => "default-vocabulary",
            Kind::EmailAddress => "email-address",
            Kind::EvaluationForm => "evaluation-form",
            Kind::InstanceAttribute => "attribute",
            Kind::Integration => "integration-association",
            Kind::Rule => "rule",
            Kind::SecurityKey => "security-key",
            Kind::StorageConfig => "storage-config",
            Kind::TestCase => "test-case",
            Kind::Vocabulary => "vocabulary",
        }
    }
}

/// A UUID (version 4 shape) out of 16 bytes.
pub(crate) fn uuid(mut bytes: [u8; 16]) -> String {
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex = hex::encode(bytes);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}

/// A UUID that is the same for the same parts.
pub(crate) fn derived(parts: &[&str]) -> String {
    let digest = digest::sha256(parts.join("\u{1}").as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid(bytes)
}

/// Ten capitals and digits, as Lex ids are, the same for the same parts.
pub(crate) fn derived_ten(parts: &[&str]) -> String {
    let digest = digest::sha256(parts.join("\u{1}").as_bytes());
    digest
        .iter()
        .take(10)
        .map(|byte| char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[usize::from(*byte) % 36]))
        .collect()
}

/// Random bytes; when the system has none, bytes derived from the time.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    if getrandom::fill(&mut bytes).is_err() {
        let digest = digest::sha256(&super::clock::wall().to_le_bytes());
        for (to, from) in bytes.iter_mut().zip(digest.iter().cycle()) {
            *to = *from;
        }
    }
    bytes
}

/// A new random UUID.
pub(crate) fn random_uuid() -> String {
    uuid(random())
}
