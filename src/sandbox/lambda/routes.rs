//! The URIs of Lambda's operations.

use super::super::call::{Call, decode};

/// `GET /2015-03-31/functions` (with or without a slash at its end) and `GET .../functions/{FunctionName}/configuration`.
pub(crate) fn identify(call: &mut Call) {
    let path = call.path.trim_matches('/').to_owned();
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["2015-03-31", "functions"] if call.method == "GET" => call.operation = "ListFunctions".into(),
        ["2015-03-31", "functions", name, "configuration"] if call.method == "GET" => {
            call.operation = "GetFunctionConfiguration".into();
            call.labels = vec![decode(name)];
        }
        _ => {}
    }
}
