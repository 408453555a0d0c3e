//! A selection of addresses by pattern.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::address::Address;
use super::error::{Error, Result};

/// Picks addresses. Patterns are matched against the written form of an address; `*` and `?` also match `/`. The
/// default picks everything.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    patterns: Vec<String>,
    globs: GlobSet,
}

impl Selection {
    /// Returns the selection of everything that one of `patterns` matches; of everything, if there are none.
    pub fn new(patterns: &[String]) -> Result<Selection> {
        let mut builder = GlobSetBuilder::new();
        for pattern in patterns {
            let bad = |why: &str| {
                Error::input(format!("`{}` selects nothing: {why}", pattern.escape_debug())).hint(
                    "write an address or a glob of addresses, such as connect/flow/Main IVR or 'connect/queue/*'",
                )
            };
            if pattern.split('/').count() < 3 && !pattern.contains('*') {
                return Err(bad("an address has three parts, service/noun/NAME"));
            }
            let glob = GlobBuilder::new(pattern)
                .literal_separator(false)
                .backslash_escape(false)
                .build()
                .map_err(|e| bad(&e.kind().to_string()))?;
            builder.add(glob);
        }
        let globs = builder.build().map_err(|e| Error::input(format!("the selection is too large: {e}")))?;
        Ok(Selection { patterns: patterns.to_vec(), globs })
    }

    /// Returns the selection of everything.
    pub fn all() -> Selection {
        Selection { patterns: Vec::new(), globs: GlobSet::empty() }
    }

    /// Returns whether it picks everything.
    pub fn is_all(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Returns the patterns.
    pub fn patterns(&self) -> &[String] {
        &self.patterns
    }

    /// Returns whether it picks `address`.
    pub fn picks(&self, address: &Address) -> bool {
        self.is_all() || self.globs.is_match(address.to_string())
    }

    /// Returns whether it is sure to pick everything of `kind`, whatever its name.
    pub fn picks_all_of(&self, kind: &str) -> bool {
        let folder = format!("{kind}/");
        let whole = |pattern: &String| {
            let begin = pattern.strip_suffix('*');
            begin.is_some_and(|b| !b.contains(['*', '?', '[', '{']) && folder.starts_with(b))
        };
        self.is_all() || self.patterns.iter().any(whole)
    }

    /// Returns the patterns that pick none of `addresses`.
    pub fn idle<'a>(&self, addresses: impl Iterator<Item = &'a Address> + Clone) -> Vec<&str> {
        let unused = |i: &usize| !addresses.clone().any(|a| self.globs.matches(a.to_string()).contains(i));
        (0..self.patterns.len()).filter(unused).map(|i| self.patterns[i].as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_a_kind_is_picked_by_its_folder_and_by_what_is_above_it() {
        let all = |p: &str| Selection::new(&[p.to_string()]).unwrap().picks_all_of("connect/queue");
        assert!(
            all("connect/queue/*") && all("connect/*") && all("*") && Selection::all().picks_all_of("x/y")
        );
        assert!(!all("connect/queue/S*") && !all("connect/flow/*") && !all("connect/queue/Sales"));
        assert!(!all("?onnect/*"));
    }

    #[test]
    fn a_star_reaches_over_slashes_and_a_reserved_character_is_matched_by_its_code() {
        let pick = |p: &str, name: &str| {
            Selection::new(&[p.to_string()]).unwrap().picks(&Address::new("connect/queue", name))
        };
        assert!(pick("connect/queue/*", "Sales/EN"));
        assert!(pick("connect/queue/100%25", "100%"));
        assert!(pick("connect/queue/a%2Ab", "a*b"));
        assert!(!pick("connect/queue/sales", "Sales"));
        assert!(Selection::new(&["Sales".into()]).is_err());
    }
}
