//! Reads in the query protocol, whose answers are XML: Elastic Load Balancing and IAM.
//!
//! They are sent as the calls in AWS JSON are. Source: "AWS query protocol" (Smithy): POST to `/` of a form with `Action` and
//! `Version`; items of a list are `NAME.member.N`, members of a structure `NAME.MEMBER`; the answer is in
//! `ACTIONResponse/ACTIONResult`, an error in `ErrorResponse/Error`. Hosts: botocore's `endpoints.json`.

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::ErrorMetadata;
use serde_json::Value;

use super::error::{Failure, Fate};
use super::pace::Patience;
use super::rpc::{Rpc, Speech};
use super::sending::Renewed;
use super::session::Account;
use super::xml;
use crate::core::ErrorKind;

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// A service that is called this way.
#[derive(Clone, Copy, Debug)]
pub struct Queried {
    name: &'static str,
    version: &'static str,
    variable: &'static str,
    /// Whether a partition has one of it, in one region.
    one: Scope,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    Regional,
    Partition,
}

/// Elastic Load Balancing v2 (botocore `elbv2/2015-12-01`).
pub const ELB: Queried = Queried {
    name: "elasticloadbalancing",
    version: "2015-12-01",
    variable: "ELASTIC_LOAD_BALANCING_V2",
    one: Scope::Regional,
};
/// Identity and Access Management (botocore `iam/2010-05-08`).
pub const IAM: Queried =
    Queried { name: "iam", version: "2010-05-08", variable: "IAM", one: Scope::Partition };

/// Returns the host of a service that the partition of `region` has one of, and the region that is signed for.
pub(super) fn of_partition(name: &str, region: &str) -> (String, &'static str) {
    if region.starts_with("cn-") {
        (format!("https://{name}.cn-north-1.amazonaws.com.cn"), "cn-north-1")
    } else if region.starts_with("us-gov-") {
        (format!("https://{name}.us-gov.amazonaws.com"), "us-gov-west-1")
    } else {
        (format!("https://{name}.amazonaws.com"), "us-east-1")
    }
}

fn speech(rpc: &Rpc, service: &Queried) -> Speech {
    let (host, region) = match service.one {
        Scope::Regional => (rpc.host(service.name), None),
        Scope::Partition => {
            let (host, region) = of_partition(service.name, rpc.region());
            (host, Some(region))
        }
    };
    let endpoint = rpc.endpoint(service.variable, || host);
    Speech {
        name: service.name,
        region,
        endpoint,
        content: FORM,
        target: None,
        line: ("POST", "/".into()),
        answer,
    }
}

/// Returns the form that asks for `action` with `params`, an object.
fn form(service: &Queried, action: &str, params: &Value) -> String {
    let mut form = format!("Action={}&Version={}", encoded(action), service.version);
    put(&mut form, "", params);
    form
}

fn put(form: &mut String, name: &str, value: &Value) {
    let below = |member: &str| match name {
        "" => member.to_string(),
        _ => format!("{name}.{member}"),
    };
    let mut text = |text: &str| {
        form.push_str(&format!("&{}={}", encoded(name), encoded(text)));
    };
    match value {
        Value::Null => {}
        Value::String(s) => text(s),
        Value::Bool(_) | Value::Number(_) => text(&value.to_string()),
        Value::Array(items) => {
            for (i, item) in items.iter().enumerate() {
                put(form, &below(&format!("member.{}", i + 1)), item);
            }
        }
        Value::Object(members) => {
            for (member, value) in members {
                put(form, &below(member), value);
            }
        }
    }
}

/// Returns `text` with every byte that is not unreserved in RFC 3986 as its number.
fn encoded(text: &str) -> String {
    let one = |b: u8| match b {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
        _ => format!("%{b:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Returns the result in an answer, or the error that it tells of.
fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let value = std::str::from_utf8(bytes).ok().and_then(xml::read);
    if response.status().is_success() {
        let mut members = match value {
            Some(Value::Object(members)) => members,
            Some(_) => return Ok(Value::Null),
            None => return Err(OrchestratorError::other("the answer is not XML")),
        };
        let result = members.keys().find(|name| name.ends_with("Result")).cloned();
        return Ok(result.and_then(|name| members.remove(&name)).unwrap_or_default());
    }
    let value = value.unwrap_or_default();
    let code = value["Error"]["Code"].as_str().unwrap_or("no code");
    let message = value["Error"]["Message"].as_str().unwrap_or_default();
    Err(OrchestratorError::operation(ErrorMetadata::builder().code(code).message(message).build()))
}

impl Account {
    /// Sends a read with `params`, an object, until there is an answer or a refusal, or patience ends. It is not paced:
    /// Elastic Load Balancing gives reads a bucket of 40 calls at least ("Request throttling for the Elastic Load
    /// Balancing API"), and a throttled one is sent again after a pause.
    pub async fn query(
        &self,
        service: &Queried,
        action: &'static str,
        params: &Value,
    ) -> Result<Value, Failure> {
        let mut patience = Patience::new(&self.clock);
        let mut renewed = Renewed::default();
        loop {
            let form = form(service, action, params);
            let failure = match self.rpc.speak(speech(&self.rpc, service), action, form, None).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            if self.renews(&mut renewed, &failure).await {
                continue;
            }
            let throttled = failure.fate == Fate::Later;
            let passes =
                throttled || (failure.fate == Fate::Unknown && failure.error.kind == ErrorKind::Unavailable);
            if !passes || !patience.wait(throttled).await {
                return Err(failure);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_names_lists_and_structures_by_their_place() {
        let params = json!({ "TargetGroupArn": "arn:a/b", "Targets": [{ "Id": "x y" }, { "Id": "é" }], "N": 2, "No": null });
        let written = form(&ELB, "DescribeTargetHealth", &params);
        assert_eq!(
            written,
            "Action=DescribeTargetHealth&Version=2015-12-01&N=2&TargetGroupArn=arn%3Aa%2Fb\
             &Targets.member.1.Id=x%20y&Targets.member.2.Id=%C3%A9"
        );
    }

    #[test]
    fn a_partition_has_one_iam() {
        assert_eq!(of_partition("iam", "eu-west-1").0, "https://iam.amazonaws.com");
        assert_eq!(of_partition("iam", "cn-northwest-1").1, "cn-north-1");
        assert_eq!(of_partition("iam", "us-gov-east-1").1, "us-gov-west-1");
    }
}
