//! Naming: what an environment calls by another name than everybody else.

use std::collections::BTreeMap;

use super::address::{Address, decode_name, encode_name};
use super::error::Error;
use super::mapping::{ANY, Mapping, Pattern, Rule};

/// Maps logical names to physical ones and back, as `[environments.NAME.names]` says.
///
/// A rule is an address (or a kind and one `*`) and the physical name, with one `*` where the logical one has it:
/// `connect/queue/Sales = "Sales (stage)"`, `lambda/function/* = "*-prod"`, `lex/bot/Orders#live = "Orders#prod"`. An
/// exact rule goes before a rule with `*`; of those the one with the longest text. Names are written as in addresses.
///
/// Each way undoes the other, for every name. What the rules leave without a counterpart (a function without `-prod`)
/// has its own name with `=` before it, so that it is never taken for what the rules give that name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    kinds: BTreeMap<String, Mapping>,
    aliases: Vec<AliasRule>,
}

/// What an alias of some resources is called there.
#[derive(Clone, Debug, PartialEq, Eq)]
struct AliasRule {
    kind: String,
    of: Pattern,
    logical: String,
    physical: String,
}

/// A rule that cannot be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misnomer {
    /// Its place among the rules.
    pub rule: usize,
    /// A lowercase fragment that says why.
    pub why: String,
}

impl From<Misnomer> for Error {
    fn from(misnomer: Misnomer) -> Error {
        Error::input(format!("rule {} of the names cannot be: {}", misnomer.rule + 1, misnomer.why))
    }
}

/// One side of a rule: the name, and the alias behind `#`.
struct Side {
    name: Pattern,
    text: String,
    alias: Option<String>,
}

fn side(text: &str) -> Result<Side, String> {
    let (name, alias) = match text.split_once('#') {
        None => (text, None),
        Some((name, alias)) => {
            let read = decode_name(alias).filter(|a| !a.is_empty() && encode_name(a) == alias);
            (name, Some(read.ok_or_else(|| format!("`{alias}` is not the name of one alias"))?))
        }
    };
    Ok(Side { name: Pattern::parse(name)?, text: name.to_string(), alias })
}

fn read(logical: &str, physical: &str) -> Result<(String, Side, Side), String> {
    let mut parts = logical.splitn(3, '/');
    let (Some(service), Some(noun), Some(name)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("`{logical}` is not service/noun/NAME, where NAME may have one `*`"));
    };
    let kind = format!("{service}/{noun}");
    format!("{kind}/x").parse::<Address>().map_err(|e| e.message)?;
    let (logical, physical) = (side(name)?, side(physical)?);
    if logical.name.has_star() != physical.name.has_star() {
        return Err("a `*` has to stand on both sides, or on neither".into());
    }
    if logical.alias.is_some() != physical.alias.is_some() {
        return Err("an alias, behind `#`, has to stand on both sides, or on neither".into());
    }
    Ok((kind, logical, physical))
}

impl Naming {
    /// Returns the naming that `rules` (what stands left and right of the equals sign) describe, or the first that
    /// cannot be read, or that would give two things one name.
    pub fn new(rules: &[(String, String)]) -> Result<Naming, Misnomer> {
        let mut naming = Naming::default();
        // Where each rule of a kind stands among all.
        let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut aliases = Vec::new();
        for (rule, (logical, physical)) in rules.iter().enumerate() {
            let (kind, logical, physical) = read(logical, physical).map_err(|why| Misnomer { rule, why })?;
            if logical.alias.is_some() {
                aliases.push((rule, kind, logical, physical));
                continue;
            }
            places.entry(kind.clone()).or_default().push(rule);
            let one = Rule { logical: logical.name, physical: physical.name };
            naming.kinds.entry(kind).or_default().rules.push(one);
        }
        for (kind, mapping) in &naming.kinds {
            if let Some((at, why)) = mapping.clash() {
                return Err(Misnomer { rule: places[kind][at], why });
            }
        }
        for (rule, kind, logical, physical) in aliases {
            naming.add_alias(kind, logical, physical).map_err(|why| Misnomer { rule, why })?;
        }
        Ok(naming)
    }

    fn add_alias(&mut self, kind: String, logical: Side, physical: Side) -> Result<(), String> {
        // Any name will do for the `*`: a rule for some of them is another one.
        let there = self.physical(&Address::new(&kind, logical.name.fill(ANY)));
        if there != physical.name.fill(ANY) {
            let there = encode_name(&there).replace(ANY, "*");
            return Err(format!(
                "{kind}/{} is called `{there}` there, not `{}`: give it a rule of its own, or write `{there}#{}`",
                logical.text,
                physical.text,
                physical.alias.as_deref().map(encode_name).unwrap_or_default(),
            ));
        }
        let (Some(alias), Some(name)) = (logical.alias, physical.alias) else { return Ok(()) };
        let new = AliasRule { kind, of: logical.name, logical: alias, physical: name };
        for old in self.aliases.iter().filter(|old| old.kind == new.kind) {
            if old.of.shared(&new.of).is_empty() {
                continue;
            }
            if old.logical == new.logical && old.of.weight() == new.of.weight() {
                return Err(format!("two rules say what the alias `{}` is called", new.logical));
            }
            if old.logical != new.logical && old.physical == new.physical {
                return Err(format!(
                    "the aliases `{}` and `{}` would both be called `{}` there",
                    old.logical, new.logical, new.physical
                ));
            }
        }
        self.aliases.push(new);
        Ok(())
    }

    /// Returns the physical name of what `address` names logically.
    pub fn physical(&self, address: &Address) -> String {
        match self.kinds.get(address.kind()) {
            Some(mapping) => mapping.physical(address.name()),
            None => address.name().to_string(),
        }
    }

    /// Returns the logical address of what is called `name` there.
    pub fn logical(&self, kind: &str, name: &str) -> Address {
        match self.kinds.get(kind) {
            Some(mapping) => Address::new(kind, mapping.logical(name)),
            None => Address::new(kind, name),
        }
    }

    /// Returns what the alias `alias` of `address` is called there.
    pub fn physical_alias(&self, address: &Address, alias: &str) -> String {
        self.alias_mapping(address).physical(alias)
    }

    /// Returns what everybody else calls the alias of `address` that is called `name` there.
    pub fn logical_alias(&self, address: &Address, name: &str) -> String {
        self.alias_mapping(address).logical(name)
    }

    /// Returns the physical names of the aliases of `address` that rules speak of, by their logical names.
    pub fn aliases(&self, address: &Address) -> BTreeMap<String, String> {
        let own = |rule: &&AliasRule| rule.kind == address.kind() && rule.of.fit(address.name()).is_some();
        let mut rules: Vec<&AliasRule> = self.aliases.iter().filter(own).collect();
        // The one that says most comes last, and stays.
        rules.sort_by_key(|rule| rule.of.weight());
        rules.into_iter().map(|rule| (rule.logical.clone(), rule.physical.clone())).collect()
    }

    fn alias_mapping(&self, address: &Address) -> Mapping {
        let rules = self.aliases(address).into_iter();
        Mapping {
            rules: rules
                .map(|(logical, physical)| Rule {
                    logical: Pattern::exact(logical),
                    physical: Pattern::exact(physical),
                })
                .collect(),
        }
    }

    /// Returns whether nothing is called otherwise.
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.aliases.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn naming(rules: &[(&str, &str)]) -> Result<Naming, Misnomer> {
        let rules: Vec<_> = rules.iter().map(|(l, p)| (l.to_string(), p.to_string())).collect();
        Naming::new(&rules)
    }

    #[test]
    fn the_rules_of_the_design() {
        let naming = naming(&[
            ("site/bucket/web", "acme-web-prod"),
            ("lambda/function/*", "*-prod"),
            ("lex/bot/Orders#live", "Orders#prod"),
        ])
        .unwrap();
        let function: Address = "lambda/function/orders".parse().unwrap();
        assert_eq!(naming.physical(&function), "orders-prod");
        assert_eq!(naming.logical("lambda/function", "orders-prod"), function);
        assert_eq!(naming.logical("site/bucket", "acme-web-prod").to_string(), "site/bucket/web");
        assert_eq!(naming.logical("connect/queue", "a-prod").name(), "a-prod");
        let bot: Address = "lex/bot/Orders".parse().unwrap();
        assert_eq!(naming.physical_alias(&bot, "live"), "prod");
        assert_eq!(naming.logical_alias(&bot, "prod"), "live");
        assert_eq!(naming.logical_alias(&bot, "live"), "=live", "another alias that is there");
        assert_eq!(naming.physical_alias(&bot, "test"), "test");
        assert_eq!(naming.physical_alias(&"lex/bot/Other".parse().unwrap(), "live"), "live");
    }

    #[test]
    fn the_rule_that_cannot_be_is_named() {
        for (rules, rule, why) in [
            (&[("connect/queue/A", "B"), ("connect/queue", "C")][..], 1, "is not service/noun/NAME"),
            (&[("connect/queue/A", "B*")], 0, "on both sides"),
            (&[("connect/queue/A", "B#x")], 0, "on both sides"),
            (&[("connect/queue/*a*", "*")], 0, "more than one"),
            (&[("connect/queue/A", "100%")], 0, "written as names are"),
            (&[("connect/queue/A", "=B")], 0, "begins with `=`"),
            (
                &[("lex/bot/*#a", "*#x"), ("connect/queue/A", "X"), ("connect/queue/B", "X")],
                2,
                "both be called",
            ),
            (&[("lex/bot/O#live", "P#prod")], 0, "is called `O` there"),
            (&[("lex/bot/*#live", "*#prod"), ("lex/bot/*", "*-p")], 0, "is called `*-p` there"),
            (&[("lex/bot/O#a", "O#x"), ("lex/bot/O#b", "O#x")], 1, "`a` and `b` would both"),
            (&[("lex/bot/a*#a", "a*#x"), ("lex/bot/*b#a", "*b#y")], 1, "two rules say"),
        ] {
            let misnomer = naming(rules).unwrap_err();
            assert_eq!(misnomer.rule, rule, "{rules:?}: {}", misnomer.why);
            assert!(misnomer.why.contains(why), "{rules:?}: {}", misnomer.why);
        }
    }

    #[test]
    fn an_alias_rule_that_says_more_goes_first() {
        let naming =
            naming(&[("lambda/function/*#live", "*#prod"), ("lambda/function/old#live", "old#current")])
                .unwrap();
        let alias = |name: &str| naming.physical_alias(&Address::new("lambda/function", name), "live");
        assert_eq!((alias("old"), alias("new")), ("current".into(), "prod".into()));
    }
}
