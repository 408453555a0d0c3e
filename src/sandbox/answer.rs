//! Answers and failures, and how each service's protocol writes a failure.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::{iam, ids};

/// An answer, before it becomes an HTTP response.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
    /// The error code, when it is one.
    pub(crate) error: Option<String>,
}

impl Answer {
    /// A JSON answer with status 200.
    pub(crate) fn json(value: &Value) -> Answer {
        Answer {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: Bytes::from(value.to_string()),
            error: None,
        }
    }

    /// A JSON answer with status 200 of a service that speaks AWS JSON, in this version.
    pub(crate) fn aws_json(version: &str, value: &Value) -> Answer {
        let headers = vec![("content-type".into(), format!("application/x-amz-json-{version}"))];
        Answer { headers, ..Answer::json(value) }
    }

    /// An XML answer with status 200.
    pub(crate) fn xml(body: String) -> Answer {
        Answer {
            status: 200,
            headers: vec![("content-type".into(), "text/xml".into())],
            body: Bytes::from(body),
            error: None,
        }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Answer {
        Answer { status, ..Answer::default() }
    }
}

/// A refusal, in no protocol yet.
#[derive(Debug, Clone)]
pub(crate) struct Fail {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
    /// Further members of the error shape.
    pub(crate) more: Map<String, Value>,
}

impl Fail {
    /// A failure with a code and a message.
    pub(crate) fn new(status: u16, code: &str, message: impl Into<String>) -> Fail {
        Fail { status, code: code.into(), message: message.into(), more: Map::new() }
    }

    /// Adds a member to the error shape.
    pub(crate) fn with(mut self, name: &str, value: Value) -> Fail {
        self.more.insert(name.into(), value);
        self
    }

    /// An operation (or an option of one) that the sandbox does not have: never answered with success.
    pub(crate) fn not_implemented(what: &str) -> Fail {
        Fail::new(501, "NotImplemented", format!("the sandbox does not implement {what}"))
    }

    /// Writes it in the AWS query protocol ("Common errors" of the STS reference).
    pub(crate) fn query(&self, namespace: &str) -> Answer {
        let body = format!(
            "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
            escape(&self.code),
            escape(&self.message),
            ids::random_uuid()
        );
        let headers = vec![("content-type".to_owned(), "text/xml".to_owned())];
        Answer { status: self.status, headers, body: Bytes::from(body), error: Some(self.code.clone()) }
    }

    /// Writes it in AWS JSON (Smithy, "AWS JSON 1.1 protocol", error handling): the code stands in the body.
    fn aws_json(&self, version: &str) -> Answer {
        let mut body = self.more.clone();
        body.insert("__type".into(), json!(self.code));
        body.insert("message".into(), json!(self.message));
        let answer = Answer::aws_json(version, &Value::Object(body));
        Answer { status: self.status, error: Some(self.code.clone()), ..answer }
    }

    /// Writes it as the service does.
    pub(crate) fn answer(&self, service: &str) -> Answer {
        match service {
            "ecr" | "logs" => return self.aws_json("1.1"),
            "iam" => return self.query(iam::NAMESPACE),
            "monitoring" => {
                // awsQueryCompatible: clients take the code that the query protocol had from this header (Smithy, "AWS query
                // compatible").
                let mut answer = self.aws_json("1.0");
                answer.headers.push(("x-amzn-query-error".into(), format!("{};Sender", self.code)));
                return answer;
            }
            _ => {}
        }
        let request = ids::random_uuid();
        let (kind, body) = match service {
            // restXml: the botocore parser and the S3 documentation, "REST Error Responses".
            "s3" => (
                "application/xml",
                format!(
                    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{}</Code><Message>{}</Message><RequestId>{request}</RequestId></Error>",
                    escape(&self.code),
                    escape(&self.message)
                ),
            ),
            // restXml, with the error in a wrapper (botocore's `cloudfront` model has none of `noErrorWrapping`).
            "cloudfront" => (
                "text/xml",
                format!(
                    "<?xml version=\"1.0\"?>\n<ErrorResponse xmlns=\"http://cloudfront.amazonaws.com/doc/2020-05-31/\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
                    escape(&self.code),
                    escape(&self.message)
                ),
            ),
            // AWS query protocol ("Common errors" of the STS reference).
            "sts" => (
                "text/xml",
                format!(
                    "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
                    escape(&self.code),
                    escape(&self.message)
                ),
            ),
            // The same, with the name space of API version 2015-12-01.
            "elasticloadbalancing" => (
                "text/xml",
                format!(
                    "<ErrorResponse xmlns=\"http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/\"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request}</RequestId></ErrorResponse>",
                    escape(&self.code),
                    escape(&self.message)
                ),
            ),
            "dynamodb" => ("application/x-amz-json-1.0", {
                // Errors of the front (tokens, signatures) come from coral, the others from the service.
                let space = match self.code.as_str() {
                    "ValidationException"
                    | "UnrecognizedClientException"
                    | "AccessDeniedException"
                    | "SerializationException"
                    | "ThrottlingException"
                    | "ExpiredTokenException"
                    | "InvalidSignatureException"
                    | "UnknownOperationException" => "com.amazon.coral.service",
                    _ => "com.amazonaws.dynamodb.v20120810",
                };
                // The transaction and condition errors of the model spell the member `Message`, the others `message`.
                let member = if matches!(
                    self.code.as_str(),
                    "TransactionCanceledException" | "IdempotentParameterMismatchException"
                ) {
                    "Message"
                } else {
                    "message"
                };
                let mut body = self.more.clone();
                body.insert("__type".into(), json!(format!("{space}#{}", self.code)));
                body.insert(member.into(), json!(self.message));
                Value::Object(body).to_string()
            }),
            // awsJson1.1: the code stands in the body (Smithy, "AWS JSON 1.1 protocol", error handling); how the member
            // with the words is spelled is botocore's.
            "codedeploy" | "ecs" | "kms" | "ssm" | "secretsmanager" => ("application/x-amz-json-1.1", {
                let member = if service == "secretsmanager" { "Message" } else { "message" };
                let mut body = self.more.clone();
                body.insert("__type".into(), json!(self.code));
                if !self.message.is_empty() {
                    body.insert(member.into(), json!(self.message));
                }
                Value::Object(body).to_string()
            }),
            _ => ("application/json", {
                let mut body = self.more.clone();
                // These two have their problems and nothing else (botocore).
                let bare = [
                    "InvalidContactFlowException",
                    "InvalidContactFlowModuleException",
                    "InvalidTestCaseException",
                ];
                if !bare.contains(&self.code.as_str()) {
                    // botocore: Connect's error shapes have `Message`, Lex's have `message`. The throttle is written by
                    // API Gateway in front of Connect, in lower case.
                    // Of Lambda's errors these have `Message`, the others `message`.
                    let upper = ["ResourceNotFoundException", "ResourceInUseException", "ServiceException"];
                    let lower = service == "lambda" && !upper.contains(&self.code.as_str());
                    let member = if service == "lex" || lower || self.code == "TooManyRequestsException" {
                        "message"
                    } else {
                        "Message"
                    };
                    body.insert(member.into(), json!(self.message));
                }
                Value::Object(body).to_string()
            }),
        };
        let mut headers = vec![("content-type".to_owned(), kind.to_owned())];
        if !matches!(
            service,
            "codedeploy"
                | "s3"
                | "sts"
                | "dynamodb"
                | "ecs"
                | "elasticloadbalancing"
                | "kms"
                | "ssm"
                | "secretsmanager"
        ) {
            headers.push(("x-amzn-errortype".into(), self.code.clone()));
        }
        Answer { status: self.status, headers, body: Bytes::from(body), error: Some(self.code.clone()) }
    }
}

/// Text inside XML.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\r' => out.push_str("&#13;"),
            c => out.push(c),
        }
    }
    out
}
