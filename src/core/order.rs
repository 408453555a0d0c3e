//! The order of moves: each waits for what its arguments refer to, and shells break circles.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::address::Address;
use super::driver::{Change, Driver};
use super::error::{Error, Result};
use super::moves::{Does, Move, Stage, facet_digest};
use super::plan::Wish;
use super::portable::needs;

/// The moves of one address, in their own order.
pub struct Task<'a> {
    /// What they grant.
    pub wish: &'a Wish,
    /// The moves.
    pub moves: Vec<Move>,
}

/// Returns the moves of all `tasks` in an order in which
/// * nothing is referred to before it is there,
/// * what is new is whole before anything live refers to it: shells are filled by then,
/// * what is deleted is not referred to any more by anything else that is deleted, and deletes come last.
///
/// Fails with `Blocked` where a circle has no member that can be a shell.
pub fn arrange(tasks: Vec<Task<'_>>, driver: &dyn Driver) -> Result<Vec<Move>> {
    let (removals, writes): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|t| t.wish.to.is_none());
    let mut moves = arrange_writes(writes, driver)?;
    moves.extend(arrange_removals(removals, driver)?);
    Ok(moves)
}

/// Returns the groups of `members` that refer to each other in circles.
fn circles(members: &BTreeMap<&Address, BTreeSet<Address>>) -> Vec<Vec<Address>> {
    let mut graph = DiGraph::<&Address, ()>::new();
    let nodes: BTreeMap<&Address, NodeIndex> = members.keys().map(|a| (*a, graph.add_node(a))).collect();
    for (from, refers) in members {
        for to in refers {
            if let Some(node) = nodes.get(to) {
                graph.add_edge(nodes[from], *node, ());
            }
        }
    }
    tarjan_scc(&graph)
        .into_iter()
        .filter(|group| group.len() > 1 || graph.contains_edge(group[0], group[0]))
        .map(|group| group.into_iter().map(|n| graph[n].clone()).collect())
        .collect()
}

fn arrange_writes(tasks: Vec<Task<'_>>, driver: &dyn Driver) -> Result<Vec<Move>> {
    let creates: BTreeMap<&Address, BTreeSet<Address>> = tasks
        .iter()
        .flat_map(|t| t.moves.iter().filter(|m| m.does == Does::Create).map(|m| (&t.wish.address, m)))
        .map(|(address, m)| (address, needs(&m.args)))
        .collect();
    let in_circle: BTreeSet<Address> = circles(&creates).into_iter().flatten().collect();

    let mut all: Vec<Move> = Vec::new();
    let mut follows: Vec<Option<usize>> = Vec::new();
    for task in tasks {
        let mut previous = None;
        for m in task.moves {
            let shellable = in_circle.contains(&m.address) && driver.has_shells(m.address.kind());
            let parts = if m.does == Does::Create && shellable {
                let (shell, fill) = driver.split(&m)?;
                vec![shell, fill]
            } else {
                vec![m]
            };
            for part in parts {
                all.push(part);
                follows.push(previous);
                previous = Some(all.len() - 1);
            }
        }
    }

    let creator: BTreeMap<Address, usize> = all
        .iter()
        .enumerate()
        .filter(|(_, m)| m.does == Does::Create)
        .map(|(i, m)| (m.address.clone(), i))
        .collect();
    let filler: BTreeMap<Address, usize> = creator
        .iter()
        .filter(|(_, i)| all[**i].stage == Stage::Shell)
        .filter_map(|(a, i)| follows.iter().position(|f| *f == Some(*i)).map(|fill| (a.clone(), fill)))
        .collect();

    // `hard` may not be broken. `soft` is "fill a shell before others refer to it", which gives way inside a circle.
    let mut hard: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); all.len()];
    let mut soft: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); all.len()];
    for (i, m) in all.iter().enumerate() {
        hard[i].extend(follows[i]);
        for address in needs(&m.args) {
            // What needs itself to be made never has its turn.
            hard[i].extend(creator.get(&address));
            soft[i].extend(filler.get(&address).filter(|f| **f != i));
        }
    }

    // Everything new is whole before anything live is changed: what is live could lead to an empty shell through
    // something new that is not one. Nothing new waits for a change of what is there.
    let made: BTreeSet<&Address> = creator.keys().collect();
    let key = |i: usize, soft: &[BTreeSet<usize>]| {
        (all[i].stage, !made.contains(&all[i].address), soft[i].len(), all[i].address.clone(), i)
    };
    let mut waiting: Vec<usize> = hard.iter().map(BTreeSet::len).collect();
    let mut ready: BTreeSet<_> = (0..all.len()).filter(|i| waiting[*i] == 0).map(|i| key(i, &soft)).collect();
    let mut order = Vec::with_capacity(all.len());
    while let Some(first) = ready.pop_first() {
        let i = first.4;
        order.push(i);
        for j in 0..all.len() {
            let was_ready = waiting[j] == 0;
            let before = key(j, &soft);
            if soft[j].remove(&i) && was_ready && ready.remove(&before) {
                ready.insert(key(j, &soft));
            }
            if hard[j].contains(&i) {
                waiting[j] -= 1;
                if waiting[j] == 0 {
                    ready.insert(key(j, &soft));
                }
            }
        }
    }
    if order.len() < all.len() {
        let stuck: BTreeSet<String> =
            (0..all.len()).filter(|i| waiting[*i] > 0).map(|i| all[i].address.to_string()).collect();
        let names = stuck.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::blocked(format!(
            "these refer to each other in a circle that nothing can break: {names}"
        )));
    }
    let mut slots: Vec<Option<Move>> = all.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|i| slots[i].take()).collect())
}

fn arrange_removals(tasks: Vec<Task<'_>>, driver: &dyn Driver) -> Result<Vec<Move>> {
    let refers: BTreeMap<&Address, BTreeSet<Address>> = tasks
        .iter()
        .filter_map(|t| t.wish.from.as_ref().map(|from| (&t.wish.address, from)))
        .map(|(address, from)| {
            let mut all = needs(&serde_json::Value::Object(from.portable.clone()));
            all.extend(needs(&serde_json::Value::Object(from.local.clone())));
            (address, all)
        })
        .collect();
    let mut emptied = Vec::new();
    let mut open: BTreeMap<Address, (Vec<Move>, BTreeSet<Address>)> = BTreeMap::new();
    let in_circle: BTreeSet<Address> = circles(&refers).into_iter().flatten().collect();
    for task in &tasks {
        let address = &task.wish.address;
        let mut moves = task.moves.clone();
        let mut still = refers.get(address).cloned().unwrap_or_default();
        let change = Change { address, uid: &task.wish.uid, from: task.wish.from.as_ref(), to: None };
        if in_circle.contains(address)
            && let (Some(empty), Some(from)) = (driver.empty(&change)?, task.wish.from.as_ref())
        {
            for m in &mut moves {
                m.facet.retain(|f| !empty.facet.contains(f));
                m.before = Some(facet_digest(from, &m.facet));
            }
            emptied.push(empty);
            still.clear();
        }
        open.insert(address.clone(), (moves, still));
    }
    emptied.sort_by(|a, b| a.address.cmp(&b.address));
    // What nothing else refers to goes first.
    let mut moves = emptied;
    while !open.is_empty() {
        let next = first_to_go(&open);
        if let Some((_, (mut own, _))) = next.and_then(|a| open.remove_entry(&a)) {
            moves.append(&mut own);
        }
    }
    Ok(moves)
}

/// Returns what of `open` nothing else refers to. Where all go round in circles, a member of one that nothing outside it
/// refers to.
fn first_to_go(open: &BTreeMap<Address, (Vec<Move>, BTreeSet<Address>)>) -> Option<Address> {
    let referred: BTreeSet<&Address> =
        open.iter().flat_map(|(a, (_, refers))| refers.iter().filter(move |r| *r != a)).collect();
    if let Some(free) = open.keys().find(|a| !referred.contains(a)) {
        return Some(free.clone());
    }
    let referrers = |of: &Address| -> BTreeSet<&Address> {
        let (mut seen, mut next) = (BTreeSet::new(), vec![of]);
        while let Some(of) = next.pop() {
            let direct =
                open.iter().filter(|(a, (_, refers))| *a != of && refers.contains(of)).map(|(a, _)| a);
            next.extend(direct.filter(|a| seen.insert(*a)).collect::<Vec<_>>());
        }
        seen
    };
    open.keys().find(|a| referrers(a).into_iter().all(|r| r == *a || referrers(r).contains(a))).cloned()
}
