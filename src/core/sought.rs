//! Texts that are looked for in another, however many there are: by how they begin.

use std::collections::HashMap;
use std::ops::Range;

/// Texts of at least `HEAD` bytes, by their first `HEAD` bytes.
#[derive(Debug, Default)]
pub(super) struct Sought<const HEAD: usize> {
    by_head: HashMap<Vec<u8>, Vec<String>>,
}

impl<const HEAD: usize> Sought<HEAD> {
    /// Adds `text`; one of fewer than `HEAD` bytes is not looked for.
    pub(super) fn insert(&mut self, text: String) {
        let Some(head) = text.as_bytes().get(..HEAD) else { return };
        let alike = self.by_head.entry(head.to_vec()).or_default();
        if !alike.contains(&text) {
            alike.push(text);
        }
    }

    /// Takes `text` out again.
    pub(super) fn remove(&mut self, text: &str) {
        let alike = text.as_bytes().get(..HEAD).and_then(|head| self.by_head.get_mut(head));
        alike.into_iter().for_each(|alike| alike.retain(|t| t != text));
    }

    /// Returns where in `text` they stand, of those that `counts` says yes to; what overlaps is one place.
    pub(super) fn places(&self, text: &str, counts: impl Fn(Range<usize>) -> bool) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        if self.by_head.is_empty() {
            return places;
        }
        for (start, head) in text.as_bytes().windows(HEAD).enumerate() {
            let Some(alike) = self.by_head.get(head) else { continue };
            let rest = &text.as_bytes()[start..];
            let ends = alike.iter().filter(|t| rest.starts_with(t.as_bytes())).map(|t| start + t.len());
            let Some(end) = ends.filter(|end| counts(start..*end)).max() else { continue };
            match places.last_mut().filter(|last| start < last.end) {
                Some(last) => last.end = last.end.max(end),
                None => places.push(start..end),
            }
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_found_wherever_they_stand_and_what_overlaps_is_one_place() {
        let mut sought = Sought::<3>::default();
        for text in ["abcd", "abcdef", "efgh", "äbc", "xy"] {
            sought.insert(text.into());
        }
        assert_eq!(sought.places("-abcd-abcdefgh-äbc-xy", |_| true), [1..5, 6..14, 15..19]);
        let shorter = sought.places("-abcdef", |place| place.len() == 4);
        assert_eq!(shorter, vec![Range { start: 1, end: 5 }]);
        sought.remove("abcdef");
        assert_eq!(sought.places("abcdefgh ab", |_| true), [0..4, 4..8]);
    }
}
