//! Plain HTTP, for what is no AWS API: a presigned URL to read, a webhook to tell.
//!
//! A URL may be as good as a password (a presigned one carries a signature, a webhook's carries its key), so that errors
//! name the host alone. Redirects are not followed: neither S3 nor a webhook answers with one when all is well, and a
//! redirect could lead anywhere.

use std::time::{Duration, Instant};

use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use bytes::{Bytes, BytesMut};

use crate::core::{Error, ErrorKind, Result};

/// How long reading a URL may take, to its last byte.
const GET_LIMIT: Duration = Duration::from_secs(60);
/// The most bytes that are read from a URL. A prompt's audio has 50 MB at most.
///
/// Source: "Create prompts", Amazon Connect Administrator Guide.
const MOST_BYTES: usize = 64 << 20;
/// Likewise of an archive of a function, which comes from S3 and has 250 MB at most unpacked.
///
/// Source: "Lambda quotas", AWS Lambda Developer Guide.
const ARCHIVE_LIMIT: Duration = Duration::from_secs(5 * 60);
const MOST_OF_ARCHIVE: usize = 256 << 20;
/// The most bytes that are read of the answer to a post: nobody looks at them.
const MOST_ANSWER: usize = 64 << 10;
/// The most bytes that are looked at of an answer that is asked for by [`ask`].
const MOST_LOOKED_AT: usize = 1 << 20;

/// Returns the body that `url` (`https` or `http`) answers with: one attempt, 60 seconds and 64 MiB at most.
///
/// `Input` if it is no such URL, `Denied` after 401 and 403 (a presigned URL that has run out), `NotFound` after 404 and
/// 410, `Unavailable` where another attempt may do (no connection, no time left, 408, 429, 5xx), else `Failed`.
pub async fn get(url: &str) -> Result<Bytes> {
    send(url, request(url, "GET", SdkBody::empty())?, GET_LIMIT, MOST_BYTES).await
}

/// Returns the archive that `url` answers with, as [`get`] does: five minutes and 256 MiB at most.
pub async fn get_archive(url: &str) -> Result<Bytes> {
    send(url, request(url, "GET", SdkBody::empty())?, ARCHIVE_LIMIT, MOST_OF_ARCHIVE).await
}

/// A body that comes in while it is read, for what is too large to be held whole.
#[derive(Debug)]
pub struct Incoming {
    host: String,
    stream: ByteStream,
    /// What has come in and was not asked for yet.
    rest: BytesMut,
}

/// Begins to read what `url` answers with. Fails as [`get`] does.
pub async fn open(url: &str) -> Result<Incoming> {
    let (asked, host) = (request(url, "GET", SdkBody::empty())?, host(url).unwrap_or_default());
    let body = within(host, GET_LIMIT, answered(host, asked)).await?;
    Ok(Incoming { host: host.to_string(), stream: body, rest: BytesMut::new() })
}

impl Incoming {
    /// Returns the next `size` bytes; fewer are the last, and none come after them. `Unavailable` where nothing comes in
    /// for a minute.
    pub async fn part(&mut self, size: usize) -> Result<Bytes> {
        while self.rest.len() < size {
            let next = async { Ok(self.stream.next().await) };
            let Some(part) = within(&self.host, GET_LIMIT, next).await? else { break };
            let part = part.map_err(|e| unavailable(format!("{} broke off its answer: {e}", self.host)))?;
            self.rest.extend_from_slice(&part);
        }
        Ok(self.rest.split_to(size.min(self.rest.len())).freeze())
    }
}

/// Puts `bytes` to `url` (`https` or `http`), a presigned one: one attempt. Fails as [`get`] does, and unless the answer is
/// a 2xx.
pub async fn put(url: &str, bytes: Bytes) -> Result<()> {
    send(url, request(url, "PUT", SdkBody::from(bytes))?, GET_LIMIT, MOST_ANSWER).await.map(drop)
}

/// Posts `body`, a JSON text, to `url` (`https` or `http`): one attempt that takes `limit` at most. Fails as [`get`]
/// does, and unless the answer is a 2xx.
pub async fn post_json(url: &str, body: String, limit: Duration) -> Result<()> {
    let mut request = request(url, "POST", SdkBody::from(body))?;
    request.headers_mut().insert("content-type", "application/json");
    send(url, request, limit, MOST_ANSWER).await.map(drop)
}

/// A request whose answer is looked at, whatever it is.
pub struct Ask<'a> {
    /// Where to.
    pub url: &'a str,
    /// The method.
    pub method: &'a str,
    /// Headers.
    pub headers: &'a [(String, String)],
    /// How long the whole answer is waited for.
    pub limit: Duration,
}

/// An answer, whatever it is.
#[derive(Debug)]
pub struct Told {
    /// The status.
    pub status: u16,
    /// The headers that are text.
    pub headers: Vec<(String, String)>,
    /// The body, or its beginning.
    pub body: Bytes,
    /// Whether that is all of it.
    pub whole: bool,
    /// How long it took to come, on the machine's own clock.
    pub took: Duration,
}

/// Sends a request, once, and returns its answer, of which 1 MiB is read. `Input` where it cannot be sent, `Unavailable` where
/// nothing is answered.
pub async fn ask(asked: &Ask<'_>) -> Result<Told> {
    let mut request = request(asked.url, asked.method, SdkBody::empty())?;
    let host = host(asked.url).unwrap_or_default();
    for (name, value) in asked.headers {
        let bad = |_| Error::input(format!("the header {name} cannot be sent to {host}"));
        request.headers_mut().try_insert(name.clone(), value.clone()).map_err(bad)?;
    }
    let began = Instant::now();
    let work = async {
        let answer = reached(host, request).await?;
        let status = answer.status().as_u16();
        let headers =
            answer.headers().iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let (mut stream, mut bytes, mut whole) = (ByteStream::new(answer.into_body()), BytesMut::new(), true);
        while let Some(part) = stream.next().await {
            bytes.extend_from_slice(
                &part.map_err(|e| unavailable(format!("{host} broke off its answer: {e}")))?,
            );
            if bytes.len() > MOST_LOOKED_AT {
                (bytes, whole) = (bytes.split_to(MOST_LOOKED_AT), false);
                break;
            }
        }
        Ok(Told { status, headers, body: bytes.freeze(), whole, took: began.elapsed() })
    };
    within(host, asked.limit, work).await
}

/// Returns the host of `url`, with its port if it names one: the part that may be printed. `None` if it is no `https` or
/// `http` URL.
pub fn host(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    if !["https", "http"].iter().any(|s| scheme.eq_ignore_ascii_case(s)) {
        return None;
    }
    let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    // What stands before an `@` is a name and a password.
    let host = authority.rsplit('@').next().unwrap_or_default();
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b);
    (!host.is_empty() && host.bytes().all(plain)).then_some(host)
}

fn request(url: &str, method: &str, body: SdkBody) -> Result<HttpRequest> {
    let no_url = || Error::input("not a URL that begins with https:// or http:// and a host");
    let host = host(url).ok_or_else(no_url)?;
    let bad = |_| Error::input(format!("the URL at {host} is not well-formed"));
    let mut request = HttpRequest::new(body);
    request.set_method(method).map_err(bad)?;
    request.set_uri(url).map_err(bad)?;
    request.headers_mut().insert("user-agent", concat!("snapdeploy/", env!("CARGO_PKG_VERSION")));
    Ok(request)
}

async fn send(url: &str, request: HttpRequest, limit: Duration, most: usize) -> Result<Bytes> {
    let host = host(url).unwrap_or_default();
    within(host, limit, exchange(host, request, most)).await
}

async fn within<T>(host: &str, limit: Duration, work: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(limit, work).await {
        Ok(outcome) => outcome,
        Err(_) => {
            let limit = match limit.subsec_millis() {
                0 => format!("{} s", limit.as_secs()),
                _ => format!("{} ms", limit.as_millis()),
            };
            Err(unavailable(format!("{host} did not answer within {limit}")))
        }
    }
}

/// Returns the body of the answer, which is a 2xx.
async fn answered(host: &str, request: HttpRequest) -> Result<ByteStream> {
    let answer = reached(host, request).await?;
    let status = answer.status().as_u16();
    if !(200..300).contains(&status) {
        return Err(Error::new(kind(status), format!("{host} answered with HTTP {status}")));
    }
    Ok(ByteStream::new(answer.into_body()))
}

/// Sends the request, and returns the answer.
async fn reached(host: &str, request: HttpRequest) -> Result<HttpResponse> {
    // The same TLS and the same proxies as the SDK's own calls.
    let connector = Connector::builder()
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build();
    connector.call(request).await.map_err(|e| {
        let mut causes = vec![e.to_string()];
        let mut next = std::error::Error::source(&e);
        while let Some(cause) = next {
            causes.push(cause.to_string());
            next = cause.source();
        }
        unavailable(format!("cannot reach {host}: {}", causes.join(": ")))
    })
}

async fn exchange(host: &str, request: HttpRequest, most: usize) -> Result<Bytes> {
    let mut stream = answered(host, request).await?;
    let mut bytes = BytesMut::new();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|e| unavailable(format!("{host} broke off its answer: {e}")))?;
        if bytes.len() + part.len() > most {
            return Err(Error::failed(format!("{host} answered with more than {most} bytes")));
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes.freeze())
}

fn unavailable(message: String) -> Error {
    Error::new(ErrorKind::Unavailable, message)
}

fn kind(status: u16) -> ErrorKind {
    match status {
        401 | 403 => ErrorKind::Denied,
        404 | 410 => ErrorKind::NotFound,
        408 | 429 | 500.. => ErrorKind::Unavailable,
        _ => ErrorKind::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_a_url_is_shown() {
        assert_eq!(host("https://hooks.example/services/T0/B0/secret?x=1"), Some("hooks.example"));
        assert_eq!(host("http://me:pw@127.0.0.1:80?token=secret"), Some("127.0.0.1:80"));
        for bad in ["", "hooks.example", "ftp://a/", "https:///x", "https://a b/", "https://\u{1b}[31m/"] {
            assert_eq!(host(bad), None, "{bad}");
            assert_eq!(request(bad, "GET", SdkBody::empty()).unwrap_err().kind, ErrorKind::Input);
        }
    }

    #[test]
    fn a_url_that_cannot_be_sent_is_not_quoted() {
        let error = request("https://hooks.example/secret here", "GET", SdkBody::empty()).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Input);
        assert!(!error.message.contains("secret"), "{}", error.message);
    }
}
