//! What AWS's answers to the stores mean.

use std::error::Error as StdError;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::core::{Error, ErrorKind};

const DENIED: &[&str] = &[
    "AccessDenied",
    "AccessDeniedException",
    "AccountProblem",
    "AllAccessDisabled",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "KMS.AccessDeniedException",
    "MissingAuthenticationToken",
    "NotSignedUp",
    "OptInRequired",
    "RequestExpired",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "TokenRefreshRequired",
    "UnauthorizedAccess",
    "UnrecognizedClientException",
];

const BUSY: &[&str] = &[
    "BandwidthLimitExceeded",
    "InternalError",
    "InternalServerError",
    "OperationAborted",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "SlowDown",
    "Throttling",
    "ThrottlingError",
    "ThrottlingException",
    "TooManyRequestsException",
    "TransactionInProgressException",
];

/// Returns what went wrong while `doing`.
///
/// `Unavailable` means that asking again can help, and, for a write, that nobody knows yet whether it had an effect.
pub(super) fn classify<E>(error: SdkError<E, HttpResponse>, doing: &str) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let status = error.raw_response().map_or(0, |response| response.status().as_u16());
    let code: Option<Box<str>> = error.code().map(Into::into);
    let kind = match &error {
        SdkError::ServiceError(_) => service_kind(status, code.as_deref().unwrap_or_default()),
        SdkError::ConstructionFailure(_) if !lacks_credentials(&error) => ErrorKind::Failed,
        _ if lacks_credentials(&error) => ErrorKind::Denied,
        _ => ErrorKind::Unavailable,
    };
    let words = match (&code, error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_string(),
        (None, _) if status != 0 => format!("HTTP {status}"),
        (None, _) => DisplayErrorContext(&error).to_string(),
    };
    let mut found = Error::new(kind, format!("cannot {doing}: {words}"));
    found.code = code;
    if matches!(found.code.as_deref(), Some("NoSuchBucket" | "ResourceNotFoundException")) {
        found = found.hint("make the store's bucket and tables, or correct `store` in the configuration");
    }
    found.source(error)
}

fn service_kind(status: u16, code: &str) -> ErrorKind {
    // A missing bucket or table is no missing object: the store itself is not what the configuration says.
    match (code, status) {
        ("NoSuchKey" | "NotFound", _) => ErrorKind::NotFound,
        (code, _) if DENIED.contains(&code) => ErrorKind::Denied,
        (code, _) if BUSY.contains(&code) => ErrorKind::Unavailable,
        (_, 401 | 403) => ErrorKind::Denied,
        (_, 429 | 500..) => ErrorKind::Unavailable,
        _ => ErrorKind::Failed,
    }
}

/// Returns whether no credentials could be had, so that nothing was sent.
fn lacks_credentials(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<CredentialsError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
