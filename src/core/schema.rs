//! What a database is at, and whether an edition of a service can work with that.

use std::cmp::Ordering;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;

use super::error::Result;

/// The tag that says from which schema on a service works.
pub const MIN_TAG: &str = "snapdeploy:schema-min";
/// The tag that says up to which schema a service works.
pub const MAX_TAG: &str = "snapdeploy:schema-max";

/// Something that can be asked what a database is at.
#[async_trait]
pub trait Tells: Debug + Send + Sync {
    /// Returns what it is at.
    async fn tell(&self) -> Result<String>;
}

/// Where it is told what a database is at.
#[derive(Clone, Debug)]
pub enum SchemaSource {
    /// In the environment's parameter of this path.
    Parameter(String),
    /// By something outside, which is asked when it has to be known.
    Asked(Arc<dyn Tells>),
}

/// The schemas that an edition works with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SchemaRange {
    /// The oldest; any, where it is not said.
    pub min: Option<String>,
    /// The newest; any, where it is not said.
    pub max: Option<String>,
}

/// How a schema and a range are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The edition works with it.
    Within,
    /// The database is older than what the edition needs.
    Below,
    /// The database is newer than what the edition knows.
    Above,
    /// They cannot be compared.
    Unclear,
}

impl SchemaRange {
    /// Returns whether it says anything.
    pub fn is_said(&self) -> bool {
        self.min.is_some() || self.max.is_some()
    }

    /// Returns how `at` is to it.
    pub fn fit(&self, at: &str) -> Fit {
        let against = |bound: &Option<String>| bound.as_ref().map(|b| order(at, b));
        match (against(&self.min), against(&self.max)) {
            (Some(None), _) | (_, Some(None)) => Fit::Unclear,
            (Some(Some(Ordering::Less)), _) => Fit::Below,
            (_, Some(Some(Ordering::Greater))) => Fit::Above,
            _ => Fit::Within,
        }
    }

    /// Returns it in words.
    pub fn shown(&self) -> String {
        match (&self.min, &self.max) {
            (Some(min), Some(max)) => format!("{min} to {max}"),
            (Some(min), None) => format!("{min} or newer"),
            (None, Some(max)) => format!("{max} or older"),
            (None, None) => "any".into(),
        }
    }
}

/// Compares two schemas: numbers, or numbers with `.` or `_` between them (`20260115093000`, `3.12`, `V3_12`). `None`
/// where one of them is something else, and the two are not the same.
fn order(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    let numbers = |text: &str| -> Option<Vec<u128>> {
        let bare = text.trim().trim_start_matches(['v', 'V']);
        let mut all: Vec<u128> = bare.split(['.', '_']).map(|n| n.parse().ok()).collect::<Option<_>>()?;
        // 3.0 is 3.
        while all.len() > 1 && all.last() == Some(&0) {
            all.pop();
        }
        Some(all)
    };
    Some(numbers(a)?.cmp(&numbers(b)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(min: &str, max: &str, at: &str) -> Fit {
        let bound = |text: &str| (!text.is_empty()).then(|| text.to_string());
        SchemaRange { min: bound(min), max: bound(max) }.fit(at)
    }

    #[test]
    fn schemas_are_compared_as_numbers() {
        assert_eq!(fit("9", "12", "10"), Fit::Within);
        assert_eq!(fit("9", "12", "12"), Fit::Within);
        assert_eq!(fit("9", "12", "8"), Fit::Below);
        assert_eq!(fit("9", "12", "13"), Fit::Above);
        assert_eq!(fit("", "20260115093000", "20260116000000"), Fit::Above);
        assert_eq!(fit("3.9", "", "3.12"), Fit::Within);
        assert_eq!(fit("V3_9", "", "3.9.0"), Fit::Within);
        assert_eq!(fit("", "", "whatever"), Fit::Within);
        assert_eq!(fit("add-users", "", "add-users"), Fit::Within);
        assert_eq!(fit("add-users", "", "drop-users"), Fit::Unclear);
        assert_eq!(fit("1", "x", "2"), Fit::Unclear);
    }
}
