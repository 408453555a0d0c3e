//! Who is calling: access keys, session tokens and the date of a signature.

use super::answer::Fail;
use super::call::{Call, Caller};
use super::clock;
use super::fault;
use super::presigned;
use super::s3;
use super::world::World;

/// Reads service, region and access key from a Signature Version 4 header ("Authenticating requests", AWS General
/// Reference), or, for S3, from the query. The signature itself is not checked: any secret key does.
pub(crate) fn read_signature(call: &mut Call) -> Result<(), Fail> {
    let missing = || Fail::new(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
    let scope = match call.header("authorization") {
        Some(header) => {
            let scope = header.split("Credential=").nth(1).and_then(|rest| rest.split(',').next());
            scope.map(str::to_owned)
        }
        None => presigned::read(call)?,
    };
    let scope = scope.ok_or_else(missing)?;
    let parts: Vec<String> = scope.trim().split('/').map(str::to_owned).collect();
    let [key, _date, region, service, end] = parts.as_slice() else {
        return Err(Fail::new(403, "IncompleteSignatureException", "Credential must have five parts"));
    };
    if end != "aws4_request" {
        return Err(Fail::new(
            403,
            "IncompleteSignatureException",
            "Credential should end with aws4_request",
        ));
    }
    if call.presigned.is_some() && service != "s3" {
        return Err(Fail::not_implemented(&format!("requests to {service} that are signed in the query")));
    }
    call.access_key.clone_from(key);
    call.region.clone_from(region);
    call.service.clone_from(service);
    Ok(())
}

/// Signatures are valid for 5 minutes ("Signature Version 4 troubleshooting"), S3's for 15 ("RequestTimeTooSkewed"),
/// those in a query for as long as they say.
pub(crate) fn check_date(world: &World, call: &Call) -> Result<(), Fail> {
    if let Some(presigned) = &call.presigned {
        return presigned::check(call, presigned, world.clock.now());
    }
    let now = clock::wall();
    let sent = call.header("x-amz-date").and_then(clock::parse_amz);
    let allowed = if call.service == "s3" { 900.0 } else { 300.0 };
    if sent.is_some_and(|sent| (sent - now).abs() <= allowed) {
        return Ok(());
    }
    Err(skewed(call))
}

/// The refusal of a signature that is of another time: what `check_date` says.
pub(crate) fn skewed(call: &Call) -> Fail {
    let shown = call.header("x-amz-date").unwrap_or("nothing");
    match call.service.as_str() {
        "s3" => Fail::new(
            403,
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
        ),
        "sts" => Fail::new(
            403,
            "SignatureDoesNotMatch",
            format!("Signature expired: {shown} is not near the current time"),
        ),
        "dynamodb" => Fail::new(400, "InvalidSignatureException", format!("Signature expired: {shown}")),
        _ => Fail::new(
            403,
            "InvalidSignatureException",
            format!("Signature expired: {shown} is not near the current time"),
        ),
    }
}

/// Finds the caller. Twelve digits are an account's own key (as ministack and moto have it); `ASIA...` is a session
/// that AssumeRole issued; any other key is the first account's.
pub(crate) fn caller(world: &World, call: &Call) -> Result<Caller, Fail> {
    let unknown = || fault::unknown_key(&call.service);
    // `check_date` has seen that Connect made the URL.
    if call.access_key == presigned::CONNECT_KEY && call.presigned.is_some() {
        return Ok(Caller { account: s3::CONNECT_OWNER.into(), ..Caller::default() });
    }
    if call.access_key == presigned::LEX_KEY && call.presigned.is_some() {
        return Ok(Caller { account: presigned::LEX_OWNER.into(), ..Caller::default() });
    }
    let token = call.header("x-amz-security-token").or_else(|| call.param("X-Amz-Security-Token"));
    if let Some(token) = token {
        let session = world.sessions.get(&call.access_key).ok_or_else(unknown)?;
        if session.token != token {
            return Err(unknown());
        }
        if session.expires <= world.clock.now() {
            return Err(fault::expired(&call.service));
        }
        return Ok(session.caller.clone());
    }
    if call.access_key.starts_with("ASIA") {
        return Err(unknown());
    }
    let digits = call.access_key.len() == 12 && call.access_key.bytes().all(|byte| byte.is_ascii_digit());
    let account = if digits { &call.access_key } else { &world.first };
    if !world.accounts.contains_key(account) {
        return Err(unknown());
    }
    Ok(Caller {
        account: account.clone(),
        role: None,
        arn: format!("arn:aws:iam::{account}:user/sandbox"),
        user_id: "AIDASANDBOXSANDBOX00".into(),
    })
}
