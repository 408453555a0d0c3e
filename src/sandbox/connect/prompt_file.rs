//! The sound of prompts: fetched from where S3Uri says, and given out by GetPromptFile as a URL.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::super::answer::{Answer, Fail};
use super::super::call::Call;
use super::super::ids::Kind;
use super::super::s3::{self, Bucket, CONNECT_BUCKET, CONNECT_OWNER, Object};
use super::super::world::{Instance, World};
use super::super::{clock, digest, identity, presigned, route};
use super::env::{Ask, Env};
use super::input::{find, invalid, not_found};

/// How long a URL of GetPromptFile is good for; assumed, the reference does not say.
const VALID_SECONDS: u32 = 900;

/// "Prompts ... less than 50 MB" (administrator guide, "Create prompts"). Assumed: the sound itself is not looked at.
const MOST_BYTES: usize = 50 * 1024 * 1024;

/// The bytes that the S3Uri of a call names; nothing when the call has none. What is wrong with it is
/// InvalidParameterException (assumed: CreatePrompt's list has no ResourceNotFoundException).
pub(crate) fn asked(
    world: &mut World,
    call: &Call,
    body: &Map<String, Value>,
    env: &Env,
) -> Option<Result<Bytes, Fail>> {
    if !matches!(call.operation.as_str(), "CreatePrompt" | "UpdatePrompt") {
        return None;
    }
    let uri = body.get("S3Uri").and_then(Value::as_str)?;
    Some(
        fetch(world, call, uri, env).map_err(|fail| {
            invalid(format!("S3Uri {uri:?} cannot be read: {} ({})", fail.message, fail.code))
        }),
    )
}

fn fetch(world: &mut World, call: &Call, uri: &str, env: &Env) -> Result<Bytes, Fail> {
    let get = match uri.strip_prefix("s3://") {
        // Assumed: read with the rights of the caller, so from the caller's own buckets.
        Some(rest) => {
            let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
            Call {
                method: "GET".into(),
                service: "s3".into(),
                operation: "GetObject".into(),
                labels: vec![bucket.to_owned(), key.to_owned()],
                caller: call.caller.clone(),
                ..Call::default()
            }
        }
        None => from_url(world, call, uri, env)?,
    };
    let bytes = s3::dispatch(world, &get)?.body;
    if bytes.is_empty() || bytes.len() > MOST_BYTES {
        return Err(invalid("the file must have between 1 byte and 50 MB"));
    }
    Ok(bytes)
}

/// "You can provide S3 pre-signed URLs returned by the GetPromptFile API instead of providing S3 URIs" (CreatePrompt).
/// The URL must be one of this server; nothing is called.
fn from_url(world: &World, call: &Call, url: &str, env: &Env) -> Result<Call, Fail> {
    let mut get = presigned::request(url, call.header("host").unwrap_or_default())
        .ok_or_else(|| invalid("it is neither s3://BUCKET/KEY nor a URL of this sandbox"))?;
    identity::read_signature(&mut get)?;
    route::identify(&mut get);
    if get.operation != "GetObject" {
        return Err(invalid("it is not the URL of an S3 object"));
    }
    // assumed: switch foreign_prompt_url_accepted
    if get.access_key != presigned::CONNECT_KEY && !env.foreign_prompt_url {
        return Err(invalid("it does not come from GetPromptFile"));
    }
    identity::check_date(world, &get)?;
    get.caller = identity::caller(world, &get)?;
    Ok(get)
}

/// GetPromptFile: "A generated URL to the prompt that can be given to an unauthorized user so they can access the
/// prompt in S3". The URL is of the file as it is now.
pub(crate) fn get(
    instance: &Instance,
    ask: &Ask<'_>,
    buckets: &mut BTreeMap<String, Bucket>,
) -> Result<Answer, Fail> {
    let given = ask.call.label(1);
    let prompt = find(instance, Kind::Prompt, given).ok_or_else(|| not_found(given))?;
    let audio = instance.audio.get(&prompt.id).cloned().unwrap_or_default();
    let key = format!("{}/{}/{}.wav", instance.id, prompt.id, digest::sha256_hex(&audio));
    let host = ask.call.header("host").unwrap_or_default();
    let path = format!("/{CONNECT_BUCKET}/{key}");
    let url = presigned::url(host, &path, &instance.region, ask.env.now, VALID_SECONDS);
    let own = || Bucket::new(CONNECT_OWNER, &instance.region);
    let bucket = buckets.entry(CONNECT_BUCKET.to_owned()).or_insert_with(own);
    bucket.objects.entry(key).or_insert_with(|| Object::of(audio, "audio/wav", prompt.modified));
    Ok(Answer::json(&json!({
        "PromptPresignedUrl": url,
        "LastModifiedTime": clock::epoch(prompt.modified),
        "LastModifiedRegion": instance.region,
    })))
}
