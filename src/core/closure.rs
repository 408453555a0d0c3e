//! The closure of a selection over references: what the picked documents need, and what that needs.

use std::collections::BTreeSet;

use super::address::Address;
use super::document::Document;
use super::inventory::{Inventory, Ownership};

/// What becomes of what the picked documents refer to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dependencies {
    /// Nothing: it has to be there.
    #[default]
    Left,
    /// What the target lacks is deployed too; what it has is left as it is.
    Missing,
    /// All of it is deployed too.
    All,
}

/// What a selection needs beside itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closure {
    /// What is deployed too.
    pub added: BTreeSet<Address>,
    /// What the target has, and is left as it is.
    pub left_alone: BTreeSet<Address>,
}

/// Returns what `picked` needs beside itself, directly and through what is added.
///
/// `document` gives what would be written of an address, `None` where the source has none; what neither the source nor
/// the target has is the plan's business to block. `needs` gives what a document needs to be there. `target` is what is
/// there already; a package has no target.
pub fn close(
    picked: &BTreeSet<Address>,
    dependencies: Dependencies,
    target: Option<&Inventory>,
    document: impl Fn(&Address) -> Option<Document>,
    needs: impl Fn(&Address, &Document) -> BTreeSet<Address>,
) -> Closure {
    let mut closure = Closure::default();
    if dependencies == Dependencies::Left {
        return closure;
    }
    let mut open: Vec<Address> = picked.iter().cloned().collect();
    while let Some(address) = open.pop() {
        let Some(of) = document(&address) else { continue };
        for needed in needs(&address, &of) {
            let known = picked.contains(&needed) || closure.added.contains(&needed);
            if known || document(&needed).is_none() {
                continue;
            }
            let there = target.and_then(|t| t.get(&needed));
            let left = there.is_some_and(|found| {
                dependencies == Dependencies::Missing || found.ownership != Ownership::Customer
            });
            if left {
                closure.left_alone.insert(needed);
            } else if closure.added.insert(needed.clone()) {
                open.push(needed);
            }
        }
    }
    closure
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::super::inventory::Found;
    use super::super::pin::Pin;
    use super::*;

    fn flow(name: &str) -> Address {
        Address::new("connect/flow", name)
    }

    fn closed(dependencies: Dependencies) -> (Vec<String>, Vec<String>) {
        let needs = [
            ("a", vec!["b", "c"]),
            ("b", vec!["d"]),
            ("c", vec!["a", "e"]),
            ("d", vec![]),
            ("e", vec!["nowhere"]),
        ];
        let documents: BTreeMap<Address, Document> = needs
            .into_iter()
            .map(|(name, needs)| {
                let refs: Vec<String> = needs.iter().map(|n| format!("@{{id:{}}}", flow(n))).collect();
                let portable = json!({ "Content": refs }).as_object().unwrap().clone();
                (flow(name), Document { portable, ..Document::default() })
            })
            .collect();
        let pin = Pin { account: "1".into(), region: "r".into(), instance: "i".into() };
        let target = Inventory::new(pin, [Found::new(flow("b"), "1", "1")]);
        let needs = |_: &Address, d: &Document| super::super::portable::needs(&d.portable.clone().into());
        let document = |a: &Address| documents.get(a).cloned();
        let closure = close(&[flow("a")].into(), dependencies, Some(&target), document, needs);
        let names = |all: BTreeSet<Address>| all.iter().map(|a| a.name().to_string()).collect();
        (names(closure.added), names(closure.left_alone))
    }

    #[test]
    fn what_is_missing_comes_with_its_own_needs_and_what_is_there_stands_for_its_own() {
        let names = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(closed(Dependencies::Left), (names(&[]), names(&[])));
        assert_eq!(closed(Dependencies::Missing), (names(&["c", "e"]), names(&["b"])));
        assert_eq!(closed(Dependencies::All), (names(&["b", "c", "d", "e"]), names(&[])));
    }
}
