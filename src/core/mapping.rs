//! A mapping: the names of one kind, and what they are called in one environment; always one to one.

use super::address::{decode_name, encode_name};

/// Stands before a name that the rules leave without a counterpart.
pub(super) const MARK: char = '=';
/// Stands for all that a `*` may be: a character that no rule has.
pub(super) const ANY: &str = "\u{f8ff}";

/// A name, or the text around the one `*` in a pattern of names. A `*` stands for one character at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    before: String,
    after: Option<String>,
}

/// One rule: what is called like this everywhere is called like that there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    /// The name everywhere.
    pub(super) logical: Pattern,
    /// The name there.
    pub(super) physical: Pattern,
}

/// Maps names both ways. Each way undoes the other, for every name that there can be: where the rules give a name no
/// counterpart, since another has it, it gets one with `=` before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mapping {
    pub(super) rules: Vec<Rule>,
}

/// Why a rule cannot be: its place among the rules, and a lowercase fragment.
pub(super) type Clash = (usize, String);

impl Pattern {
    /// Returns the pattern that `text` writes, or a lowercase fragment that says what is wrong. Names are written as in
    /// addresses.
    pub(super) fn parse(text: &str) -> Result<Pattern, String> {
        let plain = |part: &str| {
            let read = decode_name(part).filter(|name| encode_name(name) == part);
            read.ok_or_else(|| {
                format!("`{text}` is not written as names are: % ? [ ] {{ }} # are %25 %3F %5B and so on")
            })
        };
        let pattern = match text.split_once('*') {
            None => Pattern { before: plain(text)?, after: None },
            Some((_, after)) if after.contains('*') => {
                return Err(format!("`{text}` has more than one `*`"));
            }
            Some((before, after)) => Pattern { before: plain(before)?, after: Some(plain(after)?) },
        };
        if text.is_empty() {
            return Err("the name is empty".into());
        }
        if pattern.before.starts_with(MARK) {
            return Err(format!("`{text}` begins with `{MARK}`, which marks names that no rule gives"));
        }
        Ok(pattern)
    }

    /// Returns the pattern that only `name` fits.
    pub(super) fn exact(name: String) -> Pattern {
        Pattern { before: name, after: None }
    }

    /// Returns whether it has a `*`.
    pub(super) fn has_star(&self) -> bool {
        self.after.is_some()
    }

    /// Returns what its `*` stands for in `name`; an empty text where it has none and is `name`.
    pub(super) fn fit<'a>(&self, name: &'a str) -> Option<&'a str> {
        match &self.after {
            None => (self.before == name).then_some(""),
            Some(after) => {
                let middle = name.strip_prefix(self.before.as_str())?.strip_suffix(after.as_str())?;
                Some(middle).filter(|m| !m.is_empty())
            }
        }
    }

    /// Returns the name in which its `*` stands for `middle`.
    pub(super) fn fill(&self, middle: &str) -> String {
        match &self.after {
            None => self.before.clone(),
            Some(after) => format!("{}{middle}{after}", self.before),
        }
    }

    /// Returns how much it says: a name says more than any pattern, a pattern more the longer its text is.
    pub(super) fn weight(&self) -> (bool, usize) {
        (!self.has_star(), self.before.len() + self.after.as_ref().map_or(0, String::len))
    }

    /// Returns names that both fit, such that whatever can go wrong where both fit goes wrong with one of these.
    pub(super) fn shared(&self, other: &Pattern) -> Vec<String> {
        let (Some(own), Some(others)) = (&self.after, &other.after) else {
            let name = if self.has_star() { &other.before } else { &self.before };
            let fits = self.fit(name).and(other.fit(name)).is_some();
            return fits.then(|| name.clone()).into_iter().collect();
        };
        let before = if self.before.len() > other.before.len() { &self.before } else { &other.before };
        let after = if own.len() > others.len() { own } else { others };
        // Where a name is so short that the text before the `*` of one meets the text behind that of the other, there
        // is at most one name of each length.
        let overlap = |n: &usize| {
            after.is_char_boundary(*n)
                && before.is_char_boundary(before.len() - n)
                && before.ends_with(&after[..*n])
        };
        let short =
            (0..=before.len().min(after.len())).filter(overlap).map(|n| format!("{before}{}", &after[n..]));
        let names = short.chain([format!("{before}{ANY}{after}")]);
        names.filter(|name| self.fit(name).is_some() && other.fit(name).is_some()).collect()
    }
}

impl Mapping {
    /// Returns the first rule that cannot be beside those before it.
    pub(super) fn clash(&self) -> Option<Clash> {
        for (j, second) in self.rules.iter().enumerate() {
            for (i, first) in self.rules[..j].iter().enumerate() {
                if let Some(why) = self.clash_of((i, first), (j, second)) {
                    return Some((j, why));
                }
            }
        }
        None
    }

    fn clash_of(&self, (i, first): (usize, &Rule), (j, second): (usize, &Rule)) -> Option<String> {
        let goes_by = |name: &str, rule: usize| self.rule(name).is_some_and(|(best, _)| best == rule);
        if first.logical.weight() == second.logical.weight() {
            let both = first.logical.shared(&second.logical);
            // Unless a rule that says more decides.
            if let Some(name) = both.iter().find(|n| goes_by(n, i) || goes_by(n, j)) {
                return Some(format!("two rules say what `{}` is called", shown(name)));
            }
        }
        for there in first.physical.shared(&second.physical) {
            let (Some(a), Some(b)) = (first.physical.fit(&there), second.physical.fit(&there)) else {
                continue;
            };
            let (a, b) = (first.logical.fill(a), second.logical.fill(b));
            if a != b && goes_by(&a, i) && goes_by(&b, j) {
                let (a, b, there) = (shown(&a), shown(&b), shown(&there));
                return Some(format!("`{a}` and `{b}` would both be called `{there}` there"));
            }
        }
        None
    }

    /// Returns the rule that says what the logical `name` is called, and its place.
    fn rule(&self, name: &str) -> Option<(usize, &Rule)> {
        let fitting = self.rules.iter().enumerate().filter(|(_, r)| r.logical.fit(name).is_some());
        // Of two that say as much the first: there are none, once clashes are refused.
        fitting.rev().max_by_key(|(_, r)| r.logical.weight())
    }

    fn by_rule(&self, logical: &str) -> Option<String> {
        let (_, rule) = self.rule(logical)?;
        let physical = rule.physical.fill(rule.logical.fit(logical)?);
        (!physical.starts_with(MARK)).then_some(physical)
    }

    fn by_rule_back(&self, physical: &str) -> Option<String> {
        let candidates = self.rules.iter().filter_map(|r| Some(r.logical.fill(r.physical.fit(physical)?)));
        let mut real =
            candidates.filter(|n| !n.starts_with(MARK) && self.by_rule(n).as_deref() == Some(physical));
        real.next()
    }

    /// Returns the counterpart of a logical name without mark, if it has one.
    fn there(&self, name: &str) -> Option<String> {
        match self.rule(name) {
            Some(_) => self.by_rule(name),
            None => self.by_rule_back(name).is_none().then(|| name.to_string()),
        }
    }

    /// Returns the counterpart of a physical name without mark, if it has one.
    fn here(&self, name: &str) -> Option<String> {
        match self.by_rule_back(name) {
            Some(logical) => Some(logical),
            None => self.rule(name).is_none().then(|| name.to_string()),
        }
    }

    /// Returns what `name` is called there.
    pub(super) fn physical(&self, name: &str) -> String {
        let (marks, core) = unmarked(name);
        match self.there(core) {
            Some(physical) if marks == 0 => physical,
            mapped => marked(core, marks - usize::from(mapped.is_some()), self.here(core).is_some()),
        }
    }

    /// Returns what everybody else calls what is called `name` there.
    pub(super) fn logical(&self, name: &str) -> String {
        let (marks, core) = unmarked(name);
        match self.here(core) {
            Some(logical) if marks == 0 => logical,
            mapped => marked(core, marks - usize::from(mapped.is_some()), self.there(core).is_some()),
        }
    }
}

/// Of the names with the text `core` that have no counterpart by the rules, on either side, the first of the one side
/// belongs to the first of the other, and so on: the first has no mark unless the rules use the bare name.
fn marked(core: &str, place: usize, bare_is_used: bool) -> String {
    format!("{}{core}", MARK.to_string().repeat(place + usize::from(bare_is_used)))
}

fn unmarked(name: &str) -> (usize, &str) {
    let core = name.trim_start_matches(MARK);
    (name.len() - core.len(), core)
}

fn shown(name: &str) -> String {
    encode_name(name).replace(ANY, "*")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn mapping(rules: &[(&str, &str)]) -> Mapping {
        let pattern = |text: &str| Pattern::parse(text).unwrap();
        let rules = rules.iter().map(|(l, p)| Rule { logical: pattern(l), physical: pattern(p) });
        Mapping { rules: rules.collect() }
    }

    #[test]
    fn rules_that_would_give_two_things_one_name_clash() {
        for (rules, why) in [
            (&[("A", "X"), ("B", "X")][..], "`A` and `B` would both be called `X`"),
            (&[("A", "X"), ("A", "Y")], "what `A` is called"),
            (&[("*", "*-x"), ("S*", "T*-x")], "`T*` and `S*` would both be called `T*-x`"),
            (&[("*", "*-x"), ("Foo", "Sales-x")], "`Sales` and `Foo` would both be called `Sales-x`"),
            (&[("a*", "x*"), ("*b", "*y")], "what `ab` is called"),
            (&[("ab*", "1*"), ("*bc", "*2")], "what `abc` is called"),
            (&[("a*", "xy*"), ("b*", "*yz"), ("b1", "q")], "would both be called"),
        ] {
            let (_, said) = mapping(rules).clash().unwrap_or_else(|| panic!("{rules:?}"));
            assert!(said.contains(why), "{rules:?}: {said}");
        }
        for rules in [
            &[("A", "B"), ("B", "A")][..],
            &[("*", "*-x"), ("common-*", "common-*")],
            &[("*", "*-x"), ("S*", "S*-x")],
            &[("Sales", "Verkauf"), ("*", "*-x")],
        ] {
            assert_eq!(mapping(rules).clash(), None, "{rules:?}");
        }
    }

    #[test]
    fn a_name_that_another_has_gets_a_mark() {
        let map = mapping(&[("*", "*-prod"), ("common-*", "common-*")]);
        assert_eq!(map.physical("orders"), "orders-prod");
        assert_eq!(map.logical("orders-prod"), "orders");
        assert_eq!(map.logical("orders-dev"), "=orders-dev");
        assert_eq!(map.physical("=orders-dev"), "orders-dev");
        assert_eq!(map.logical("common-a"), "common-a");
        let swapped = mapping(&[("Sales", "Sales (stage)")]);
        assert_eq!(
            (swapped.logical("Sales"), swapped.physical("Sales (stage)")),
            ("=Sales".into(), "=Sales (stage)".into())
        );
        assert_eq!((swapped.logical("Other"), swapped.logical("=Other")), ("Other".into(), "=Other".into()));
    }

    fn text() -> impl Strategy<Value = String> {
        "[ab=]{1,4}"
    }

    fn side() -> impl Strategy<Value = (String, Option<String>)> {
        ("[ab]{0,2}", prop::option::of("[ab=]{0,2}"))
    }

    proptest! {
        #![proptest_config(ProptestConfig { max_global_rejects: 20_000, ..ProptestConfig::with_cases(500) })]

        /// Over so small an alphabet that most rules meet.
        #[test]
        fn each_way_undoes_the_other(rules in prop::collection::vec((side(), side()), 0..4), names in prop::collection::vec(text(), 30)) {
            let side = |(before, after): (String, Option<String>), star: bool| Pattern {
                before: if before.is_empty() && !star { "a".into() } else { before },
                after: star.then(|| after.unwrap_or_default()),
            };
            let rules = rules.into_iter().map(|(l, p)| {
                let star = l.1.is_some();
                Rule { logical: side(l, star), physical: side(p, star) }
            });
            let map = Mapping { rules: rules.collect() };
            prop_assume!(map.clash().is_none());
            for name in names {
                prop_assert_eq!(map.logical(&map.physical(&name)), name.clone());
                prop_assert_eq!(map.physical(&map.logical(&name)), name);
            }
        }

        /// A mapping that is not refused gives no two names one counterpart, by the rules alone.
        #[test]
        fn what_would_be_one_is_refused(rules in prop::collection::vec((side(), side()), 2..4)) {
            let side = |(before, after): (String, Option<String>), star: bool| Pattern {
                before: if before.is_empty() && !star { "a".into() } else { before },
                after: star.then(|| after.unwrap_or_default()),
            };
            let rules = rules.into_iter().map(|(l, p)| {
                let star = l.1.is_some();
                Rule { logical: side(l, star), physical: side(p, star) }
            });
            let map = Mapping { rules: rules.collect() };
            prop_assume!(map.clash().is_none());
            let mut seen = std::collections::BTreeMap::new();
            for length in 1..6_u32 {
                for bits in 0..2_u32.pow(length) {
                    let name: String = (0..length).map(|i| if bits >> i & 1 == 1 { 'b' } else { 'a' }).collect();
                    if let Some(there) = map.by_rule(&name) {
                        prop_assert_eq!(seen.insert(there.clone(), name.clone()), None, "{} {}", there, name);
                    }
                }
            }
        }
    }
}
