//! The URIs of Lex's operations (botocore `lexv2-models`).

use super::super::call::{Call, decode};

/// Whether an operation can change state.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reads,
    Changes,
}
use Effect::{Changes, Reads};

/// Method, path (`*` is a label), operation, and what it does. The paths end with a slash, except those of tags.
const ROUTES: &[(&str, &str, &str, Effect)] = &[
    ("PUT", "bots", "CreateBot", Changes),
    ("POST", "bots", "ListBots", Reads),
    ("GET", "bots/*", "DescribeBot", Reads),
    ("PUT", "bots/*", "UpdateBot", Changes),
    ("DELETE", "bots/*", "DeleteBot", Changes),
    ("PUT", "bots/*/botversions", "CreateBotVersion", Changes),
    ("POST", "bots/*/botversions", "ListBotVersions", Reads),
    ("GET", "bots/*/botversions/*", "DescribeBotVersion", Reads),
    ("DELETE", "bots/*/botversions/*", "DeleteBotVersion", Changes),
    ("PUT", "bots/*/botversions/*/botlocales", "CreateBotLocale", Changes),
    ("POST", "bots/*/botversions/*/botlocales", "ListBotLocales", Reads),
    ("GET", "bots/*/botversions/*/botlocales/*", "DescribeBotLocale", Reads),
    ("POST", "bots/*/botversions/*/botlocales/*", "BuildBotLocale", Changes),
    ("PUT", "bots/*/botversions/*/botlocales/*", "UpdateBotLocale", Changes),
    ("DELETE", "bots/*/botversions/*/botlocales/*", "DeleteBotLocale", Changes),
    ("PUT", "bots/*/botaliases", "CreateBotAlias", Changes),
    ("POST", "bots/*/botaliases", "ListBotAliases", Reads),
    ("GET", "bots/*/botaliases/*", "DescribeBotAlias", Reads),
    ("PUT", "bots/*/botaliases/*", "UpdateBotAlias", Changes),
    ("DELETE", "bots/*/botaliases/*", "DeleteBotAlias", Changes),
    ("PUT", "exports", "CreateExport", Changes),
    ("POST", "exports", "ListExports", Reads),
    ("GET", "exports/*", "DescribeExport", Reads),
    ("DELETE", "exports/*", "DeleteExport", Changes),
    ("POST", "createuploadurl", "CreateUploadUrl", Changes),
    ("PUT", "imports", "StartImport", Changes),
    ("POST", "imports", "ListImports", Reads),
    ("GET", "imports/*", "DescribeImport", Reads),
    ("DELETE", "imports/*", "DeleteImport", Changes),
    ("GET", "policy/*", "DescribeResourcePolicy", Reads),
    ("POST", "policy/*", "CreateResourcePolicy", Changes),
    ("PUT", "policy/*", "UpdateResourcePolicy", Changes),
    ("DELETE", "policy/*", "DeleteResourcePolicy", Changes),
    ("POST", "policy/*/statements", "CreateResourcePolicyStatement", Changes),
    ("DELETE", "policy/*/statements/*", "DeleteResourcePolicyStatement", Changes),
    ("GET", "tags/*", "ListTagsForResource", Reads),
    ("POST", "tags/*", "TagResource", Changes),
    ("DELETE", "tags/*", "UntagResource", Changes),
];

/// Finds the operation, its labels, and whether it changes state.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_matches('/').to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    for (method, pattern, operation, effect) in ROUTES {
        let wanted: Vec<&str> = pattern.split('/').collect();
        let fits = *method == call.method
            && wanted.len() == parts.len()
            && wanted.iter().zip(&parts).all(|(want, part)| *want == "*" || want == part);
        if fits {
            call.operation = (*operation).to_owned();
            call.mutating = *effect == Changes;
            let labels = wanted.iter().zip(&parts).filter(|(want, _)| **want == "*");
            call.labels = labels.map(|(_, part)| decode(part)).collect();
            return;
        }
    }
}
