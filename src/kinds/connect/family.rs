//! A family: one sort of Connect resource, as a table of fields and of operations.

use serde_json::{Map, Value};

use super::link::Link;
use super::part::Part;
use crate::core::document::Document;
use crate::core::fields::FieldRule;
use crate::core::moves::Stage;

/// A member of a document, and what it is called in a request.
#[derive(Clone, Copy)]
pub struct Member {
    /// In the document.
    pub name: &'static str,
    /// In the request.
    pub argument: &'static str,
}

/// A member that has one name.
pub const fn same(name: &'static str) -> Member {
    Member { name, argument: name }
}

/// An operation that sets some members of a resource, all of them with each call.
#[derive(Clone, Copy)]
pub struct Setter {
    /// The operation.
    pub call: &'static str,
    /// What it sets: its facet.
    pub members: &'static [Member],
    /// What it needs beside, though it does not set it.
    pub beside: &'static [Member],
    /// How one of the members is taken away.
    pub empty: Empty,
}

/// How a member is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Empty {
    /// By leaving it out.
    Omitted,
    /// By an empty value: a text, a list or a structure.
    Blank,
    /// By another operation, without arguments.
    Call(&'static str),
    /// By no call: once it is there, it can only be changed.
    Never,
}

/// The operation that lists a family, and the members of its answer.
#[derive(Clone, Copy)]
pub struct Listed {
    /// The operation.
    pub call: &'static str,
    /// The member of its answer that holds them.
    pub items: &'static str,
    /// The members of an item that are its id, its ARN and its name.
    pub id: &'static str,
    /// Its ARN.
    pub arn: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// A listing whose items have `Id`, `Arn` and `Name`.
pub const fn listed(call: &'static str, items: &'static str) -> Listed {
    Listed { call, items, id: "Id", arn: "Arn", name: "Name" }
}

/// The operation that searches a family, and the members of its answer.
#[derive(Clone, Copy)]
pub struct Searched {
    /// The operation.
    pub call: &'static str,
    /// The member of its answer that holds them.
    pub items: &'static str,
    /// The member of an item that is its id.
    pub id: &'static str,
    /// What an item has to have to be whole; else it is described.
    pub needs: &'static [&'static str],
}

/// What is done to what is to be gone.
#[derive(Clone, Copy)]
pub enum Removal {
    /// It is deleted, by this operation.
    Delete(&'static str),
    /// It is taken away, by this operation, which is told this member of it alone.
    Alone(&'static str, &'static str),
    /// It gets this value of this member, and stays: AWS has no call to delete it.
    Retire(&'static str, &'static str),
    /// Nothing: it is never made and never removed.
    Never,
}

/// Returns the content of an empty shell, given the portable part of the whole.
pub type Shell = fn(&Map<String, Value>) -> Value;

/// Puts what has no order into one; or gives what was read the form of a document.
pub type Arrange = fn(&mut Map<String, Value>);

/// Returns what a document becomes before its resource is deleted.
pub type Last = fn(&Document) -> Document;

/// Whether what one environment has is made in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Travels {
    /// It is.
    Always,
    /// It is the environment's own: made again where it was, nowhere else.
    Never,
}

/// One sort of resource.
pub struct Family {
    /// The kind.
    pub kind: &'static str,
    /// How they are listed; `None` where that takes more than one operation.
    pub list: Option<Listed>,
    /// How many are read at once.
    pub search: Option<Searched>,
    /// The operation that reads one, and the member of its answer that holds it; `None` where the listing says all.
    pub describe: Option<(&'static str, &'static str)>,
    /// What is read by further operations.
    pub parts: &'static [Part],
    /// Gives what was read the form of a document.
    pub form: Option<Arrange>,
    /// The member that is the name.
    pub name: &'static str,
    /// What each member is.
    pub fields: &'static [FieldRule],
    /// The operation that makes one; `None` where it is never made.
    pub create: Option<Setter>,
    /// The members of its answer that are the id and the ARN; empty where it answers neither, and the id is the first
    /// argument.
    pub made: (&'static str, &'static str),
    /// What a new one has, where `create` can't say.
    pub born: &'static [(&'static str, &'static str)],
    /// Operations that set members, in the order in which they are called.
    pub update: &'static [Setter],
    /// Members that are set after it is made, by what sets them anyway.
    pub late: &'static [&'static str],
    /// Lists whose items are added and taken away.
    pub links: &'static [Link],
    /// Members that can never be set again.
    pub fixed: &'static [&'static str],
    /// What is done to what is to be gone.
    pub remove: Removal,
    /// What it becomes before it is deleted, where it cannot be deleted as it is.
    pub last: Option<Last>,
    /// Whether it is made in environments other than its own.
    pub travels: Travels,
    /// What it can be made of first, where it can be made empty and filled later.
    pub shell: Option<Shell>,
    /// Puts what has no order into one, in both parts of a document.
    pub arrange: Option<Arrange>,
    /// Names of those that every instance is made with.
    pub defaults: &'static [&'static str],
    /// When it is written: the cut-over comes last.
    pub stage: Stage,
    /// The most characters of its name and of its description; 0 where the model has no limit.
    pub longest: (usize, usize),
}

impl Family {
    /// Returns whether one can carry tags from the moment that it is made.
    pub fn is_tagged(&self) -> bool {
        self.create.is_some_and(|c| c.members.iter().any(|m| m.name == "Tags"))
    }
}

/// A family that has everything that most have; the rest is filled in.
pub const PLAIN: Family = Family {
    kind: "",
    list: None,
    search: None,
    describe: None,
    parts: &[],
    form: None,
    name: "Name",
    fields: &[],
    create: None,
    made: ("", ""),
    born: &[],
    update: &[],
    late: &[],
    links: &[],
    fixed: &[],
    remove: Removal::Never,
    last: None,
    travels: Travels::Always,
    shell: None,
    arrange: None,
    defaults: &[],
    stage: Stage::Write,
    longest: (127, 250),
};

/// Every family, in no order that matters: references order what is written.
pub const FAMILIES: &[&Family] = &[
    &super::agent_status::AGENT_STATUS,
    &super::association::APPROVED_ORIGIN,
    &super::association::BOT_ASSOCIATION,
    &super::association::LAMBDA_ASSOCIATION,
    &super::data_table::DATA_TABLE,
    &super::email_address::EMAIL_ADDRESS,
    &super::evaluation_form::EVALUATION_FORM,
    &super::flow::FLOW,
    &super::hours::HOURS,
    &super::instance_attribute::INSTANCE_ATTRIBUTE,
    &super::integration::INTEGRATION,
    &super::module::MODULE,
    &super::phone_number::PHONE_NUMBER,
    &super::predefined_attribute::PREDEFINED_ATTRIBUTE,
    &super::prompt::PROMPT,
    &super::queue::QUEUE,
    &super::quick_connect::QUICK_CONNECT,
    &super::routing_profile::ROUTING_PROFILE,
    &super::rule::RULE,
    &super::security_profile::SECURITY_PROFILE,
    &super::task_template::TASK_TEMPLATE,
    &super::user::USER,
    &super::hierarchy::USER_HIERARCHY_LEVEL,
    &super::hierarchy_group::USER_HIERARCHY_GROUP,
    &super::view::VIEW,
    &super::storage_config::STORAGE_CONFIG,
    &super::test_case::TEST_CASE,
    &super::vocabulary::DEFAULT_VOCABULARY,
    &super::vocabulary::VOCABULARY,
];

/// Returns the family of `kind`.
pub fn family(kind: &str) -> Option<&'static Family> {
    FAMILIES.iter().find(|f| f.kind == kind).copied()
}
