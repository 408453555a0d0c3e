//! Users and their proficiencies. Kept only where the environment asks for it (`users = true`); else a user is a name.
//!
//! Who they are and how they work (`IdentityInfo`, the phone, what follows a contact) is personal: it stays in its
//! environment unless a deployment promotes what is operational. What they may do travels.
//!
//! Source: botocore's `connect` model, `User`, `CreateUser`, `UpdateUser*`, `DeleteUser`, `*UserProficiencies`.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, Listed, PLAIN, Removal, Setter, same};
use super::link::{Batch, Link};
use super::part::Part;
use crate::core::address::Address;
use crate::core::compare::Difference;
use crate::core::document::Document;
use crate::core::fields::{Class, field};
use crate::core::finding::{Finding, Weight};
use crate::core::means::Users;
use crate::core::plan::Plan;
use crate::core::redact;

/// The kind.
pub const KIND: &str = "connect/user";

/// What is set for each channel, and the members of `PhoneConfig` that say the same of all channels at once.
///
/// Source: `CreateUser`: these cannot be set together.
const BY_CHANNEL: [(&str, &[&str]); 4] = [
    ("AutoAcceptConfigs", &["AutoAccept"]),
    ("AfterContactWorkConfigs", &["AfterContactWorkTimeLimit"]),
    ("PhoneNumberConfigs", &["PhoneType", "DeskPhoneNumber"]),
    ("PersistentConnectionConfigs", &["PersistentConnection"]),
];

/// The members of a phone that are numbers.
///
/// Source: botocore's `connect` model, `UserPhoneConfig.DeskPhoneNumber`, `PhoneNumberConfig.PhoneNumber`.
const NUMBERS: [&str; 2] = ["DeskPhoneNumber", "PhoneNumber"];

/// Users.
pub const USER: Family = Family {
    kind: KIND,
    list: Some(Listed {
        call: "ListUsers",
        items: "UserSummaryList",
        id: "Id",
        arn: "Arn",
        name: "Username",
    }),
    // A search leaves out addresses and numbers (`UserIdentityInfoLite`), so each is described.
    describe: Some(("DescribeUser", "User")),
    parts: &[Part::List {
        member: "Proficiencies",
        call: "ListUserProficiencies",
        items: "UserProficiencyList",
        item: proficiency,
        search: None,
    }],
    form: Some(form),
    name: "Username",
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("Username", Class::Literal),
        field("IdentityInfo", Class::Operational),
        field("PhoneConfig", Class::Operational),
        field("AutoAcceptConfigs", Class::Operational),
        field("AfterContactWorkConfigs", Class::Operational),
        field("PhoneNumberConfigs", Class::Operational),
        field("PersistentConnectionConfigs", Class::Operational),
        field("VoiceEnhancementConfigs", Class::Operational),
        field("DirectoryUserId", Class::Local),
        field("SecurityProfileIds", Class::Ref("connect/security-profile")),
        field("RoutingProfileId", Class::Ref("connect/routing-profile")),
        field("HierarchyGroupId", Class::Ref("connect/user-hierarchy-group")),
        field("Proficiencies.AttributeName", Class::Ref("connect/predefined-attribute")),
        field("Proficiencies.AttributeValue", Class::Literal),
        field("Proficiencies.Level", Class::Literal),
        field("Tags", Class::Tags),
        field("LastModifiedTime", Class::Volatile),
        field("LastModifiedRegion", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateUser",
        members: &[
            same("Username"),
            same("IdentityInfo"),
            same("PhoneConfig"),
            same("AutoAcceptConfigs"),
            same("AfterContactWorkConfigs"),
            same("PhoneNumberConfigs"),
            same("PersistentConnectionConfigs"),
            same("VoiceEnhancementConfigs"),
            same("DirectoryUserId"),
            same("SecurityProfileIds"),
            same("RoutingProfileId"),
            same("HierarchyGroupId"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("UserId", "UserArn"),
    update: &[
        Setter {
            call: "UpdateUserIdentityInfo",
            members: &[same("IdentityInfo")],
            beside: &[],
            empty: Empty::Blank,
        },
        // Before the phone's: what is set by channel takes the place of what was set for all of them.
        Setter {
            call: "UpdateUserConfig",
            members: &[
                same("AutoAcceptConfigs"),
                same("AfterContactWorkConfigs"),
                same("PhoneNumberConfigs"),
                same("PersistentConnectionConfigs"),
                same("VoiceEnhancementConfigs"),
            ],
            beside: &[],
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateUserPhoneConfig",
            members: &[same("PhoneConfig")],
            beside: &[],
            empty: Empty::Blank,
        },
        Setter {
            call: "UpdateUserRoutingProfile",
            members: &[same("RoutingProfileId")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter {
            call: "UpdateUserSecurityProfiles",
            members: &[same("SecurityProfileIds")],
            beside: &[],
            empty: Empty::Omitted,
        },
        // The group is no required argument: without one a user is in none.
        Setter {
            call: "UpdateUserHierarchy",
            members: &[same("HierarchyGroupId")],
            beside: &[],
            empty: Empty::Omitted,
        },
    ],
    links: &[Link {
        member: "Proficiencies",
        key: |item| json!([item["AttributeName"], item["AttributeValue"]]),
        add: Batch { call: "AssociateUserProficiencies", most: MOST, arguments: proficiencies },
        change: Some(Batch { call: "UpdateUserProficiencies", most: MOST, arguments: proficiencies }),
        remove: Batch {
            call: "DisassociateUserProficiencies",
            most: MOST,
            arguments: |items| {
                let bare = |item: &Value| json!({ "AttributeName": item["AttributeName"], "AttributeValue": item["AttributeValue"] });
                json!({ "UserProficiencies": items.iter().map(bare).collect::<Vec<_>>() })
            },
        },
    }],
    fixed: &["Username"],
    remove: Removal::Delete("DeleteUser"),
    arrange: Some(arrange),
    longest: (100, 0),
    ..PLAIN
};

/// How many proficiencies a call takes: the model has no limit, so few at once.
const MOST: usize = 10;

fn proficiencies(items: &[Value]) -> Value {
    json!({ "UserProficiencies": items })
}

/// Returns `item` with its level as a whole number where it is one, however it is written.
fn proficiency(item: &Value) -> Value {
    let mut item = item.clone();
    if let Some(level) = item["Level"].as_f64()
        && level.fract() == 0.0
        && (1.0..=5.0).contains(&level)
    {
        item["Level"] = json!(level as u64);
    }
    item
}

/// Takes out of what is said of all channels what is said of each, and lists with nothing in them.
fn form(wire: &mut Map<String, Value>) {
    wire.retain(|_, value| value.as_array().is_none_or(|list| !list.is_empty()));
    for (by_channel, same) in BY_CHANNEL {
        if let (true, Some(Value::Object(phone))) =
            (wire.contains_key(by_channel), wire.get_mut("PhoneConfig"))
        {
            phone.retain(|name, _| !same.contains(&name.as_str()));
        }
    }
    for name in ["IdentityInfo", "PhoneConfig"] {
        if let Some(Value::Object(members)) = wire.get_mut(name) {
            members.retain(|_, value| !value.is_null() && *value != json!(""));
        }
    }
}

/// Sorts what is a set.
fn arrange(part: &mut Map<String, Value>) {
    let channels = BY_CHANNEL.iter().map(|(name, _)| *name);
    for name in channels.chain(["SecurityProfileIds", "VoiceEnhancementConfigs"]) {
        if let Some(Value::Array(set)) = part.get_mut(name) {
            set.sort_by_cached_key(Value::to_string);
        }
    }
}

/// What stands for who somebody is, where that is not shown.
const SOMEBODY: &str = "[personal]";

/// Takes out of `plan`, which is to be shown, who users are and where they are called: their names, addresses and numbers.
/// Their user names stay. What is performed is another copy.
pub fn impersonal(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    for m in plan.moves.iter_mut().filter(|m| m.address.kind() == KIND) {
        texts(&mut m.args).into_iter().for_each(|text| *text = SOMEBODY.into());
    }
    plan
}

/// Returns `document`, which is to be shown where many read, likewise.
pub fn impersonal_document(address: &Address, document: &Document) -> Document {
    let mut document = document.clone();
    if address.kind() == KIND {
        for part in [&mut document.portable, &mut document.local] {
            let mut whole = Value::Object(std::mem::take(part));
            texts(&mut whole).into_iter().for_each(|text| *text = SOMEBODY.into());
            *part = whole.as_object().cloned().unwrap_or_default();
        }
    }
    document
}

/// Returns `difference`, which is to be shown where many read, likewise.
pub fn impersonal_difference(difference: &Difference) -> Difference {
    let mut difference = difference.clone();
    let own = difference.address.kind() == KIND;
    let person = |path: &str| {
        let first = path.split(['.', '[']).next().unwrap_or_default();
        ["IdentityInfo", "PhoneConfig", "PhoneNumberConfigs"].contains(&first)
    };
    for place in difference.places.iter_mut().filter(|place| own && person(&place.path)) {
        for value in [&mut place.from, &mut place.to].into_iter().flatten() {
            // What is said of a phone beside its number is a switch or a word of a fixed set.
            if !value.is_boolean() && !value.is_number() {
                *value = SOMEBODY.into();
            }
        }
    }
    difference
}

/// Returns the texts in `args`, the arguments of a call, that say who a user is or where that one is called.
fn texts(args: &mut Value) -> Vec<&mut String> {
    let mut all = Vec::new();
    for (name, value) in args.as_object_mut().into_iter().flatten() {
        match (name.as_str(), value) {
            ("IdentityInfo", Value::Object(person)) => all.extend(person.values_mut()),
            ("PhoneConfig", Value::Object(phone)) => all.extend(numbers(phone)),
            ("PhoneNumberConfigs", Value::Array(phones)) => {
                all.extend(phones.iter_mut().filter_map(Value::as_object_mut).flat_map(numbers));
            }
            _ => {}
        }
    }
    let text = |value| match value {
        &mut Value::String(ref mut text) => Some(text),
        _ => None,
    };
    all.into_iter().filter_map(text).collect()
}

fn numbers(phone: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    phone.iter_mut().filter(|(name, _)| NUMBERS.contains(&name.as_str())).map(|(_, value)| value)
}

/// Notes who the user of `args` is, and the numbers where that one is called. That is no secret where users are owned, and
/// still nothing that a refusal is to carry into the audit, to a webhook and into a pipeline's summary.
pub fn confide(args: &Value) {
    texts(&mut args.clone()).into_iter().for_each(|text| redact::confide(text));
}

/// Returns what the wish `to` can become in an environment that wants `users`, and what is to be said: where users are
/// names only they stay as they are, and a new one needs somebody who knows who it is.
pub fn attainable(
    users: Users,
    address: &Address,
    from: Option<&Document>,
    to: Option<Document>,
) -> (Option<Document>, Vec<Finding>) {
    if address.kind() != KIND {
        return (to, Vec::new());
    }
    if users == Users::ByName {
        let finding = Finding::new(Weight::Note, Some(address), "is left as it is: users are names here");
        let hint = "users = true, where the environment is configured, keeps and writes them";
        return (from.cloned(), vec![finding.hint(hint)]);
    }
    let mut said = Vec::new();
    if let (None, Some(to)) = (from, &to) {
        let given = |name: &str| to.local.contains_key(name);
        if !given("IdentityInfo") && !given("DirectoryUserId") {
            let message =
                "is new, and who it is (IdentityInfo) stays where it comes from unless that is asked for";
            let hint =
                "--include-operational takes it along; or say IdentityInfo in the environment's overlay";
            said.push(Finding::new(Weight::Block, Some(address), message).hint(hint));
        }
        let message = "is new: where the instance keeps passwords itself, it gets one that nobody knows, and needs \
                       a reset to sign in";
        said.push(Finding::new(Weight::Warning, Some(address), message));
    }
    (to, said)
}
