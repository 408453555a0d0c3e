//! Functions, layers and event sources of a scenario.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::ids;
use super::lambda::{self, Alias, Code, Edition, Function, Handling, Held, Layer, Mapping, Rules};
use super::world::Account;

/// When everything was made: the first second of 2026.
const MADE: f64 = 1_767_225_600.0;

/// A function of a scenario, as it is being described.
#[derive(Debug)]
pub struct FunctionSeed<'a>(&'a mut Function);

/// An archive of some files, the same for the same files.
pub(crate) fn archive(files: &[(&str, &[u8])]) -> Bytes {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        // Writing into memory fails only for names that are too long; such a file is left out.
        if writer.start_file(*name, options).is_ok() {
            let _ = writer.write_all(bytes);
        }
    }
    writer.finish().map(|done| Bytes::from(done.into_inner())).unwrap_or_default()
}

/// The function with this ARN: a small archive, a role of its own name and defaults when it is new.
pub(crate) fn ensure<'h>(held: &'h mut Held, arn: &str) -> &'h mut Function {
    held.functions.entry(arn.to_owned()).or_insert_with(|| {
        let parts: Vec<&str> = arn.split(':').collect();
        let (account, name) =
            (parts.get(4).copied().unwrap_or_default(), parts.last().copied().unwrap_or_default());
        let source = format!("// {name}\nexports.handler = async () => ({{}});\n");
        let mut members = lambda::defaults(name);
        members.insert("Role".into(), json!(format!("arn:aws:iam::{account}:role/{name}")));
        members.insert("Runtime".into(), json!("nodejs22.x"));
        members.insert("Handler".into(), json!("index.handler"));
        let code = Code::Zip(archive(&[("index.js", source.as_bytes())]));
        let revision = ids::derived(&[arn, "revision"]);
        Function::new(name, arn, Edition::first(code, members, revision, MADE))
    })
}

impl<'a> FunctionSeed<'a> {
    pub(crate) fn of(function: &'a mut Function) -> FunctionSeed<'a> {
        FunctionSeed(function)
    }

    /// Whether a version (`$LATEST` or a number) is there.
    pub(crate) fn has(&self, version: &str) -> bool {
        self.0.edition(version).is_some()
    }

    /// Its ARN.
    pub fn arn(&self) -> String {
        self.0.arn.clone()
    }

    /// Code: an archive as it is.
    pub fn code(self, archive: &[u8]) -> Self {
        self.with_code(Code::Zip(Bytes::copy_from_slice(archive)))
    }

    /// Code: an archive of these files.
    pub fn files(self, files: &[(&str, &[u8])]) -> Self {
        self.with_code(Code::Zip(archive(files)))
    }

    /// Code: a container image.
    pub fn image(self, uri: &str) -> Self {
        self.0.latest.members.remove("Handler");
        self.0.latest.members.remove("Runtime");
        self.with_code(Code::image(uri))
    }

    fn with_code(self, code: Code) -> Self {
        self.0.latest.code = code;
        self.0.latest.touched = true;
        self
    }

    /// Settings, as CreateFunction has them; what is not given stays.
    pub fn settings(self, settings: Value) -> Self {
        for (name, value) in settings.as_object().into_iter().flatten() {
            lambda::set(&mut self.0.latest.members, name, value.clone());
        }
        self.0.latest.touched = true;
        self
    }

    /// Environment variables, all of them.
    pub fn env(self, variables: &[(&str, &str)]) -> Self {
        let variables: BTreeMap<_, _> = variables.iter().copied().collect();
        self.settings(json!({"Environment": {"Variables": variables}}))
    }

    /// Publishes what it is now as the next version.
    pub fn publish(self) -> Self {
        let revision = self.0.latest.revision.clone();
        let number = lambda::publish(self.0, None, &Rules::settled(MADE));
        if let Some(version) = self.0.versions.get_mut(&number) {
            version.revision = ids::derived(&[&self.0.arn, "version", &number.to_string()]);
        }
        self.0.latest.revision = revision;
        self
    }

    /// An alias of a version (`$LATEST` or a number that has been published).
    pub fn alias(self, name: &str, version: &str) -> Self {
        let revision = ids::derived(&[&self.0.arn, "alias", name]);
        let alias =
            Alias { version: version.into(), description: String::new(), weights: BTreeMap::new(), revision };
        self.0.aliases.insert(name.into(), alias);
        self
    }

    /// Sends a part of the invocations of an alias to a second version.
    pub fn weight(self, alias: &str, version: &str, weight: f64) -> Self {
        if let Some(alias) = self.0.aliases.get_mut(alias) {
            alias.weights.insert(version.into(), weight);
        }
        self
    }

    /// A statement of the resource policy of the function (no qualifier), or of a version or alias, from members as
    /// AddPermission has them.
    pub fn permission(self, qualifier: Option<&str>, permission: Value) -> Self {
        let body = permission.as_object().cloned().unwrap_or_default();
        let arn = qualifier.map_or_else(|| self.0.arn.clone(), |with| format!("{}:{with}", self.0.arn));
        let statement = lambda::statement(&arn, &body);
        self.0.policies.entry(qualifier.unwrap_or_default().to_owned()).or_default().push(statement);
        self
    }

    /// Reserved concurrency.
    pub fn concurrency(self, reserved: u64) -> Self {
        self.0.concurrency = Some(reserved);
        self
    }

    /// What a version of it (`$LATEST` or a number, also one that is still to be published) does when it is invoked.
    pub fn handling(self, version: &str, handling: Handling) -> Self {
        self.0.handlings.insert(version.into(), handling);
        self
    }

    /// A tag.
    pub fn tag(self, key: &str, value: &str) -> Self {
        self.0.tags.insert(key.into(), value.into());
        self
    }
}

/// A version of a layer.
pub(crate) fn layer(name: &str, files: &[(&str, &[u8])]) -> Layer {
    Layer { code: archive(files), description: name.into(), runtimes: vec!["nodejs22.x".into()] }
}

/// Adds an event source mapping; its UUID.
pub(crate) fn mapping(
    account: &mut Account,
    region: &str,
    function: &str,
    source: &str,
    more: Value,
) -> String {
    let id = ids::derived(&[&account.id, region, function, source, "event source"]);
    let own = format!("arn:aws:lambda:{region}:{}", account.id);
    let mut members = Map::new();
    members.insert("FunctionArn".into(), json!(format!("{own}:function:{function}")));
    members.insert("EventSourceArn".into(), json!(source));
    members.insert("EventSourceMappingArn".into(), json!(format!("{own}:event-source-mapping:{id}")));
    members.insert("BatchSize".into(), json!(10));
    members.insert("MaximumBatchingWindowInSeconds".into(), json!(0));
    for (name, value) in more.as_object().into_iter().flatten() {
        lambda::put(&mut members, name, value.clone());
    }
    let mapping = Mapping {
        region: region.into(),
        members,
        enabled: true,
        modified: MADE,
        passing: None,
        tags: BTreeMap::new(),
    };
    account.functions.mappings.insert(id.clone(), mapping);
    id
}
