//! Requests that are signed in their query ("Authenticating Requests: Using Query Parameters", S3 API reference).

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

use super::answer::Fail;
use super::call::{Call, parse_pairs};
use super::clock;
use super::digest;

/// The access key of the URLs that Connect itself makes for the files of its prompts.
pub(crate) const CONNECT_KEY: &str = "CONNECTPROMPTFILES00";

/// The access key of the URLs that Lex itself makes for archives, and the owner of their bucket, which is no account.
pub(crate) const LEX_KEY: &str = "LEXBOTARCHIVES000000";
pub(crate) const LEX_OWNER: &str = "lex";

/// "The maximum value is 604800 (seven days)."
const LONGEST: f64 = 604_800.0;

/// When a request was signed, and for how long.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presigned {
    date: String,
    expires: f64,
    signature: String,
}

impl Presigned {
    /// What the client signed it with.
    pub(crate) fn signature(&self) -> &str {
        &self.signature
    }
}

fn bad(message: impl Into<String>) -> Fail {
    Fail::new(400, "AuthorizationQueryParametersError", message)
}

/// The credential scope of a request that is signed in its query; its parameters leave the query, and those that
/// stand for headers become headers. Nothing when it is not signed so.
pub(crate) fn read(call: &mut Call) -> Result<Option<String>, Fail> {
    if call.param("X-Amz-Algorithm").is_none() {
        return Ok(None);
    }
    // Whatever is wrong is answered as S3 does.
    "s3".clone_into(&mut call.service);
    if call.param("X-Amz-Algorithm") != Some("AWS4-HMAC-SHA256") {
        return Err(bad("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    let part = |name: &str| {
        let missing = || bad(format!("Query-string authentication version 4 requires the parameter {name}"));
        call.param(name).map(str::to_owned).ok_or_else(missing)
    };
    let (credential, date, signature) =
        (part("X-Amz-Credential")?, part("X-Amz-Date")?, part("X-Amz-Signature")?);
    part("X-Amz-SignedHeaders")?;
    let expires = part("X-Amz-Expires")?.parse::<u32>().map_or(0.0, f64::from);
    if !(1.0..=LONGEST).contains(&expires) {
        return Err(bad("X-Amz-Expires must be between 1 and 604800 seconds"));
    }
    call.presigned = Some(Presigned { date, expires, signature });
    let signing = ["algorithm", "credential", "date", "expires", "signedheaders", "signature"];
    for (name, value) in std::mem::take(&mut call.query) {
        let lower = name.to_lowercase();
        match lower.strip_prefix("x-amz-") {
            Some(rest) if signing.contains(&rest) => {}
            Some(_) => {
                let header = HeaderName::try_from(lower).ok().zip(HeaderValue::try_from(value).ok());
                let (name, value) = header.ok_or_else(|| bad(format!("{name} is not valid")))?;
                call.headers.insert(name, value);
            }
            None => call.query.push((name, value)),
        }
    }
    Ok(Some(credential))
}

/// Whether it is still valid ("Request has expired"). What clients sign is on the machine's time, what Connect signs
/// on the sandbox's own; the signature of Connect's URLs is checked, the others' is not.
pub(crate) fn check(call: &Call, presigned: &Presigned, sandbox_now: f64) -> Result<(), Fail> {
    let own = [CONNECT_KEY, LEX_KEY].contains(&call.access_key.as_str());
    let signed = signature(&call.access_key, &call.method, &call.path, &presigned.date, presigned.expires);
    if own && presigned.signature != signed {
        return Err(Fail::new(
            403,
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided.",
        ));
    }
    let now = if own { sandbox_now } else { clock::wall() };
    let signed = clock::parse_amz(&presigned.date)
        .ok_or_else(|| bad("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\""))?;
    if signed > now + 900.0 {
        return Err(Fail::new(403, "AccessDenied", "Request is not yet valid"));
    }
    if now > signed + presigned.expires {
        return Err(Fail::new(403, "AccessDenied", "Request has expired"));
    }
    Ok(())
}

fn signature(key: &str, method: &str, path: &str, date: &str, expires: f64) -> String {
    digest::sha256_hex(format!("{key}\n{method}\n{path}\n{date}\n{expires}").as_bytes())
}

/// A URL for a file of Connect's own, `path` from the root of this server, valid from `now` for `seconds`.
pub(crate) fn url(host: &str, path: &str, region: &str, now: f64, seconds: u32) -> String {
    signed(CONNECT_KEY, "GET", host, path, region, now, seconds)
}

/// A URL for one method on a file of a service's own, signed with the service's key.
pub(crate) fn signed(
    key: &str,
    method: &str,
    host: &str,
    path: &str,
    region: &str,
    now: f64,
    seconds: u32,
) -> String {
    let date = clock::amz(now);
    let day = date.split('T').next().unwrap_or_default();
    let signature = signature(key, method, path, &date, f64::from(seconds));
    format!(
        "http://{host}{path}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={key}%2F{day}%2F{region}%2Fs3%2Faws4_request&X-Amz-Date={date}&X-Amz-Expires={seconds}&X-Amz-SignedHeaders=host&X-Amz-Signature={signature}"
    )
}

/// The GET that a URL of this server (`host`) means; nothing when it is somebody else's.
pub(crate) fn request(url: &str, host: &str) -> Option<Call> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let (place, rest) = rest.split_once('/')?;
    let plain = |host: &str| host.replace("localhost", "127.0.0.1");
    if plain(place) != plain(host) {
        return None;
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    Some(Call {
        method: "GET".into(),
        path: format!("/{path}"),
        query: parse_pairs(query, false),
        headers: HeaderMap::new(),
        ..Call::default()
    })
}
