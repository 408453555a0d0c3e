//! Views of step-by-step guides: those that customers made. AWS's own are left alone.
//!
//! Source: botocore's `connect` model, `View`, `CreateView`, `UpdateViewContent` ("the $SAVED alias' content will always
//! be updated, but the $LATEST alias' content will only be updated if Status is PUBLISHED"), `UpdateViewMetadata`.

use serde_json::{Map, Value, json};

use super::family::{Empty, Family, PLAIN, Removal, Setter, listed, same};
use crate::core::address::Address;
use crate::core::fields::{Class, field};
use crate::core::finding::{Finding, Weight};
use crate::core::portable::needs;

/// Views.
pub const VIEW: Family = Family {
    kind: "connect/view",
    list: Some(listed("ListViews", "ViewsSummaryList")),
    // That a search answers the template is not said, so each is described.
    describe: Some(("DescribeView", "View")),
    form: Some(form),
    fields: &[
        field("Arn", Class::Identity),
        field("Id", Class::Identity),
        field("Name", Class::Literal),
        field("Description", Class::Portable),
        field("Status", Class::Literal),
        field("Type", Class::Literal),
        field("Template", Class::Embedded(|template, encoder| encoder.value(template))),
        field("Actions", Class::Literal),
        field("Tags", Class::Tags),
        field("Version", Class::Volatile),
        field("VersionDescription", Class::Volatile),
        field("ViewContentSha256", Class::Volatile),
        field("CreatedTime", Class::Volatile),
        field("LastModifiedTime", Class::Volatile),
    ],
    create: Some(Setter {
        call: "CreateView",
        members: &[
            same("Name"),
            same("Description"),
            same("Status"),
            same("Template"),
            same("Actions"),
            same("Tags"),
        ],
        beside: &[],
        empty: Empty::Omitted,
    }),
    made: ("Id", "Arn"),
    update: &[
        Setter {
            call: "UpdateViewContent",
            members: &[same("Status"), same("Template"), same("Actions")],
            beside: &[],
            empty: Empty::Omitted,
        },
        Setter {
            call: "UpdateViewMetadata",
            members: &[same("Name"), same("Description")],
            beside: &[],
            // The model's `ViewDescription` has at least one character.
            empty: Empty::Never,
        },
    ],
    fixed: &["Type"],
    remove: Removal::Delete("DeleteView"),
    longest: (255, 4096),
    ..PLAIN
};

/// Takes the content apart. What it expects as input follows from the template, and no request has it.
fn form(wire: &mut Map<String, Value>) {
    if let Some(Value::Object(mut content)) = wire.remove("Content") {
        for name in ["Template", "Actions"] {
            let part = content.remove(name).filter(|v| !v.is_null() && *v != json!([]));
            wire.extend(part.map(|v| (name.to_string(), v)));
        }
    }
}

/// Returns a warning for each view of the customer's own that `content`, a flow's, shows in a numbered version: what has
/// that number elsewhere is something else, and versions are not carried along.
pub fn numbered(of: &Address, content: Option<&Value>) -> Vec<Finding> {
    let actions = content.and_then(|c| c["Actions"].as_array()).into_iter().flatten();
    let shown = actions.filter(|a| a["Type"] == "ShowView").map(|a| &a["Parameters"]["ViewResource"]);
    let number = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let numbered = shown.filter_map(|view| {
        let version = view["Version"].as_str().filter(number)?;
        let view = needs(&view["Id"]).into_iter().next()?;
        let message =
            format!("shows version {version} of {view}: that number may mean something else elsewhere");
        let finding = Finding::new(Weight::Warning, Some(of), message);
        Some(finding.hint("let it show the version `Latest`"))
    });
    numbered.collect()
}

/// Returns `args` with the content as one.
pub fn request(args: &Value) -> Value {
    let Value::Object(mut args) = args.clone() else { return args.clone() };
    let mut content = Map::new();
    for name in ["Template", "Actions"] {
        content.extend(args.remove(name).map(|v| (name.to_string(), v)));
    }
    if !content.is_empty() {
        args.insert("Content".into(), Value::Object(content));
    }
    Value::Object(args)
}
