//! The metrics of an account: what was counted of each, and when.

use std::collections::BTreeMap;

/// What a series is told by: namespace, name, and dimensions in the order of their names.
type Series = (String, String, Vec<(String, String)>);

/// The metrics of an account.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    /// By series: when, and how much.
    counted: BTreeMap<Series, Vec<(f64, f64)>>,
}

impl Metrics {
    /// Notes a value of a metric at a time.
    pub(crate) fn count(
        &mut self,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        value: f64,
        at: f64,
    ) {
        let mut dimensions: Vec<(String, String)> =
            dimensions.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        dimensions.sort();
        let series = (namespace.to_owned(), name.to_owned(), dimensions);
        self.counted.entry(series).or_default().push((at, value));
    }
}
