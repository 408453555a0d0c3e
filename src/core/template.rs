//! Templates: strings with placeholders for what differs between environments.
//!
//! `@{` opens a placeholder and `}` closes it. A literal `@` that stands before `{` is written `@{@}`; everything else
//! is written as it is. A template has one spelling only: what parses is rendered back byte for byte.

use std::fmt;
use std::str::FromStr;

use super::address::{Address, decode_name, encode_name};
use super::digest::Digest;
use super::error::{Error, Result};
use super::parameter::{Keeper, Parameter};
use super::secret::Fingerprint;

/// How a reference stands in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// The bare id.
    Id,
    /// The whole ARN.
    Arn,
    /// The name.
    Name,
}

/// What stands between `@{` and `}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placeholder {
    /// The account number.
    Account,
    /// The number of an account named in the configuration.
    AccountNamed(String),
    /// The region.
    Region,
    /// The partition.
    Partition,
    /// The id of the Connect instance.
    Instance,
    /// A value of the environment.
    Var(String),
    /// Bytes that are no document, such as a prompt's audio, by their digest.
    Blob(Digest),
    /// A secret of the environment, which its own part of the document has.
    Secret,
    /// A secret, by its fingerprint.
    Sealed(Fingerprint),
    /// A secret that the environment's account keeps by name; only an overlay has one.
    Parameter(Parameter),
    /// Another resource.
    To {
        /// As id, ARN or name.
        form: Form,
        /// Which.
        address: Address,
        /// An alias or version of it, what follows the ARN's last colon.
        qualifier: Option<String>,
    },
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Text as it is, not escaped.
    Text(String),
    /// What differs between environments.
    Hole(Placeholder),
}

/// A string with placeholders in it. No two texts stand side by side, and none is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    segments: Vec<Segment>,
}

/// Returns the template that stands for exactly `text`.
pub fn escape(text: &str) -> String {
    text.replace("@{", "@{@}{")
}

/// Returns whether `text` is a template without placeholders that reads as itself.
pub fn is_plain(text: &str) -> bool {
    !text.contains("@{")
}

impl Template {
    /// Adds text as it is, not escaped.
    pub fn text(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.segments.last_mut() {
            Some(Segment::Text(last)) => last.push_str(text),
            _ => self.segments.push(Segment::Text(text.to_string())),
        }
    }

    /// Adds a placeholder.
    pub fn hole(&mut self, placeholder: Placeholder) {
        self.segments.push(Segment::Hole(placeholder));
    }

    /// Returns the pieces, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// Returns the placeholders, in order.
    pub fn holes(&self) -> impl Iterator<Item = &Placeholder> {
        self.segments.iter().filter_map(|s| match s {
            Segment::Hole(hole) => Some(hole),
            Segment::Text(_) => None,
        })
    }

    /// Returns the string with every placeholder replaced by what `resolve` gives for it.
    pub fn fill(&self, resolve: &mut dyn FnMut(&Placeholder) -> Result<String>) -> Result<String> {
        let mut out = String::new();
        for segment in &self.segments {
            match segment {
                Segment::Text(text) => out.push_str(text),
                Segment::Hole(hole) => out.push_str(&resolve(hole)?),
            }
        }
        Ok(out)
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.segments {
            match segment {
                Segment::Text(text) => f.write_str(&escape(text))?,
                Segment::Hole(hole) => write!(f, "{hole}")?,
            }
        }
        Ok(())
    }
}

impl FromStr for Template {
    type Err = Error;

    fn from_str(text: &str) -> Result<Template> {
        let mut template = Template::default();
        let mut rest = text;
        while let Some(at) = rest.find("@{") {
            template.text(&rest[..at]);
            let inside = &rest[at + 2..];
            let Some(end) = inside.find('}') else {
                return Err(bad(inside, "its `}` is missing"));
            };
            let (body, after) = (&inside[..end], &inside[end + 1..]);
            if body != "@" {
                template.hole(body.parse()?);
            } else if after.starts_with('{') {
                template.text("@");
            } else {
                return Err(bad(body, "it is only written before `{`"));
            }
            rest = after;
        }
        template.text(rest);
        Ok(template)
    }
}

/// Returns the complaint about a placeholder. A text that has `@{` in it by chance may be a secret that an overlay says,
/// so that only what begins as placeholders do is quoted.
fn bad(body: &str, why: &str) -> Error {
    let word = body.split(':').next().unwrap_or_default();
    let begins = (1..=16).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
    let start: String = body.chars().take_while(|_| begins).take(60).collect();
    Error::input(format!("`@{{{}` is not a placeholder: {why}", start.escape_debug()))
}

/// Returns `name` as placeholders write it.
pub(super) fn encoded(name: &str) -> String {
    encode_name(name)
}

/// Returns the name that `text` is, in its one spelling: a package that writes `%41` for `A` would compare as different.
pub(super) fn decode_or_bad(text: &str) -> Result<String> {
    decode_name(text).filter(|name| !name.is_empty() && encode_name(name) == text).ok_or_else(|| {
        let name = text.escape_debug();
        Error::input(format!("`{name}` is no name in a placeholder: it is empty or not encoded as names are"))
    })
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Placeholder::Account => f.write_str("@{account}"),
            Placeholder::AccountNamed(name) => write!(f, "@{{account:{}}}", encode_name(name)),
            Placeholder::Region => f.write_str("@{region}"),
            Placeholder::Partition => f.write_str("@{partition}"),
            Placeholder::Instance => f.write_str("@{instance}"),
            Placeholder::Var(name) => write!(f, "@{{var:{}}}", encode_name(name)),
            Placeholder::Blob(digest) => write!(f, "@{{blob:{digest}}}"),
            Placeholder::Secret => f.write_str("@{secret}"),
            Placeholder::Sealed(fingerprint) => write!(f, "@{{secret:{fingerprint}}}"),
            Placeholder::Parameter(parameter) => write!(f, "@{{{parameter}}}"),
            Placeholder::To { form, address, qualifier } => {
                let form = match form {
                    Form::Id => "id",
                    Form::Arn => "arn",
                    Form::Name => "name",
                };
                write!(f, "@{{{form}:{address}")?;
                if let Some(qualifier) = qualifier {
                    write!(f, "#{}", encode_name(qualifier))?;
                }
                f.write_str("}")
            }
        }
    }
}

/// Reads what stands between `@{` and `}`.
impl FromStr for Placeholder {
    type Err = Error;

    fn from_str(body: &str) -> Result<Placeholder> {
        let name = decode_or_bad;
        let form = match body.split_once(':') {
            None => {
                return match body {
                    "account" => Ok(Placeholder::Account),
                    "region" => Ok(Placeholder::Region),
                    "partition" => Ok(Placeholder::Partition),
                    "instance" => Ok(Placeholder::Instance),
                    "secret" => Ok(Placeholder::Secret),
                    _ => Err(bad(body, "there is none of this name")),
                };
            }
            Some(("account", text)) => return Ok(Placeholder::AccountNamed(name(text)?)),
            Some(("var", text)) => return Ok(Placeholder::Var(name(text)?)),
            Some(("blob", text)) => {
                let digest = text.parse().map_err(|e: Error| bad(body, &e.message))?;
                return Ok(Placeholder::Blob(digest));
            }
            Some(("secret", text)) => {
                let fingerprint = text.parse().map_err(|e: Error| bad(body, &e.message))?;
                return Ok(Placeholder::Sealed(fingerprint));
            }
            Some(("ssm", text)) => return Parameter::parse(Keeper::Ssm, text).map(Placeholder::Parameter),
            Some(("secretsmanager", text)) => {
                return Parameter::parse(Keeper::SecretsManager, text).map(Placeholder::Parameter);
            }
            Some(("id", text)) => (Form::Id, text),
            Some(("arn", text)) => (Form::Arn, text),
            Some(("name", text)) => (Form::Name, text),
            Some(_) => return Err(bad(body, "there is none of this sort")),
        };
        let (form, text) = form;
        let (text, qualifier) = match text.split_once('#') {
            Some((text, qualifier)) => (text, Some(name(qualifier)?)),
            None => (text, None),
        };
        let address: Address = text.parse()?;
        if address.to_string() != text {
            return Err(bad(body, "its address is not encoded as addresses are"));
        }
        Ok(Placeholder::To { form, address, qualifier })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    use super::super::secret::Seal;

    /// Text rich in what templates are made of.
    pub(crate) fn tricky() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            Just("@".to_string()),
            Just("{".to_string()),
            Just("}".to_string()),
            Just("@{".to_string()),
            Just("@{@}".to_string()),
            Just("@{account}".to_string()),
            Just("@{id:connect/queue/Sales".to_string()),
            Just("#live}".to_string()),
            Just("%2A".to_string()),
            "\\PC{0,6}",
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }

    fn placeholder() -> impl Strategy<Value = Placeholder> {
        let form = prop_oneof![Just(Form::Id), Just(Form::Arn), Just(Form::Name)];
        let name = "[ -~é/*#%}\\]@{\\n]{1,12}";
        prop_oneof![
            Just(Placeholder::Account),
            Just(Placeholder::Region),
            Just(Placeholder::Partition),
            Just(Placeholder::Instance),
            name.prop_map(Placeholder::AccountNamed),
            name.prop_map(Placeholder::Var),
            any::<Vec<u8>>().prop_map(|bytes| Placeholder::Blob(Digest::of(&bytes))),
            Just(Placeholder::Secret),
            name.prop_map(|name| Placeholder::Parameter(Parameter { keeper: Keeper::Ssm, name, key: None })),
            (name, prop::option::of(name)).prop_map(|(name, key)| {
                Placeholder::Parameter(Parameter { keeper: Keeper::SecretsManager, name, key })
            }),
            any::<String>().prop_map(|t| Placeholder::Sealed(Seal::default().secret(&t).fingerprint())),
            (form, name, prop::option::of(name)).prop_map(|(form, name, qualifier)| Placeholder::To {
                form,
                address: Address::new("connect/queue", name),
                qualifier,
            }),
        ]
    }

    proptest! {
        #[test]
        fn escaping_is_undone(text in prop_oneof![tricky(), any::<String>()]) {
            let template: Template = escape(&text).parse().unwrap();
            prop_assert_eq!(template.holes().count(), 0);
            prop_assert_eq!(template.fill(&mut |_| unreachable!()).unwrap(), text);
        }

        #[test]
        fn escaping_is_injective(a in tricky(), b in tricky()) {
            prop_assert_eq!(a == b, escape(&a) == escape(&b));
        }

        #[test]
        fn what_parses_has_one_spelling(text in prop_oneof![tricky(), any::<String>()]) {
            if let Ok(template) = text.parse::<Template>() {
                prop_assert_eq!(template.to_string(), text);
            }
        }

        #[test]
        fn what_is_built_reads_back(pieces in prop::collection::vec((tricky(), placeholder()), 0..5)) {
            let mut template = Template::default();
            for (text, hole) in pieces {
                template.text(&text);
                template.hole(hole);
            }
            prop_assert_eq!(template.to_string().parse::<Template>().unwrap(), template);
        }
    }

    #[test]
    fn the_spelling_of_the_design() {
        for text in [
            "@{id:connect/queue/Sales}",
            "@{arn:lambda/function/orders#live}",
            "${x} {{y}} a@b @",
            "@@{region}",
            "@{blob:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855}",
        ] {
            assert_eq!(text.parse::<Template>().unwrap().to_string(), text);
        }
        assert_eq!(escape("a@{b"), "a@{@}{b");
        for text in [
            "@{",
            "@{}",
            "@{@}",
            "@{@}x",
            "@{x}",
            "@{id:x}",
            "@{var:}",
            "@{var:%41}",
            "@{id:a/b/%41}",
            "@{id:a/b/c#}",
            "@{blob}",
            "@{blob:}",
            "@{blob:e3b0}",
            "@{blob:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855}",
            "@{blob:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855#x}",
        ] {
            let error = text.parse::<Template>().unwrap_err();
            assert_eq!(error.kind, crate::core::ErrorKind::Input, "{text}");
        }
    }
}
