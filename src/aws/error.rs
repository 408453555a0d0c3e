//! What AWS answers when it does not do what it was asked: told apart by code, in this one place.

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::Value;

use super::identity_guard::Astray;
use crate::core::error::NO_CREDENTIALS;
use crate::core::redact::redact_foreign;
use crate::core::{Error, ErrorKind};

/// What became of a call that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It had no effect, and would be refused again.
    Refused,
    /// It had no effect, and may be sent again later.
    Later,
    /// It may have had an effect, or may still have one.
    Unknown,
}

/// A call that failed.
#[derive(Debug)]
pub struct Failure {
    /// Why.
    pub error: Error,
    /// What became of it.
    pub fate: Fate,
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        failure.error
    }
}

/// Codes of throttling. Sent before a call is executed.
///
/// Source: botocore `_retry.json`, and the error lists of the `connect` and `lexv2-models` models.
const THROTTLED: &[&str] = &[
    "ThrottlingException",
    "Throttling",
    "TooManyRequestsException",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    // CloudFront: passes as soon as those are done that go on ("Quotas", Amazon CloudFront Developer Guide).
    "TooManyInvalidationsInProgress",
];

/// Codes that say that a quota of resources is used up. They come with HTTP 429 too, and are no throttling.
const USED_UP: &[&str] = &["LimitExceededException", "ServiceQuotaExceededException"];

/// Codes that say: there is none.
const ABSENT: &[&str] = &[
    "ResourceNotFoundException",
    "ContactFlowNotPublishedException",
    // KMS.
    "NotFoundException",
    // Systems Manager.
    "ParameterNotFound",
    "ParameterVersionNotFound",
    // ECS and CodeDeploy.
    "ClusterNotFoundException",
    "DeploymentDoesNotExistException",
    "ServiceDeploymentNotFoundException",
    "ServiceNotFoundException",
    // ECR.
    "ImageNotFoundException",
    "RepositoryNotFoundException",
    // Elastic Load Balancing, whose codes have no suffix in the query protocol, and IAM.
    "ListenerNotFound",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "RuleNotFound",
    "TargetGroupNotFound",
    // CloudFront.
    "NoSuchDistribution",
    "NoSuchInvalidation",
];

/// Codes that say: not with these credentials.
const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "SignatureDoesNotMatch",
    "InvalidSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
];

/// Returns what the SDK's error for a call to `operation` means.
pub fn classify<E>(operation: &str, error: SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let failure = |kind, fate, message: String| Failure { error: Error::new(kind, message), fate };
    match &error {
        SdkError::ServiceError(service) => {
            let status = service.raw().status().as_u16();
            let code = service.err().code().unwrap_or("no code").to_string();
            // A service may quote what it was sent.
            let said = redact_foreign(service.err().message().unwrap_or("")).into_owned();
            let (kind, fate) = sort(&code, status);
            tracing::debug!(operation, code, status, "refused");
            let problems = problems(service.raw());
            let mut message = format!("{operation}: {code}");
            let problems = problems.iter().map(|p| redact_foreign(p).into_owned());
            for part in [said].into_iter().chain(problems).filter(|p| !p.is_empty()) {
                message.push_str(": ");
                message.push_str(&part);
            }
            let mut error = Error::new(kind, message).code(code.as_str());
            if USED_UP.contains(&code.as_str()) {
                error = error.hint(
                    "a quota of the account is used up: remove something, or raise it in Service Quotas",
                );
            }
            Failure { error, fate }
        }
        SdkError::ConstructionFailure(_) => {
            failure(ErrorKind::Input, Fate::Refused, format!("{operation}: {}", whole(&error)))
        }
        // Without credentials nothing was sent, and neither was what would have gone elsewhere.
        SdkError::DispatchFailure(_) if has::<CredentialsError>(&error) => {
            let Failure { error, fate } =
                failure(ErrorKind::Denied, Fate::Refused, format!("{operation}: {}", whole(&error)));
            Failure { error: error.code(NO_CREDENTIALS), fate }
        }
        SdkError::DispatchFailure(_) if has::<Astray>(&error) => {
            failure(ErrorKind::Denied, Fate::Refused, format!("{operation}: {}", whole(&error)))
        }
        _ => failure(ErrorKind::Unavailable, Fate::Unknown, format!("{operation}: {}", whole(&error))),
    }
}

fn sort(code: &str, status: u16) -> (ErrorKind, Fate) {
    if THROTTLED.contains(&code) {
        (ErrorKind::Unavailable, Fate::Later)
    } else if DENIED.contains(&code) {
        (ErrorKind::Denied, Fate::Refused)
    } else if status >= 500 || status == 408 {
        (ErrorKind::Unavailable, Fate::Unknown)
    } else if status == 429 && !USED_UP.contains(&code) {
        (ErrorKind::Unavailable, Fate::Later)
    } else if ABSENT.contains(&code) {
        (ErrorKind::NotFound, Fate::Refused)
    } else {
        (ErrorKind::Failed, Fate::Refused)
    }
}

/// Returns what `InvalidContactFlowException` lists (`problems`; a module's says `Problems`).
fn problems(response: &HttpResponse) -> Vec<String> {
    let body = response.body().bytes().and_then(|b| serde_json::from_slice::<Value>(b).ok());
    let Some(Value::Object(members)) = body else { return Vec::new() };
    let listed = members.get("problems").or_else(|| members.get("Problems")).and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(|p| p.get("message").or_else(|| p.get("Message"))?.as_str().map(String::from))
        .collect()
}

/// Returns whether an `E` lies beneath an error: credentials that could not be had, a call that was stopped.
fn has<E: std::error::Error + 'static>(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(e) = next {
        if e.is::<E>() {
            return true;
        }
        next = e.source();
    }
    false
}

/// Returns an error with all that lies beneath it, in one line.
fn whole(error: &dyn std::error::Error) -> String {
    let mut parts = vec![error.to_string()];
    let mut source = error.source();
    while let Some(e) = source {
        let text = e.to_string();
        if !parts.contains(&text) {
            parts.push(text);
        }
        source = e.source();
    }
    redact_foreign(&parts.join(": ")).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_list_has_is_sorted_by_its_status() {
        for (code, status, fate) in [
            ("no code", 408, Fate::Unknown),
            ("RequestTimeoutException", 408, Fate::Unknown),
            ("InternalServiceException", 500, Fate::Unknown),
            ("no code", 503, Fate::Unknown),
            ("no code", 429, Fate::Later),
            ("SomeNewThrottle", 429, Fate::Later),
            ("ThrottlingException", 400, Fate::Later),
            ("LimitExceededException", 429, Fate::Refused),
            ("ServiceQuotaExceededException", 429, Fate::Refused),
            ("InvalidRequestException", 400, Fate::Refused),
            ("AccessDeniedException", 403, Fate::Refused),
        ] {
            assert_eq!(sort(code, status).1, fate, "{code} {status}");
        }
    }
}
