//! Calls to CloudFront, which speaks REST with bodies of XML: three operations, so it gets no client crate.
//!
//! They are sent as the calls in AWS JSON are. Source: botocore's `cloudfront/2020-05-31` model and "AWS restXml protocol"
//! (Smithy): the path names what is asked, an error is in `ErrorResponse/Error`; a partition has one CloudFront, signed
//! for us-east-1 (`endpoints.json`).

use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_types::error::metadata::ErrorMetadata;
use jiff::Timestamp;
use serde_json::Value;

use super::error::Failure;
use super::query::of_partition;
use super::rpc::Speech;
use super::session::Account;
use super::xml;

const VERSION: &str = "2020-05-31";
const NAME: &str = "cloudfront";

/// Distributions of an account.
pub struct CloudFront<'a>(pub &'a Account);

impl CloudFront<'_> {
    /// Returns what the distribution `id` is.
    pub async fn distribution(&self, id: &str) -> Result<Value, Failure> {
        self.read("GetDistribution", format!("distribution/{id}")).await
    }

    /// Returns how the invalidation `id` of a distribution is.
    pub async fn invalidation(&self, distribution: &str, id: &str) -> Result<Value, Failure> {
        self.read("GetInvalidation", format!("distribution/{distribution}/invalidation/{id}")).await
    }

    /// Lets a distribution forget `paths`. The same `reference` with the same paths is the same invalidation
    /// ("InvalidationBatch", CloudFront API reference), so that it may be sent again.
    pub async fn invalidate(
        &self,
        distribution: &str,
        paths: &[String],
        reference: &str,
        until: Timestamp,
    ) -> Result<Value, Failure> {
        let items: String = paths.iter().map(|path| format!("<Path>{}</Path>", escaped(path))).collect();
        let body = format!(
            "<InvalidationBatch xmlns=\"http://cloudfront.amazonaws.com/doc/{VERSION}/\"><Paths><Quantity>{}</Quantity>\
             <Items>{items}</Items></Paths><CallerReference>{}</CallerReference></InvalidationBatch>",
            paths.len(),
            escaped(reference)
        );
        let account = self.0;
        let call = "CreateInvalidation";
        let speech = self.speech("POST", format!("distribution/{distribution}/invalidation"));
        account
            .write("cloudfront:write", until, async |guard| {
                account.rpc.speak(speech, call, body, Some(guard)).await
            })
            .await
    }

    async fn read(&self, call: &'static str, path: String) -> Result<Value, Failure> {
        let send = || self.0.rpc.speak(self.speech("GET", path.clone()), call, String::new(), None);
        self.0.read("cloudfront:read", send).await
    }

    fn speech(&self, method: &'static str, path: String) -> Speech {
        let (host, region) = of_partition(NAME, self.0.rpc.region());
        Speech {
            name: NAME,
            region: Some(region),
            endpoint: self.0.rpc.endpoint("CLOUDFRONT", || host),
            content: "application/xml",
            target: None,
            line: (method, format!("/{VERSION}/{path}")),
            answer,
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Returns the content of an answer, or the error that it tells of.
fn answer(response: &HttpResponse) -> Result<Value, OrchestratorError<ErrorMetadata>> {
    let bytes = response.body().bytes().unwrap_or_default();
    let value = std::str::from_utf8(bytes).ok().and_then(xml::read);
    if response.status().is_success() {
        return value.ok_or_else(|| OrchestratorError::other("the answer is not XML"));
    }
    let value = value.unwrap_or_default();
    let code = value["Error"]["Code"].as_str().unwrap_or("no code");
    let message = value["Error"]["Message"].as_str().unwrap_or_default();
    Err(OrchestratorError::operation(ErrorMetadata::builder().code(code).message(message).build()))
}
