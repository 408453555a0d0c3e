//! An identity guard: the last look at where a call goes before it leaves this process.
//!
//! Every client of an account has one. What is judged is the target of a call: the region that it is signed for, the host, the
//! account of ARNs in its path and of those members of its body that name what is acted on, and the Connect instance. What a
//! document refers to (the content of a flow, the image of a task) may be anybody's, and is not looked at.

use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use serde_json::Value;

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Services that are signed for one region, wherever they are asked from. Source: botocore's `endpoints.json`,
/// `partitionEndpoint` and `credentialScope` of each.
const GLOBAL: [&str; 2] = ["cloudfront", "iam"];

/// What Connect's paths begin with where no instance follows. Source: the `requestUri` of each operation in botocore's
/// `connect/2017-08-08` model; everywhere else the second label is `{InstanceId}` or no UUID.
const NO_INSTANCE: [&str; 4] = ["phone-number", "tags", "traffic-distribution", "traffic-distribution-group"];

/// Members of a body that name what is acted on. Source: the models of the services that are called (ECS, Connect).
const TARGETS: [&str; 11] = [
    "ResourceArn",
    "cluster",
    "resourceArn",
    "service",
    "serviceArn",
    "serviceDeploymentArn",
    "serviceDeploymentArns",
    "serviceRevisionArns",
    "services",
    "task",
    "tasks",
];

/// What AWS's own hosts end with. Source: botocore's `endpoints.json`, `dnsSuffix` of each partition and variant.
const HOSTS: [&str; 4] = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".api.aws"];

/// Where the calls of an account go. Clones share the instance.
#[derive(Clone, Debug)]
pub struct IdentityGuard {
    account: String,
    region: String,
    /// Hosts that the configuration, the process's environment or a profile names in place of AWS's own.
    hosts: Vec<String>,
    instance: Arc<OnceLock<String>>,
}

/// A call that would have gone elsewhere. It was not sent.
#[derive(Debug, thiserror::Error)]
#[error("this call was stopped: {0}")]
pub(super) struct Astray(String);

impl IdentityGuard {
    /// Returns the guard of `account` in `region`, whose calls go to AWS or to one of `endpoints`.
    pub(super) fn new(
        account: &str,
        region: &str,
        endpoints: impl IntoIterator<Item = String>,
    ) -> IdentityGuard {
        let hosts = endpoints.into_iter().map(|url| host(&url).to_string());
        IdentityGuard {
            account: account.into(),
            region: region.into(),
            hosts: hosts.collect(),
            instance: Arc::default(),
        }
    }

    /// Says which Connect instance it is, once that is known. It stays so.
    pub(super) fn settle(&self, instance: &str) {
        let _ = self.instance.set(instance.to_string());
    }

    /// Returns the guard for calls to another region of the account.
    pub(super) fn in_region(&self, region: &str) -> IdentityGuard {
        IdentityGuard { region: region.into(), ..self.clone() }
    }

    /// Fails unless a request with this URI, `Authorization` and body goes to where it should.
    fn judge(&self, uri: &str, authorization: &str, body: &[u8]) -> Result<(), Astray> {
        let scope = authorization.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
        let parts: Vec<&str> = scope.unwrap_or_default().split('/').collect();
        let (region, service) = match parts.as_slice() {
            [.., region, service, _] => (*region, *service),
            _ => return Err(Astray("it is not signed".into())),
        };
        if region != self.region && !GLOBAL.contains(&service) {
            return Err(Astray(format!(
                "it is signed for {region}, and the environment is in {}",
                self.region
            )));
        }
        let host = host(uri);
        if !self.hosts.iter().any(|h| h == host) && !HOSTS.iter().any(|end| host.ends_with(end)) {
            return Err(Astray(format!("{host} is no host of AWS's, and none that the configuration names")));
        }
        let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
        let path = path.split_once('/').map_or("", |(_, path)| path).split('?').next().unwrap_or_default();
        let labels: Vec<String> = path.split('/').filter(|l| !l.is_empty()).map(decoded).collect();
        for at in labels.join("/").match_indices("arn:").map(|(at, _)| at) {
            self.own(&labels.join("/")[at..])?;
        }
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        for name in TARGETS {
            let named = match &body[name] {
                Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
                Value::String(one) => vec![one.as_str()],
                _ => Vec::new(),
            };
            named.into_iter().filter(|n| n.starts_with("arn:")).try_for_each(|arn| self.own(arn))?;
        }
        if service == "connect"
            && let Some(own) = self.instance.get()
        {
            let second = labels.get(1).filter(|l| is_uuid(l) && !NO_INSTANCE.contains(&labels[0].as_str()));
            let mut named = second.map(String::as_str).into_iter().chain(body["InstanceId"].as_str());
            if let Some(other) = named.find(|id| *id != own.as_str() && !id.ends_with(&format!("/{own}"))) {
                return Err(Astray(format!(
                    "it is about the instance {other}, and the environment's is {own}"
                )));
            }
        }
        Ok(())
    }

    /// Fails unless the resource is AWS's own or in this account and region.
    fn own(&self, arn: &str) -> Result<(), Astray> {
        let parts: Vec<&str> = arn.splitn(6, ':').collect();
        let [_, _, service, region, account, _] = parts.as_slice() else { return Ok(()) };
        if !account.is_empty() && *account != "aws" && *account != self.account {
            return Err(Astray(format!(
                "it is about {service} in the account {account}, not {}",
                self.account
            )));
        }
        if !region.is_empty() && *region != self.region {
            return Err(Astray(format!("it is about {service} in {region}, not {}", self.region)));
        }
        Ok(())
    }
}

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for IdentityGuard {
    fn name(&self) -> &'static str {
        "IdentityGuard"
    }

    fn read_after_signing(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let request = context.request();
        let authorization = request.headers().get("authorization").unwrap_or_default();
        Ok(self.judge(request.uri(), authorization, request.body().bytes().unwrap_or_default())?)
    }
}

/// Has S3 refuse a bucket that is somebody else's. Source: "Verifying bucket ownership with bucket owner condition", Amazon S3
/// user guide.
#[derive(Clone, Debug)]
pub(super) struct BucketOwner(pub(super) String);

#[aws_smithy_runtime_api::client::interceptors::dyn_dispatch_hint]
impl Intercept for BucketOwner {
    fn name(&self) -> &'static str {
        "BucketOwner"
    }

    fn modify_before_signing(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        context.request_mut().headers_mut().insert("x-amz-expected-bucket-owner", self.0.clone());
        Ok(())
    }
}

/// Returns the host of a URL, without its port.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit('@').next().unwrap_or_default();
    match authority.strip_prefix('[').and_then(|a| a.split_once(']')) {
        Some((host, _)) => host,
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Returns a label of a path as it was before it was encoded.
fn decoded(label: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), label.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok());
        match digits.filter(|_| *first == b'%').and_then(|d| u8::from_str_radix(d, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn is_uuid(text: &str) -> bool {
    let dashes = [8, 13, 18, 23];
    text.len() == 36
        && text
            .bytes()
            .enumerate()
            .all(|(i, b)| if dashes.contains(&i) { b == b'-' } else { b.is_ascii_hexdigit() })
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "0f8e4e1c-1a2b-4c3d-8e9f-001122334455";
    const OTHER: &str = "9f8e4e1c-1a2b-4c3d-8e9f-001122334455";

    fn signed(region: &str, service: &str) -> String {
        format!(
            "AWS4-HMAC-SHA256 Credential=ASIAX/20261122/{region}/{service}/aws4_request, SignedHeaders=host, Signature=0"
        )
    }

    fn said(uri: &str, authorization: &str, body: &str) -> Option<String> {
        let guard = IdentityGuard::new("111122223333", "eu-central-1", []);
        guard.settle(OWN);
        guard.judge(uri, authorization, body.as_bytes()).err().map(|e| e.to_string())
    }

    #[test]
    fn what_goes_to_the_environment_is_let_through() {
        let connect = signed("eu-central-1", "connect");
        for (path, body) in [
            (format!("/queues/{OWN}/{OTHER}/name"), ""),
            ("/search-queues".into(), r#"{"InstanceId":"0f8e4e1c-1a2b-4c3d-8e9f-001122334455"}"#),
            (format!("/phone-number/{OTHER}"), ""),
            ("/instance".into(), ""),
            (format!("/views/{OWN}/arn%3Aaws%3Aconnect%3Aeu-central-1%3Aaws%3Aview%2Fcards"), ""),
            (
                format!("/contact-flows/{OWN}"),
                r#"{"Content":"arn:aws:lambda:us-east-1:999999999999:function:x"}"#,
            ),
        ] {
            let uri = format!("https://connect.eu-central-1.amazonaws.com{path}");
            assert_eq!(said(&uri, &connect, body), None, "{path}");
        }
        let front = "https://cloudfront.amazonaws.com/2020-05-31/distribution/E1/invalidation";
        assert_eq!(said(front, &signed("us-east-1", "cloudfront"), ""), None);
    }

    #[test]
    fn what_would_go_elsewhere_is_stopped() {
        let connect = signed("eu-central-1", "connect");
        let (base, ecs) = ("https://connect.eu-central-1.amazonaws.com", signed("eu-central-1", "ecs"));
        let cluster = r#"{"cluster":"arn:aws:ecs:eu-central-1:999999999999:cluster/main"}"#;
        let services = r#"{"services":["web","arn:aws:ecs:us-east-1:111122223333:service/main/web"]}"#;
        for (uri, authorization, body, part) in [
            (format!("{base}/queues/{OTHER}/{OWN}"), &connect, "", "the environment's is"),
            (format!("{base}/search-queues"), &connect, r#"{"InstanceId":"elsewhere"}"#, "elsewhere"),
            (format!("{base}/queues/{OWN}"), &signed("us-east-1", "connect"), "", "signed for us-east-1"),
            (format!("{base}/queues/{OWN}"), &String::new(), "", "not signed"),
            (format!("https://connect.evil.example/queues/{OWN}"), &connect, "", "no host of AWS's"),
            (format!("https://amazonaws.com.evil.example/queues/{OWN}"), &connect, "", "no host of AWS's"),
            (
                format!("{base}/tags/arn%3Aaws%3Aconnect%3Aeu-central-1%3A999999999999%3Ainstance%2F{OWN}"),
                &connect,
                "",
                "the account 999999999999",
            ),
            ("https://ecs.eu-central-1.amazonaws.com/".into(), &ecs, cluster, "the account 999999999999"),
            ("https://ecs.eu-central-1.amazonaws.com/".into(), &ecs, services, "in us-east-1"),
        ] {
            let found = said(&uri, authorization, body).unwrap_or_default();
            assert!(found.contains(part), "{uri} {body}: {found}");
        }
    }
}
