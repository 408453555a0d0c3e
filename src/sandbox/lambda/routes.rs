//! The URIs of Lambda's operations.

use super::super::call::{Call, decode};

/// Method, path (`*` is a label) and name of each operation (botocore).
const ROUTES: &[(&str, &str, &str)] = &[
    ("GET", "2015-03-31/functions", "ListFunctions"),
    ("POST", "2015-03-31/functions", "CreateFunction"),
    ("GET", "2015-03-31/functions/*", "GetFunction"),
    ("DELETE", "2015-03-31/functions/*", "DeleteFunction"),
    ("GET", "2015-03-31/functions/*/configuration", "GetFunctionConfiguration"),
    ("PUT", "2015-03-31/functions/*/configuration", "UpdateFunctionConfiguration"),
    ("PUT", "2015-03-31/functions/*/code", "UpdateFunctionCode"),
    ("POST", "2015-03-31/functions/*/invocations", "Invoke"),
    ("GET", "2015-03-31/functions/*/versions", "ListVersionsByFunction"),
    ("POST", "2015-03-31/functions/*/versions", "PublishVersion"),
    ("GET", "2015-03-31/functions/*/aliases", "ListAliases"),
    ("POST", "2015-03-31/functions/*/aliases", "CreateAlias"),
    ("GET", "2015-03-31/functions/*/aliases/*", "GetAlias"),
    ("PUT", "2015-03-31/functions/*/aliases/*", "UpdateAlias"),
    ("DELETE", "2015-03-31/functions/*/aliases/*", "DeleteAlias"),
    ("GET", "2015-03-31/functions/*/policy", "GetPolicy"),
    ("POST", "2015-03-31/functions/*/policy", "AddPermission"),
    ("DELETE", "2015-03-31/functions/*/policy/*", "RemovePermission"),
    ("PUT", "2017-10-31/functions/*/concurrency", "PutFunctionConcurrency"),
    ("DELETE", "2017-10-31/functions/*/concurrency", "DeleteFunctionConcurrency"),
    ("GET", "2019-09-30/functions/*/concurrency", "GetFunctionConcurrency"),
    ("GET", "2015-03-31/event-source-mappings", "ListEventSourceMappings"),
    ("POST", "2015-03-31/event-source-mappings", "CreateEventSourceMapping"),
    ("GET", "2015-03-31/event-source-mappings/*", "GetEventSourceMapping"),
    ("PUT", "2015-03-31/event-source-mappings/*", "UpdateEventSourceMapping"),
    ("DELETE", "2015-03-31/event-source-mappings/*", "DeleteEventSourceMapping"),
    ("GET", "2017-03-31/tags/*", "ListTags"),
    ("POST", "2017-03-31/tags/*", "TagResource"),
    ("DELETE", "2017-03-31/tags/*", "UntagResource"),
    ("GET", "2018-10-31/layers/*/versions/*", "GetLayerVersion"),
    ("GET", "2018-10-31/layers", "GetLayerVersionByArn"),
];

/// Finds the operation and its labels; some paths come with a slash at their end.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_matches('/').to_owned();
    let parts: Vec<&str> = path.split('/').collect();
    for (method, pattern, operation) in ROUTES {
        let pattern: Vec<&str> = pattern.split('/').collect();
        let fits = call.method == *method
            && pattern.len() == parts.len()
            && pattern.iter().zip(&parts).all(|(want, have)| *want == "*" || want == have);
        if !fits || *operation == "GetLayerVersionByArn" && call.param("find") != Some("LayerVersion") {
            continue;
        }
        call.operation = (*operation).to_owned();
        // An invocation changes nothing of the function.
        call.mutating = *method != "GET" && *operation != "Invoke";
        let labels = pattern.iter().zip(&parts).filter(|(want, _)| **want == "*");
        call.labels = labels.map(|(_, have)| decode(have)).collect();
        return;
    }
}
