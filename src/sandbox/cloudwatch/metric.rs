//! The metrics of an account: what was counted, when, and from when on it is seen.

use std::collections::BTreeMap;

/// A metric: "uniquely defined by a name, a namespace, and zero or more dimensions" ("CloudWatch concepts", CloudWatch User
/// Guide).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    /// Empty for what the sandbox's own services count: they are not told apart by region.
    pub(super) region: String,
    pub(super) namespace: String,
    pub(super) name: String,
    /// In the order of their names.
    pub(super) dimensions: Vec<(String, String)>,
}

/// A value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) at: f64,
    /// When it came in.
    pub(super) told: f64,
    pub(super) value: f64,
    /// How often it was counted.
    pub(super) times: f64,
    /// Whether it was stored by the second.
    pub(super) fine: bool,
}

/// All of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    pub(super) all: BTreeMap<Name, Vec<Point>>,
}

impl Metrics {
    /// Counts a value, as a service does of itself.
    pub(crate) fn count(
        &mut self,
        namespace: &str,
        name: &str,
        dimensions: &[(&str, &str)],
        value: f64,
        at: f64,
    ) {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        let dimensions = dimensions.iter().map(owned).collect();
        let name = Name { region: String::new(), namespace: namespace.into(), name: name.into(), dimensions };
        self.add(name, Point { at, told: at, value, times: 1.0, fine: false });
    }

    /// Adds a value.
    pub(super) fn add(&mut self, mut name: Name, point: Point) {
        name.dimensions.sort();
        self.all.entry(name).or_default().push(point);
    }

    /// The values of a metric, as a region sees them.
    pub(super) fn points(&self, of: &Name) -> Vec<Point> {
        let own = Name { region: String::new(), ..of.clone() };
        [of, &own].into_iter().filter_map(|name| self.all.get(name)).flatten().copied().collect()
    }
}
