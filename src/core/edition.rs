//! Editions: what a service was before, as its own history tells.

use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

/// The fewest digits that a digest is named by.
const DIGITS: usize = 8;

/// One thing that a service was, and may be again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edition {
    /// What AWS calls it within its family: the number of a revision.
    pub revision: String,
    /// What AWS calls it among all others: `family:revision`.
    pub name: String,
    /// The images that ran, as `repository:tag` or `repository@sha256:...`, each with its digest where that is known.
    pub images: Vec<EditionImage>,
    /// When it was deployed last.
    pub at: Option<Timestamp>,
    /// Who deployed it, as far as AWS tells.
    pub by: Option<String>,
    /// Whether its last deployment succeeded; `None` where nobody knows.
    pub good: Option<bool>,
    /// Whether it is what runs now.
    pub current: bool,
}

/// An image of an edition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EditionImage {
    /// The container that ran it.
    pub container: String,
    /// As the task definition names it.
    pub image: String,
    /// `sha256:...`, as it really ran.
    pub digest: Option<String>,
    /// The tags that stand for that digest now, where the text has none: people know an image by its tag, also one that
    /// was deployed by its digest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

impl Edition {
    /// Returns whether `text` names it by its revision: `41`, `:41` or `family:41`.
    pub fn is_called(&self, text: &str) -> bool {
        text.strip_prefix(':').unwrap_or(text) == self.revision || text == self.name
    }

    /// Returns whether `text` names an image of it.
    pub fn ran(&self, text: &str) -> bool {
        self.images.iter().any(|i| i.is(text))
    }
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revision {}", self.revision)?;
        let images: Vec<String> = self.images.iter().map(EditionImage::short).collect();
        if images.is_empty() { Ok(()) } else { write!(f, " ({})", images.join(", ")) }
    }
}

impl EditionImage {
    /// Returns the repository without its registry, and the tag where the image is named by one.
    fn parts(&self) -> (&str, Option<&str>) {
        let named = self.image.split_once('@').map_or(self.image.as_str(), |(named, _)| named);
        let last = named.rfind('/').map_or(0, |at| at + 1);
        match named.get(last..).and_then(|l| l.rfind(':')).map(|at| last + at) {
            Some(colon) => (named.get(..colon).unwrap_or(named), named.get(colon + 1..)),
            None => (named, None),
        }
    }

    /// Returns whether `text` names it: `tag`, `repo:tag` with as much of the repository as is needed, `sha256:...`,
    /// `repo@sha256:...`, or eight digits or more of its digest.
    pub fn is(&self, text: &str) -> bool {
        let (repository, _) = self.parts();
        let ends = |name: &str| {
            repository == name || repository.strip_suffix(name).is_some_and(|rest| rest.ends_with('/'))
        };
        let written = self.image.split_once('@').map(|(_, digest)| digest);
        let digests = || self.digest.as_deref().into_iter().chain(written);
        let digits = |text: &str| {
            text.len() >= DIGITS
                && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                && digests().any(|d| d.strip_prefix("sha256:").is_some_and(|hex| hex.starts_with(text)))
        };
        if let Some((name, digest)) = text.split_once('@') {
            return ends(name) && digest.strip_prefix("sha256:").is_some_and(digits);
        }
        if let Some(hex) = text.strip_prefix("sha256:") {
            return digits(hex);
        }
        if digits(text) || self.is_tagged(text) || self.image == text {
            return true;
        }
        text.rsplit_once(':').is_some_and(|(name, wanted)| self.is_tagged(wanted) && ends(name))
    }

    fn is_tagged(&self, tag: &str) -> bool {
        self.parts().1 == Some(tag) || self.tags.iter().any(|t| t == tag)
    }

    /// Returns it in a few characters: its repository's last name with its tag, else with the first digits of its digest.
    pub fn short(&self) -> String {
        let (repository, written_tag) = self.parts();
        // One that says more than that it is the newest.
        let telling = self.tags.iter().find(|t| *t != "latest").or(self.tags.first());
        let tag = written_tag.or(telling.map(String::as_str));
        let name = repository.rsplit('/').next().unwrap_or(repository);
        let written = self.image.split_once('@').map(|(_, digest)| digest);
        let hex = self.digest.as_deref().or(written).and_then(|d| d.strip_prefix("sha256:"));
        match (tag, hex) {
            (Some(tag), _) => format!("{name}:{tag}"),
            (None, Some(hex)) => format!("{name}@{}", hex.get(..12).unwrap_or(hex)),
            (None, None) => format!("{name}:latest"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(image: &str, digest: Option<&str>) -> EditionImage {
        let digest = digest.map(String::from);
        EditionImage { container: "app".into(), image: image.into(), digest, tags: Vec::new() }
    }

    #[test]
    fn an_image_that_is_named_by_its_digest_is_known_by_its_tags() {
        let pinned = image(&format!("localhost:5000/shop/api@sha256:{}", "0".repeat(64)), None);
        let tags = vec!["latest".to_string(), "1.5".to_string()];
        let known = EditionImage { tags, ..pinned.clone() };
        for text in ["1.5", "api:1.5", "shop/api:1.5", "latest", "00000000"] {
            assert!(known.is(text), "{text}");
        }
        assert!(!known.is("1.4") && !known.is("web:1.5") && !pinned.is("1.5"));
        assert_eq!((known.short(), pinned.short()), ("api:1.5".into(), "api@000000000000".into()));
    }

    #[test]
    fn an_image_is_named_by_tag_repository_or_digest() {
        let digest = format!("sha256:0123456789ab{}", "c".repeat(52));
        let tagged = image("111122223333.dkr.ecr.eu-west-1.amazonaws.com/shop/api:1.4", Some(&digest));
        for text in ["1.4", "api:1.4", "shop/api:1.4", "01234567", "sha256:01234567", "api@sha256:0123456789"]
        {
            assert!(tagged.is(text), "{text}");
        }
        assert!(tagged.is(&digest) && tagged.is(&tagged.image.clone()));
        for text in
            ["1", "1.4.1", "pi:1.4", "api:1.5", "0123456", "sha256:0123456", "hop/api:1.4", "api", "", ":"]
        {
            assert!(!tagged.is(text), "{text}");
        }
        assert!(!tagged.is("web@sha256:0123456789") && !tagged.is("11234567"));
        let pinned = image(&format!("localhost:5000/api@{digest}"), None);
        assert!(pinned.is("01234567") && !pinned.is("5000/api") && !pinned.is("5000"));
        assert_eq!((tagged.short(), pinned.short()), ("api:1.4".into(), "api@0123456789ab".into()));
        assert_eq!(image("localhost:5000/api", None).short(), "api:latest");
    }

    #[test]
    fn a_revision_is_named_by_its_number_or_in_full() {
        let edition = Edition {
            revision: "41".into(),
            name: "api:41".into(),
            images: vec![image("api:1.4", None)],
            at: None,
            by: None,
            good: None,
            current: false,
        };
        assert!(["41", ":41", "api:41"].iter().all(|t| edition.is_called(t)));
        assert!(["4", ":4", "web:41", "", ":"].iter().all(|t| !edition.is_called(t)));
        assert_eq!(edition.to_string(), "revision 41 (api:1.4)");
    }
}
