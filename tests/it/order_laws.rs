//! The laws of the planner, on random graphs of resources that refer to each other.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use proptest::prelude::*;
use serde_json::{Value, json};
use snapdeploy::core::document::Document;
use snapdeploy::core::driver::{Change, Check, Driver, Freshness, Listing, Live, Raw, Reply, Sending};
use snapdeploy::core::inventory::{Found, Inventory};
use snapdeploy::core::means::Values;
use snapdeploy::core::moves::{Does, Move, Stage};
use snapdeploy::core::order::{Task, arrange};
use snapdeploy::core::plan::{Occasion, Plan, Wish, plan};
use snapdeploy::core::portable::needs;
use snapdeploy::core::run::RunKind;
use snapdeploy::core::{Address, Error, ErrorKind, Pin, Result};

/// Kinds that can be shells, kinds that cannot. A document's `Refers` is set by the create, its `Later` by a move after
/// it.
pub struct Fake(Pin);

fn make(address: &Address, does: Does, call: &str, stage: Stage, member: &str, to: &Document) -> Move {
    let args = to.portable.get(member).cloned().unwrap_or(json!([]));
    let facet = vec![member.to_string()];
    Move {
        address: address.clone(),
        stage,
        does,
        call: call.into(),
        facet,
        args,
        before: None,
        after: None,
        through: Vec::new(),
        rollout: None,
    }
}

#[async_trait]
impl Driver for Fake {
    fn pin(&self) -> &Pin {
        &self.0
    }
    fn kinds(&self) -> Vec<&'static str> {
        vec!["fake/shell", "fake/solid"]
    }
    fn has_shells(&self, kind: &str) -> bool {
        kind == "fake/shell"
    }
    fn moves(&self, c: &Change<'_>) -> Result<Vec<Move>> {
        let nothing = Document::default();
        let Some(to) = c.to else {
            return Ok(vec![make(c.address, Does::Delete, "Delete", Stage::Clean, "Refers", &nothing)]);
        };
        let mut moves = Vec::new();
        if c.from.is_none() {
            moves.push(make(c.address, Does::Create, "Create", Stage::Write, "Refers", to));
        }
        for member in ["Refers", "Later"] {
            let old = c.from.unwrap_or(&nothing).portable.get(member);
            if old != to.portable.get(member) && (c.from.is_some() || member == "Later") {
                moves.push(make(c.address, Does::Update, member, Stage::Write, member, to));
            }
        }
        Ok(moves)
    }
    fn split(&self, create: &Move) -> Result<(Move, Move)> {
        let shell = Move { stage: Stage::Shell, args: json!([]), ..create.clone() };
        Ok((shell, Move { does: Does::Update, call: "Fill".into(), ..create.clone() }))
    }
    fn empty(&self, c: &Change<'_>) -> Result<Vec<Move>> {
        let nothing = Document::default();
        let empty = make(c.address, Does::Update, "Empty", Stage::Clean, "Refers", &nothing);
        Ok(self.has_shells(c.address.kind()).then_some(empty).into_iter().collect())
    }
    async fn list(&self) -> Result<Listing> {
        Err(Error::bug("a planner asks nobody"))
    }
    async fn find(&self, _: &Address) -> Result<Option<Found>> {
        Err(Error::bug("a planner asks nobody"))
    }
    async fn fetch(&self, _: &Found, _: Freshness) -> Result<Raw> {
        Err(Error::bug("a planner asks nobody"))
    }
    fn encode(&self, of: &Found, _: Raw, _: &Inventory) -> Live {
        Live { found: of.clone(), document: Document::default(), findings: Vec::new(), secrets: Vec::new() }
    }
    async fn send(&self, _: &Move, _: Option<&Found>, _: Value, _: &Sending<'_>) -> Reply {
        Reply::Refused(Error::bug("a planner writes nothing"))
    }
    async fn checks(&self, _: &[Live], _: &Inventory) -> Result<Vec<Check>> {
        Err(Error::bug("a planner asks nobody"))
    }
}

pub fn fake() -> Fake {
    Fake("111111111111.us-east-1.fake".parse().unwrap())
}

/// One resource: whether it can be a shell; what it refers to before and after, if it is there then, by number.
#[derive(Clone, Debug)]
pub struct Node {
    shell: bool,
    from: Option<(BTreeSet<usize>, BTreeSet<usize>)>,
    to: Option<(BTreeSet<usize>, BTreeSet<usize>)>,
}

fn address(nodes: &[Node], i: usize) -> Address {
    Address::new(if nodes[i].shell { "fake/shell" } else { "fake/solid" }, format!("{i}"))
}

pub fn wishes(nodes: &[Node]) -> Vec<Wish> {
    let document = |refers: &(BTreeSet<usize>, BTreeSet<usize>), there: &dyn Fn(&Node) -> bool| {
        let list = |set: &BTreeSet<usize>| -> Vec<String> {
            let there = set.iter().filter(|i| **i < nodes.len() && there(&nodes[**i]));
            there.map(|i| format!("@{{id:{}}}", address(nodes, *i))).collect()
        };
        let mut document = Document::default();
        for (member, list) in [("Refers", list(&refers.0)), ("Later", list(&refers.1))] {
            if !list.is_empty() {
                document.portable.insert(member.into(), json!(list));
            }
        }
        document
    };
    let wish = |(i, n): (usize, &Node)| Wish {
        address: address(nodes, i),
        uid: format!("uid {i}"),
        from: n.from.as_ref().map(|r| document(r, &|n| n.from.is_some())),
        to: n.to.as_ref().map(|r| document(r, &|n| n.to.is_some())),
        local_known: true,
    };
    nodes.iter().enumerate().map(wish).collect()
}

fn inventory(wishes: &[Wish]) -> Inventory {
    let there = wishes.iter().filter(|w| w.from.is_some());
    Inventory::new(fake().0, there.map(|w| Found::new(w.address.clone(), format!("id {}", w.address), "arn")))
}

fn planned(wishes: &[Wish]) -> Plan {
    let occasion = Occasion {
        kind: RunKind::Deploy,
        environment: "prod".into(),
        source: "dev@latest".into(),
        source_digest: "x".into(),
        undoes: None,
    };
    plan(occasion, wishes, &fake(), &inventory(wishes), &Values::default(), Vec::new()).unwrap()
}

pub fn arranged(wishes: &[Wish]) -> Result<Vec<Move>> {
    let driver = fake();
    let task = |wish: &'_ Wish| {
        let Wish { address, uid, from, to, .. } = wish;
        driver
            .moves(&Change {
                address,
                uid,
                from: from.as_ref(),
                to: to.as_ref(),
                way: snapdeploy::core::run::RunKind::Deploy,
            })
            .unwrap()
    };
    let touched = wishes.iter().filter(|w| w.from != w.to);
    arrange(touched.map(|wish| Task { wish, moves: task(wish) }).collect(), &driver, RunKind::Deploy)
}

/// Returns whether `edges`, followed from one of them, lead back.
fn circular(edges: &BTreeMap<Address, BTreeSet<Address>>) -> bool {
    let mut left = edges.clone();
    // Whatever refers to nothing that is left is in no circle.
    while let Some(done) =
        left.iter().find(|(_, to)| to.iter().all(|t| !left.contains_key(t))).map(|e| e.0.clone())
    {
        left.remove(&done);
    }
    !left.is_empty()
}

fn refers(document: &Document) -> BTreeSet<Address> {
    needs(&Value::Object(document.portable.clone()))
}

/// Checks `moves` against every law.
fn check(wishes: &[Wish], moves: &[Move]) {
    let at = |does: Does, a: &Address| moves.iter().position(|m| m.does == does && m.address == *a);
    let new: BTreeSet<&Address> = wishes.iter().filter(|w| w.from.is_none()).map(|w| &w.address).collect();
    let unfilled = |i: usize| -> BTreeSet<&Address> {
        let later = moves[i + 1..].iter().filter(|m| m.call == "Fill");
        later.map(|m| &m.address).collect()
    };
    for (i, m) in moves.iter().enumerate() {
        for needed in needs(&m.args).iter().filter(|a| new.contains(a)) {
            let made = at(Does::Create, needed).expect("it is made");
            assert!(made < i, "{} of {} comes before {needed} is made", m.call, m.address);
        }
        if m.does == Does::Delete {
            assert!(moves[i..].iter().all(|m| m.does == Does::Delete), "deletes come last");
        }
        // What was there already may not lead to an empty shell, not even through something new.
        if !new.contains(&m.address) && m.stage != Stage::Clean {
            let mut reached: BTreeSet<Address> = needs(&m.args).into_iter().collect();
            let mut open: Vec<Address> = reached.iter().cloned().collect();
            while let Some(next) = open.pop() {
                assert!(!unfilled(i).contains(&next), "{} leads to the empty {next}", m.address);
                let wish = wishes.iter().find(|w| w.address == next && new.contains(&w.address));
                let further = wish.and_then(|w| w.to.as_ref()).map(refers).unwrap_or_default();
                open.extend(further.into_iter().filter(|a| reached.insert(a.clone())));
            }
        }
    }
    for wish in wishes {
        let own: Vec<&Move> =
            moves.iter().filter(|m| m.address == wish.address && m.stage != Stage::Clean).collect();
        let calls: Vec<&str> = own.iter().map(|m| m.call.as_str()).filter(|c| *c != "Fill").collect();
        let order = ["Create", "Refers", "Later"];
        assert!(calls.is_sorted_by_key(|c| order.iter().position(|o| o == c)), "{calls:?}");
        assert_eq!(
            own.iter().filter(|m| m.stage == Stage::Shell).count(),
            own.iter().filter(|m| m.call == "Fill").count()
        );
    }
    // Deletes: who refers goes first, or is emptied first, unless only solid ones go round in a circle.
    let gone: Vec<&Wish> = wishes.iter().filter(|w| w.to.is_none() && w.from.is_some()).collect();
    let emptied = |a: &Address| moves.iter().position(|m| m.call == "Empty" && m.address == *a);
    // What emptying takes out is one member; the other one still refers.
    let left = |w: &Wish| {
        let mut document = w.from.clone().unwrap_or_default();
        if emptied(&w.address).is_some() {
            document.portable.remove("Refers");
        }
        refers(&document)
    };
    let edges: BTreeMap<Address, BTreeSet<Address>> = gone
        .iter()
        .map(|w| (w.address.clone(), left(w)))
        .map(|(a, mut to)| {
            to.remove(&a);
            (a, to)
        })
        .collect();
    for w in &gone {
        let deleted = at(Does::Delete, &w.address).expect("it is deleted");
        let leads_from = |a: &Address| {
            let mut seen = BTreeSet::from([a.clone()]);
            let mut open = vec![a.clone()];
            while let Some(next) = open.pop() {
                open.extend(
                    edges.get(&next).into_iter().flatten().filter(|t| seen.insert((*t).clone())).cloned(),
                );
            }
            seen
        };
        for (referrer, _) in edges.iter().filter(|(_, to)| to.contains(&w.address)) {
            let together = leads_from(&w.address).contains(referrer);
            let before = at(Does::Delete, referrer).expect("it is deleted") < deleted;
            assert!(before || together, "{} is deleted while {referrer} refers to it", w.address);
        }
    }
}

pub fn nodes(most: usize) -> impl Strategy<Value = Vec<Node>> {
    let set = || prop::collection::btree_set(0..most, 0..3);
    let both = || (set(), prop_oneof![3 => Just(BTreeSet::new()), 1 => set()]);
    let node = (any::<bool>(), prop::option::weighted(0.4, both()), prop::option::weighted(0.8, both()));
    prop::collection::vec(node.prop_map(|(shell, from, to)| Node { shell, from, to }), 1..most)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn moves_come_in_an_order_in_which_each_finds_what_it_needs(nodes in nodes(9)) {
        let wishes = wishes(&nodes);
        let solid: BTreeMap<Address, BTreeSet<Address>> = wishes
            .iter()
            .filter(|w| w.from.is_none() && w.address.kind() == "fake/solid")
            .filter_map(|w| w.to.as_ref().map(|to| (w.address.clone(), needs(to.portable.get("Refers").unwrap_or(&json!([]))))))
            .collect();
        match arranged(&wishes) {
            Ok(moves) => {
                prop_assert!(!circular(&solid), "a circle that nothing can break got through");
                check(&wishes, &moves);
            }
            Err(e) => {
                prop_assert_eq!(e.kind, ErrorKind::Blocked);
                prop_assert!(circular(&solid), "{}", e);
                let plan = planned(&wishes);
                prop_assert!(plan.moves.is_empty() && plan.blocks().count() > 0);
            }
        }
    }

    #[test]
    fn the_order_does_not_depend_on_the_order_of_the_wishes(nodes in nodes(7)) {
        let wishes = wishes(&nodes);
        let turned: Vec<Wish> = wishes.iter().rev().cloned().collect();
        let moves = |wishes: &[Wish]| arranged(wishes).map_err(|e| e.message);
        prop_assert_eq!(moves(&wishes), moves(&turned));
        prop_assert_eq!(planned(&wishes).to_bytes(), planned(&wishes).to_bytes());
    }

    #[test]
    fn what_is_as_it_should_be_needs_no_plan(nodes in nodes(9)) {
        let mut same = wishes(&nodes);
        for wish in &mut same {
            wish.from = wish.to.clone();
        }
        let plan = planned(&same);
        prop_assert!(plan.is_empty() && plan.steps.is_empty() && plan.findings.is_empty());
        prop_assert_eq!(plan.unchanged.len(), same.len());
    }
}

/// Returns a node that is to be made, or was there and is changed, and refers to `to`.
pub fn node(shell: bool, there: bool, to: &[usize]) -> Node {
    let refers = to.iter().copied().collect();
    Node { shell, from: there.then(Default::default), to: Some((refers, BTreeSet::new())) }
}

#[test]
fn what_is_live_does_not_lead_through_something_new_to_an_empty_shell() {
    // 0 is new and refers to a circle of shells; 1 is live and is to refer to 0.
    let nodes =
        [node(true, false, &[2]), node(true, true, &[0]), node(true, false, &[3]), node(true, false, &[2])];
    let wishes = wishes(&nodes);
    let moves = arranged(&wishes).unwrap();
    check(&wishes, &moves);
    assert_eq!(moves.last().unwrap().address, wishes[1].address, "{moves:#?}");
}

#[test]
fn a_circle_without_a_shell_is_blocked_and_named_also_a_circle_of_one() {
    for nodes in [
        vec![node(false, false, &[1]), node(false, false, &[0])],
        vec![node(false, false, &[0])],
        vec![node(true, false, &[1]), node(false, false, &[2]), node(false, false, &[1, 0])],
    ] {
        let error = arranged(&wishes(&nodes)).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Blocked);
        assert!(error.message.contains("fake/solid/"), "{error}");
    }
    arranged(&wishes(&[node(true, false, &[0])])).unwrap();
    arranged(&wishes(&[node(true, false, &[1]), node(false, false, &[0])])).unwrap();
}

#[test]
fn thousands_are_arranged_in_no_time_worth_speaking_of() {
    const MANY: usize = 4000;
    // A chain with a circle of two in every tenth place; what is deleted refers on as a chain does, or round in
    // circles of twenty that nothing can break.
    let chain = |i: usize| if i % 10 == 9 { vec![i - 1, i + 1] } else { vec![i + 1] };
    let made: Vec<Node> = (0..MANY).map(|i| node(i % 10 > 7, false, &chain(i))).collect();
    let gone = |shell: bool, to: &dyn Fn(usize) -> Vec<usize>| -> Vec<Node> {
        let from = |i| Some((to(i).into_iter().collect(), BTreeSet::new()));
        (0..MANY).map(|i| Node { shell, from: from(i), to: None }).collect()
    };
    let ring = |i: usize| if i % 20 == 19 { vec![i - 19, i + 1] } else { vec![i + 1] };
    for (nodes, moves) in [
        (made, MANY + 2 * (MANY / 10)),
        (gone(true, &chain), MANY + 2 * (MANY / 10)),
        (gone(false, &|i| vec![i + 1]), MANY),
        (gone(false, &ring), MANY),
    ] {
        let wishes = wishes(&nodes);
        let plan = planned(&wishes);
        assert!(plan.findings.iter().all(|f| f.weight != snapdeploy::core::finding::Weight::Block));
        assert_eq!((plan.steps.len(), plan.moves.len()), (MANY, moves));
    }
}

/// Returns the order of deletes by the rule itself: the first that nothing else refers to; else the first of those
/// whose every referrer they lead to.
fn deleted_by_the_rule(wishes: &[Wish]) -> Vec<Address> {
    let mut open: BTreeMap<Address, BTreeSet<Address>> =
        wishes.iter().map(|w| (w.address.clone(), w.from.as_ref().map(refers).unwrap_or_default())).collect();
    let mut order = Vec::new();
    while !open.is_empty() {
        let referrers = |of: &Address| -> BTreeSet<Address> {
            let (mut seen, mut next) = (BTreeSet::new(), vec![of.clone()]);
            while let Some(of) = next.pop() {
                let direct = open.iter().filter(|(a, to)| **a != of && to.contains(&of));
                next.extend(
                    direct.map(|(a, _)| a.clone()).filter(|a| seen.insert(a.clone())).collect::<Vec<_>>(),
                );
            }
            seen
        };
        let all: BTreeMap<&Address, BTreeSet<Address>> = open.keys().map(|a| (a, referrers(a))).collect();
        let free = all.iter().find(|(_, r)| r.is_empty());
        let outer = || all.iter().find(|(a, r)| r.iter().all(|r| r == **a || all[r].contains(**a)));
        let next = (*free.or_else(outer).expect("one of them goes").0).clone();
        open.remove(&next);
        order.push(next);
    }
    order
}

proptest! {
    #[test]
    fn deletes_come_in_the_order_of_the_rule(nodes in nodes(12)) {
        let gone: Vec<Node> = nodes.into_iter().map(|n| {
            let from = n.from.or_else(|| n.to.clone()).or_else(|| Some(Default::default()));
            Node { shell: false, from, to: None }
        }).collect();
        let wishes = wishes(&gone);
        let order: Vec<Address> = arranged(&wishes).unwrap().into_iter().map(|m| m.address).collect();
        prop_assert_eq!(order, deleted_by_the_rule(&wishes));
    }
}
