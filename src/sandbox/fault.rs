//! Faults on cue: what goes wrong, with which call, how often.

use std::fmt;

use serde_json::Value;

use super::answer::{Answer, Fail};
use super::call::Call;
use super::identity;

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FaultKind {
    /// The service's own throttling error.
    Throttle,
    /// The service's own internal error, before anything is applied.
    ServerError,
    /// The caller may not do it.
    AccessDenied,
    /// The session token has expired.
    ExpiredToken,
    /// The caller's clock is wrong: its signature is of another time.
    Skewed,
    /// The connection is closed; nothing is applied.
    DropBefore,
    /// The call is applied, then the connection is closed without an answer.
    DropAfter,
    /// The call is applied, then an internal error is answered.
    ErrorAfter,
    /// The connection is closed now; the call is applied when this many further calls have been answered.
    Late {
        /// How many further calls.
        after_calls: u64,
    },
    /// The connection is closed now; the call is applied when this time has passed.
    LateBy {
        /// How long, in milliseconds.
        ms: u64,
    },
    /// The call waits before it is applied.
    Slow {
        /// For how long, in milliseconds.
        ms: u64,
    },
    /// The service's own refusal of what it was sent, or its internal error, quoting the whole request.
    Echo {
        /// The HTTP status: 400, or 500 and more.
        status: u16,
    },
    /// The call is accepted, and what it begins fails (Lambda: an update, a creation).
    FailsLater,
    /// The service's quota error (Connect: HTTP 429 too, and not a throttle; RegisterTaskDefinition: too many at once).
    LimitExceeded,
}

/// A fault and the calls that it meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Signing name of the service; any when absent.
    pub service: Option<String>,
    /// Operation; any when absent.
    pub operation: Option<String>,
    /// Account of the caller; any when absent.
    pub account: Option<String>,
    /// The n-th matching call from now, counted from 1.
    pub nth: u64,
    /// How many matching calls in a row, from that one.
    pub times: u64,
    /// What happens to them.
    pub kind: FaultKind,
}

impl Fault {
    /// The next call of an operation meets it, once.
    pub fn next(operation: &str, kind: FaultKind) -> Fault {
        Fault { service: None, operation: Some(operation.into()), account: None, nth: 1, times: 1, kind }
    }
}

/// Calls that wait until they are released; an absent member matches any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hold {
    /// Signing name of the service.
    pub service: Option<String>,
    /// Operation.
    pub operation: Option<String>,
    /// Account of the caller.
    pub account: Option<String>,
}

fn fits(pattern: Option<&String>, value: &str) -> bool {
    pattern.is_none_or(|pattern| pattern == value)
}

impl Hold {
    pub(crate) fn matches(&self, call: &Call) -> bool {
        fits(self.service.as_ref(), &call.service)
            && fits(self.operation.as_ref(), &call.operation)
            && fits(self.account.as_ref(), &call.caller.account)
    }

    /// From the control path's JSON.
    pub(crate) fn from_json(value: &Value) -> Hold {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
        Hold { service: text("service"), operation: text("operation"), account: text("account") }
    }
}

/// A fault and how many matching calls it has seen.
#[derive(Debug, Clone)]
pub(crate) struct Armed {
    fault: Fault,
    seen: u64,
}

impl Armed {
    pub(crate) fn new(fault: Fault) -> Armed {
        Armed { fault, seen: 0 }
    }

    /// Counts the call, and says what happens to it.
    pub(crate) fn meet(&mut self, call: &Call) -> Option<FaultKind> {
        let Fault { service, operation, account, nth, times, kind } = &self.fault;
        let matches = fits(service.as_ref(), &call.service)
            && fits(operation.as_ref(), &call.operation)
            && fits(account.as_ref(), &call.caller.account);
        if !matches {
            return None;
        }
        self.seen += 1;
        let first = (*nth).max(1);
        (self.seen >= first && self.seen - first < *times).then(|| kind.clone())
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FaultKind::Throttle => "Throttle",
            FaultKind::ServerError => "ServerError",
            FaultKind::AccessDenied => "AccessDenied",
            FaultKind::ExpiredToken => "ExpiredToken",
            FaultKind::Skewed => "Skewed",
            FaultKind::DropBefore => "DropBefore",
            FaultKind::DropAfter => "DropAfter",
            FaultKind::ErrorAfter => "ErrorAfter",
            FaultKind::Late { .. } => "Late",
            FaultKind::LateBy { .. } => "LateBy",
            FaultKind::Slow { .. } => "Slow",
            FaultKind::FailsLater => "FailsLater",
            FaultKind::LimitExceeded => "LimitExceeded",
            FaultKind::Echo { .. } => "Echo",
        })
    }
}

impl Fault {
    /// From the control path's JSON: `{"operation": "CreateQueue", "kind": "Late", "after_calls": 3}`; `nth` and
    /// `times` are 1 when absent.
    pub(crate) fn from_json(value: &Value) -> Result<Fault, String> {
        let hold = Hold::from_json(value);
        let number = |name: &str, default: u64| value.get(name).and_then(Value::as_u64).unwrap_or(default);
        let kind = match value.get("kind").and_then(Value::as_str).unwrap_or_default() {
            "Throttle" => FaultKind::Throttle,
            "ServerError" => FaultKind::ServerError,
            "AccessDenied" => FaultKind::AccessDenied,
            "ExpiredToken" => FaultKind::ExpiredToken,
            "Skewed" => FaultKind::Skewed,
            "DropBefore" => FaultKind::DropBefore,
            "DropAfter" => FaultKind::DropAfter,
            "ErrorAfter" => FaultKind::ErrorAfter,
            "Late" => FaultKind::Late { after_calls: number("after_calls", 1) },
            "LateBy" => FaultKind::LateBy { ms: number("ms", 100) },
            "Slow" => FaultKind::Slow { ms: number("ms", 100) },
            "FailsLater" => FaultKind::FailsLater,
            "LimitExceeded" => FaultKind::LimitExceeded,
            "Echo" => FaultKind::Echo { status: u16::try_from(number("status", 500)).unwrap_or(500) },
            other => return Err(format!("no fault kind {other:?}")),
        };
        let Hold { service, operation, account } = hold;
        Ok(Fault { service, operation, account, nth: number("nth", 1), times: number("times", 1), kind })
    }
}

/// The service's throttling error. Connect's is API Gateway's, as its users quote it ("TooManyRequestsException ...
/// Too Many Requests"); the others are in the botocore models and "Common errors" of each reference.
pub(crate) fn throttle(service: &str) -> Fail {
    match service {
        "connect" => Fail::new(429, "TooManyRequestsException", "Too Many Requests"),
        "dynamodb" => {
            Fail::new(400, "ThrottlingException", "Rate of requests exceeds the allowed throughput.")
        }
        "codedeploy" | "ecs" | "kms" | "ssm" | "secretsmanager" => {
            Fail::new(400, "ThrottlingException", "Rate exceeded")
        }
        // "Common errors" of each reference.
        "ecr" | "logs" => Fail::new(400, "ThrottlingException", "Rate exceeded"),
        "elasticloadbalancing" | "iam" | "monitoring" => Fail::new(400, "Throttling", "Rate exceeded"),
        "s3" => Fail::new(503, "SlowDown", "Please reduce your request rate."),
        "sts" => Fail::new(400, "Throttling", "Rate exceeded"),
        _ => Fail::new(429, "ThrottlingException", "Rate exceeded"),
    }
}

fn server_error(service: &str) -> Fail {
    let code = match service {
        "connect" => "InternalServiceException",
        "dynamodb" => "InternalServerError",
        "ecs" => "ServerException",
        "s3" => "InternalError",
        "kms" => "KMSInternalException",
        "ssm" => "InternalServerError",
        "secretsmanager" => "InternalServiceError",
        "ecr" => "ServerException",
        "iam" => "ServiceFailure",
        "logs" => "ServiceUnavailableException",
        "monitoring" => "InternalServiceError",
        "sts" => "InternalFailure",
        _ => "InternalServerException",
    };
    Fail::new(500, code, "We encountered an internal error. Please try again.")
}

/// The refusal of an operation by policy, as IAM words it.
pub(crate) fn denied(call: &Call) -> Fail {
    let message = format!(
        "User: {} is not authorized to perform: {}:{} on resource: *",
        call.caller.arn, call.service, call.operation
    );
    match call.service.as_str() {
        // "Common errors" of each reference.
        "codedeploy" | "dynamodb" | "ecs" | "kms" | "ssm" | "secretsmanager" => {
            Fail::new(400, "AccessDeniedException", message)
        }
        "ecr" | "logs" => Fail::new(400, "AccessDeniedException", message),
        "elasticloadbalancing" | "iam" | "monitoring" => Fail::new(403, "AccessDenied", message),
        "s3" => Fail::new(403, "AccessDenied", "Access Denied"),
        "sts" => Fail::new(403, "AccessDenied", message),
        _ => Fail::new(403, "AccessDeniedException", message),
    }
}

/// A session token that is no longer valid.
pub(crate) fn expired(service: &str) -> Fail {
    match service {
        "s3" => Fail::new(400, "ExpiredToken", "The provided token has expired."),
        "iam" | "monitoring" | "sts" => {
            Fail::new(403, "ExpiredToken", "The security token included in the request is expired")
        }
        "dynamodb" => {
            Fail::new(400, "ExpiredTokenException", "The security token included in the request is expired")
        }
        _ => Fail::new(403, "ExpiredTokenException", "The security token included in the request is expired"),
    }
}

/// Credentials that nobody issued.
pub(crate) fn unknown_key(service: &str) -> Fail {
    let message = "The security token included in the request is invalid.";
    match service {
        "s3" => Fail::new(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
        ),
        "iam" | "monitoring" | "sts" => Fail::new(403, "InvalidClientTokenId", message),
        "dynamodb" => Fail::new(400, "UnrecognizedClientException", message),
        _ => Fail::new(403, "UnrecognizedClientException", message),
    }
}

/// The answer of a fault that answers.
pub(crate) fn answer(kind: &FaultKind, call: &Call) -> Option<Answer> {
    let service = call.service.as_str();
    let fail = match kind {
        FaultKind::Throttle => throttle(service),
        FaultKind::ServerError | FaultKind::ErrorAfter => server_error(service),
        FaultKind::AccessDenied => denied(call),
        FaultKind::ExpiredToken => expired(service),
        FaultKind::Skewed => identity::skewed(call),
        FaultKind::LimitExceeded => match service {
            "connect" => Fail::new(
                429,
                "LimitExceededException",
                "The allowed limit for the resource has been exceeded.",
            ),
            // As its users quote it (hashicorp/terraform-provider-aws, issue 9777): no code of a throttle, and it passes.
            "ecs" if call.operation == "RegisterTaskDefinition" => Fail::new(
                400,
                "ClientException",
                "Too many concurrent attempts to create a new revision of the specified family.",
            ),
            "lex" => Fail::new(402, "ServiceQuotaExceededException", "The quota has been reached."),
            _ => Fail::new(400, "LimitExceededException", "The limit has been exceeded."),
        },
        FaultKind::Echo { status } => {
            // Services do quote: "Value 'x' at 'y' failed to satisfy constraint" ("Common errors").
            let said = format!(
                "1 validation error detected: Value '{}' is not valid",
                String::from_utf8_lossy(&call.body)
            );
            let code = if *status >= 500 { server_error(service).code } else { "ValidationException".into() };
            Fail::new(*status, &code, said)
        }
        FaultKind::DropBefore
        | FaultKind::DropAfter
        | FaultKind::Late { .. }
        | FaultKind::LateBy { .. }
        | FaultKind::Slow { .. }
        | FaultKind::FailsLater => return None,
    };
    Some(fail.answer(service))
}
