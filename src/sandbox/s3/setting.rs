//! Settings of buckets: versioning, encryption, public access, lifecycle, location. Kept as the XML that was put.

use super::super::answer::{Answer, Fail, escape};
use super::super::call::Call;
use super::super::ids;
use super::bucket::Bucket;
use super::object;

const NAMESPACE: &str = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";

/// A setting that can be put and got: sub-resource, operations, root element.
pub(crate) struct Setting {
    pub(crate) query: &'static str,
    pub(crate) put: &'static str,
    pub(crate) get: &'static str,
    root: &'static str,
}

/// The settings (botocore `s3`: URIs and root elements).
pub(crate) const SETTINGS: [Setting; 4] = [
    Setting {
        query: "versioning",
        put: "PutBucketVersioning",
        get: "GetBucketVersioning",
        root: "VersioningConfiguration",
    },
    Setting {
        query: "encryption",
        put: "PutBucketEncryption",
        get: "GetBucketEncryption",
        root: "ServerSideEncryptionConfiguration",
    },
    Setting {
        query: "publicAccessBlock",
        put: "PutPublicAccessBlock",
        get: "GetPublicAccessBlock",
        root: "PublicAccessBlockConfiguration",
    },
    Setting {
        query: "lifecycle",
        put: "PutBucketLifecycleConfiguration",
        get: "GetBucketLifecycleConfiguration",
        root: "LifecycleConfiguration",
    },
];

/// Whether an operation puts a setting.
pub(crate) fn puts(operation: &str) -> bool {
    SETTINGS.iter().any(|setting| setting.put == operation)
}

/// Whether an operation gets one, the location among them.
pub(crate) fn gets(operation: &str) -> bool {
    operation == "GetBucketLocation" || SETTINGS.iter().any(|setting| setting.get == operation)
}

/// The operation that a sub-resource of a bucket means.
pub(crate) fn operation(method: &str, query: &str) -> Option<&'static str> {
    if (method, query) == ("GET", "location") {
        return Some("GetBucketLocation");
    }
    let setting = SETTINGS.iter().find(|setting| setting.query == query)?;
    match method {
        "GET" => Some(setting.get),
        "PUT" => Some(setting.put),
        _ => None,
    }
}

fn malformed(why: &str) -> Fail {
    Fail::new(
        400,
        "MalformedXML",
        format!(
            "The XML you provided was not well-formed or did not validate against our published schema: {why}"
        ),
    )
}

/// The texts inside every element of this name. Enough for the documents that are put here: elements of one name do not
/// stand in each other.
fn inside<'a>(xml: &'a str, element: &str) -> Vec<&'a str> {
    let mut out = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find(&format!("<{element}")) {
        let from = &rest[at + 1 + element.len()..];
        let Some(open) = from.find('>') else { break };
        let (head, tail) = (&from[..open], &from[open + 1..]);
        rest = tail;
        if head.ends_with('/') {
            out.push("");
        } else if head.is_empty() || head.starts_with(char::is_whitespace) {
            let Some(end) = tail.find(&format!("</{element}>")) else { break };
            out.push(&tail[..end]);
            rest = &tail[end..];
        }
    }
    out
}

/// The text of the first element of this name.
pub(crate) fn element<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    inside(xml, name).first().map(|text| text.trim())
}

/// What is inside the root element, checked as far as the model goes.
fn checked(setting: &Setting, xml: &str) -> Result<String, Fail> {
    let inner = inside(xml, setting.root);
    let inner = *inner.first().ok_or_else(|| malformed(&format!("no {}", setting.root)))?;
    match setting.query {
        // botocore BucketVersioningStatus.
        "versioning" => match element(inner, "Status") {
            Some("Enabled" | "Suspended") => {}
            // "Error responses": the configuration that is given is not valid.
            _ => {
                return Err(Fail::new(
                    400,
                    "IllegalVersioningConfigurationException",
                    "The Versioning element must be specified",
                ));
            }
        },
        "encryption" => {
            // botocore: Rules is required, and SSEAlgorithm in a default of theirs.
            let words = ["AES256", "aws:kms", "aws:kms:dsse"];
            let rules = inside(inner, "Rule");
            let fits = |rule: &&str| {
                inside(rule, "ApplyServerSideEncryptionByDefault")
                    .iter()
                    .all(|default| element(default, "SSEAlgorithm").is_some_and(|word| words.contains(&word)))
            };
            if rules.is_empty() || !rules.iter().all(fits) {
                return Err(malformed("Rule"));
            }
        }
        "publicAccessBlock" => {
            // "PublicAccessBlockConfiguration": four booleans, all optional.
            for name in PUBLIC_ACCESS {
                if element(inner, name)
                    .is_some_and(|word| !matches!(word, "true" | "false" | "TRUE" | "FALSE"))
                {
                    return Err(malformed(name));
                }
            }
        }
        _ => return lifecycle(inner),
    }
    Ok(inner.to_owned())
}

const PUBLIC_ACCESS: [&str; 4] =
    ["BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"];

/// "A lifecycle configuration can have up to 1,000 rules"; a rule needs a Status, a Filter or Prefix, and an action. One
/// without an ID is given one (S3 guide, "Lifecycle configuration elements").
fn lifecycle(inner: &str) -> Result<String, Fail> {
    let rules = inside(inner, "Rule");
    if rules.is_empty() || rules.len() > 1000 {
        return Err(malformed("Rule"));
    }
    let actions = [
        "Expiration",
        "Transition",
        "NoncurrentVersionTransition",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ];
    let mut out = String::new();
    for rule in rules {
        if !matches!(element(rule, "Status"), Some("Enabled" | "Disabled")) {
            return Err(malformed("Status"));
        }
        if element(rule, "Filter").is_none() && element(rule, "Prefix").is_none() {
            return Err(malformed("Filter"));
        }
        if actions.iter().all(|action| element(rule, action).is_none()) {
            return Err(Fail::new(
                400,
                "InvalidRequest",
                "At least one action needs to be specified in a rule",
            ));
        }
        let id = match element(rule, "ID") {
            Some(_) => String::new(),
            None => format!("<ID>{}</ID>", ids::random_uuid()),
        };
        out.push_str(&format!("<Rule>{id}{rule}</Rule>"));
    }
    Ok(out)
}

/// A put of a setting.
pub(crate) fn put(bucket: &mut Bucket, call: &Call) -> Result<Answer, Fail> {
    object::verify(call, &call.body, &std::collections::BTreeMap::new())?;
    let setting = SETTINGS.iter().find(|setting| setting.put == call.operation);
    let setting = setting.ok_or_else(|| Fail::not_implemented(&format!("s3:{}", call.operation)))?;
    let xml = std::str::from_utf8(&call.body).map_err(|_| malformed("it is not UTF-8"))?;
    bucket.settings.insert(setting.query, checked(setting, xml)?);
    Ok(Answer::empty(200))
}

/// A get of a setting or of the location; each has an answer of its own when nothing was put.
pub(crate) fn get(bucket: &Bucket, call: &Call) -> Result<Answer, Fail> {
    if call.operation == "GetBucketLocation" {
        // "Buckets in Region us-east-1 have a LocationConstraint of null" (GetBucketLocation).
        let region = if bucket.region() == "us-east-1" { "" } else { bucket.region() };
        return Ok(xml("LocationConstraint", &escape(region)));
    }
    let setting = SETTINGS.iter().find(|setting| setting.get == call.operation);
    let setting = setting.ok_or_else(|| Fail::not_implemented(&format!("s3:{}", call.operation)))?;
    let none = |code: &str, what: &str| Err(Fail::new(404, code, format!("The {what} does not exist")));
    match (bucket.settings.get(setting.query), setting.query) {
        (Some(inner), _) => Ok(xml(setting.root, inner)),
        // "If you never enabled or suspended versioning, the response has no Status" (GetBucketVersioning).
        (None, "versioning") => Ok(xml(setting.root, "")),
        // "All Amazon S3 buckets have encryption configured by default" (S3 guide, since January 2023).
        (None, "encryption") => Ok(xml(
            setting.root,
            "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>",
        )),
        (None, "lifecycle") => none("NoSuchLifecycleConfiguration", "lifecycle configuration"),
        (None, _) => none("NoSuchPublicAccessBlockConfiguration", "public access block configuration"),
    }
}

fn xml(root: &str, inner: &str) -> Answer {
    let body = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} {NAMESPACE}>{inner}</{root}>");
    let mut answer = Answer::xml(body);
    answer.headers = vec![("content-type".into(), "application/xml".into())];
    answer
}

/// What CreateBucket sets: "By default, all Block Public Access settings are turned on for new buckets" (S3 guide, since
/// April 2023). A bucket of a scenario is older.
pub(crate) fn of_new_bucket(bucket: &mut Bucket) {
    let inner = PUBLIC_ACCESS.map(|name| format!("<{name}>true</{name}>")).concat();
    bucket.settings.insert("publicAccessBlock", inner);
}

/// The region that a CreateBucket request asks for. Through us-east-1 a bucket can be made anywhere ("the request goes to
/// us-east-1 ... even if the location constraint specifies another Region"); any other region makes its own only.
pub(crate) fn location(call: &Call) -> Result<String, Fail> {
    let xml = std::str::from_utf8(&call.body).map_err(|_| malformed("it is not UTF-8"))?;
    let wanted = element(xml, "LocationConstraint").filter(|region| !region.is_empty());
    match wanted {
        None if call.region == "us-east-1" => Ok(call.region.clone()),
        None => Err(Fail::new(
            400,
            "IllegalLocationConstraintException",
            "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to.",
        )),
        // botocore BucketLocationConstraint has no us-east-1; EU stands for eu-west-1.
        Some("us-east-1") => {
            Err(Fail::new(400, "InvalidLocationConstraint", "The specified location-constraint is not valid"))
        }
        Some(wanted) => {
            let region = if wanted == "EU" { "eu-west-1" } else { wanted };
            if call.region == "us-east-1" || call.region == region {
                Ok(region.to_owned())
            } else {
                Err(Fail::new(
                    400,
                    "IllegalLocationConstraintException",
                    format!(
                        "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
                    ),
                ))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_told_from_others_that_begin_alike() {
        let xml = "<A xmlns=\"x\"><RuleSet>no</RuleSet><Rule>one</Rule><Rule><ID>2</ID></Rule><Filter/></A>";
        assert_eq!(inside(xml, "Rule"), ["one", "<ID>2</ID>"]);
        assert_eq!(element(xml, "Filter"), Some(""));
        assert_eq!(element(xml, "Prefix"), None);
        assert_eq!(inside("<Rule>open", "Rule"), Vec::<&str>::new());
    }
}
