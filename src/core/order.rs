//! The order of moves: each waits for what its arguments refer to, and shells break circles.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use serde_json::Value;

use super::address::Address;
use super::concern::concerns;
use super::document::Document;
use super::driver::{Change, Driver};
use super::error::{Error, Result};
use super::moves::{Does, Move, Stage, facet_digest};
use super::plan::Wish;
use super::portable::references;
use super::run::RunKind;
use super::template::Form;

/// The moves of one address, in their own order.
pub struct Task<'a> {
    /// What they grant.
    pub wish: &'a Wish,
    /// The moves.
    pub moves: Vec<Move>,
}

/// Returns the moves of all `tasks` in an order in which
/// * nothing is referred to before it is there, nor an alias of it,
/// * a name is let go of before another gets it,
/// * what is new is whole before anything live refers to it: shells are filled by then,
/// * callers are switched over last on the way forth, and first on the way back, with no more before that than it waits for,
/// * what is deleted is not referred to any more by anything else that is deleted, and deletes come last.
///
/// Fails with `Blocked` where a circle has no member that can be a shell.
pub fn arrange(tasks: Vec<Task<'_>>, driver: &dyn Driver, way: RunKind) -> Result<Vec<Move>> {
    let (removals, writes): (Vec<_>, Vec<_>) = tasks.into_iter().partition(|t| t.wish.to.is_none());
    let mut moves = arrange_writes(writes, driver, way)?;
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
    // Not Tarjan's: petgraph's calls itself, once for every member of a long chain.
    kosaraju_scc(&graph)
        .into_iter()
        .filter(|group| group.len() > 1 || graph.contains_edge(group[0], group[0]))
        .map(|group| group.into_iter().map(|n| graph[n].clone()).collect())
        .collect()
}

fn arrange_writes(tasks: Vec<Task<'_>>, driver: &dyn Driver, way: RunKind) -> Result<Vec<Move>> {
    let creates: BTreeMap<&Address, BTreeSet<Address>> = tasks
        .iter()
        .flat_map(|t| t.moves.iter().filter(|m| m.does == Does::Create).map(|m| (&t.wish.address, m)))
        .map(|(address, m)| (address, concerns(driver, address, &m.args)))
        .collect();
    let in_circle: BTreeSet<Address> = circles(&creates).into_iter().flatten().collect();

    let mut all: Vec<Move> = Vec::new();
    let mut follows: Vec<Option<usize>> = Vec::new();
    // Who lets go of a name: it has to, before another gets it.
    let mut frees: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut takes: BTreeMap<usize, (String, String)> = BTreeMap::new();
    for task in tasks {
        let kind = task.wish.address.kind().to_string();
        let (from, to) = (named(task.wish.from.as_ref()), named(task.wish.to.as_ref()));
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
                if from != to && part.facet.iter().any(|f| f == NAME) {
                    frees.extend(from.clone().map(|name| ((kind.clone(), name), all.len())));
                    takes.extend(to.clone().map(|name| (all.len(), (kind.clone(), name))));
                }
                all.push(part);
                follows.push(previous);
                previous = Some(all.len() - 1);
            }
        }
    }

    let creator: BTreeMap<&Address, usize> = all
        .iter()
        .enumerate()
        .filter(|(_, m)| m.does == Does::Create)
        .map(|(i, m)| (&m.address, i))
        .collect();
    let filler: BTreeMap<&Address, usize> = follows
        .iter()
        .enumerate()
        .filter_map(|(fill, shell)| shell.map(|shell| (&all[shell], fill)))
        .filter(|(shell, _)| shell.does == Does::Create && shell.stage == Stage::Shell)
        .map(|(shell, fill)| (&shell.address, fill))
        .collect();

    let alias: BTreeMap<(&Address, &str), usize> =
        all.iter().enumerate().filter_map(|(i, m)| Some(((&m.address, driver.alias_made(m)?), i))).collect();
    let aliased = |i: usize, m: &Move| -> Vec<usize> {
        let named = references(&m.args).into_iter().filter(|(form, ..)| *form != Form::Name);
        let made = named.filter_map(|(_, address, q)| alias.get(&(&address, q.as_deref()?)).copied());
        made.filter(|on| *on != i).collect()
    };

    // `hard` may not be broken. `soft` is "fill a shell before others refer to it", which gives way inside a circle.
    let mut hard = Waits::new(all.len());
    let mut soft = Waits::new(all.len());
    for (i, m) in all.iter().enumerate() {
        let needed = concerns(driver, &m.address, &m.args);
        // What needs itself to be made never has its turn.
        let made = needed.iter().filter_map(|a| creator.get(a).copied()).chain(aliased(i, m));
        let free = takes.get(&i).and_then(|name| frees.get(name)).copied().filter(|j| *j != i);
        hard.wait(i, follows[i].into_iter().chain(made).chain(free));
        soft.wait(i, needed.iter().filter_map(|a| filler.get(a).copied()).filter(|f| *f != i));
    }

    // Everything new is whole before anything live is changed: what is live could lead to an empty shell through
    // something new that is not one. Nothing new waits for a change of what is there.
    // On the way back callers are switched over first, and what a switch waits for has its turn before all else.
    let back = |i: &usize| way == RunKind::Rollback && all[*i].stage == Stage::Switch;
    let urgent = needed([&hard, &soft], (0..all.len()).filter(back).collect());
    let key = |i: usize, soft: &Waits| {
        let m = &all[i];
        let haste = match urgent[i] {
            true if back(&i) && !driver.tidies(m) && soft.left[i] == 0 => Haste::Switch,
            true => Haste::Needed,
            false => Haste::None,
        };
        (haste, m.stage, !creator.contains_key(&m.address), soft.left[i], &m.address, i)
    };
    let mut ready: BTreeSet<_> =
        (0..all.len()).filter(|i| hard.left[*i] == 0).map(|i| key(i, &soft)).collect();
    let mut order = Vec::with_capacity(all.len());
    while let Some((.., i)) = ready.pop_first() {
        order.push(i);
        for j in soft.waiters(i) {
            let was_ready = ready.remove(&key(j, &soft));
            soft.left[j] -= 1;
            if was_ready {
                ready.insert(key(j, &soft));
            }
        }
        for j in hard.waiters(i) {
            hard.left[j] -= 1;
            if hard.left[j] == 0 {
                ready.insert(key(j, &soft));
            }
        }
    }
    if order.len() < all.len() {
        let stuck: BTreeSet<String> =
            (0..all.len()).filter(|i| hard.left[*i] > 0).map(|i| all[i].address.to_string()).collect();
        let names = stuck.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::blocked(format!(
            "these refer to each other, or want each other's names, in a circle that nothing can break: {names}"
        )));
    }
    let mut slots: Vec<Option<Move>> = all.into_iter().map(Some).collect();
    Ok(order.into_iter().filter_map(|i| slots[i].take()).collect())
}

/// How much sooner than in its stage a move has its turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Haste {
    /// It switches callers back.
    Switch,
    /// What switches callers back waits for it, or it is what comes of that.
    Needed,
    /// No sooner.
    None,
}

/// Returns which are in `open`, or waited for by what is, as one of `waits` tells.
fn needed(waits: [&Waits; 2], mut open: Vec<usize>) -> Vec<bool> {
    let mut on: Vec<Vec<usize>> = vec![Vec::new(); waits[0].by.len()];
    for by in waits.iter().map(|w| &w.by) {
        for (waited_for, all) in by.iter().enumerate() {
            all.iter().for_each(|who| on[*who].push(waited_for));
        }
    }
    let mut picked = vec![false; on.len()];
    while let Some(i) = open.pop() {
        if !std::mem::replace(&mut picked[i], true) {
            open.extend(&on[i]);
        }
    }
    picked
}

/// The member that is the name, of whatever can be renamed.
const NAME: &str = "Name";

fn named(document: Option<&Document>) -> Option<String> {
    document?.portable.get(NAME)?.as_str().map(String::from)
}

/// Who waits for whom, by number.
struct Waits {
    /// For how many each still waits.
    left: Vec<usize>,
    /// Who waits for each.
    by: Vec<Vec<usize>>,
}

impl Waits {
    fn new(len: usize) -> Waits {
        Waits { left: vec![0; len], by: vec![Vec::new(); len] }
    }

    /// Lets `who` wait for `all`, each counted once. Called once for each `who`.
    fn wait(&mut self, who: usize, all: impl Iterator<Item = usize>) {
        for on in all.collect::<BTreeSet<_>>() {
            self.left[who] += 1;
            self.by[on].push(who);
        }
    }

    /// Returns who waits for `on`, and forgets them: it has had its turn.
    fn waiters(&mut self, on: usize) -> Vec<usize> {
        std::mem::take(&mut self.by[on])
    }
}

fn arrange_removals(tasks: Vec<Task<'_>>, driver: &dyn Driver) -> Result<Vec<Move>> {
    let refers: BTreeMap<&Address, BTreeSet<Address>> = tasks
        .iter()
        .filter_map(|t| t.wish.from.as_ref().map(|from| (&t.wish.address, from)))
        .map(|(address, from)| {
            let mut all = concerns(driver, address, &Value::Object(from.portable.clone()));
            all.extend(concerns(driver, address, &Value::Object(from.local.clone())));
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
        let change = Change {
            address,
            uid: &task.wish.uid,
            from: task.wish.from.as_ref(),
            to: None,
            way: RunKind::Deploy,
        };
        if in_circle.contains(address)
            && let Some(from) = &task.wish.from
        {
            let empty = driver.empty(&change)?;
            let goes = |name: &String| empty.iter().any(|e| e.facet.contains(name));
            for m in moves.iter_mut().filter(|m| m.facet.iter().any(goes)) {
                m.facet.retain(|f| !goes(f));
                m.before = Some(facet_digest(from, &m.facet));
            }
            still.clear();
            for part in [&from.portable, &from.local] {
                let rest = part.iter().filter(|(name, _)| !goes(name));
                let rest = rest.map(|(name, value)| (name.clone(), value.clone())).collect();
                still.extend(concerns(driver, address, &Value::Object(rest)));
            }
            emptied.extend(empty);
        }
        open.insert(address.clone(), (moves, still));
    }
    emptied.sort_by(|a, b| a.address.cmp(&b.address));
    let mut moves = emptied;
    let (addresses, mut rest): (Vec<Address>, Vec<_>) = open.into_iter().unzip();
    let number: BTreeMap<&Address, usize> = addresses.iter().enumerate().map(|(i, a)| (a, i)).collect();
    let refers = rest.iter().enumerate().map(|(i, (_, refers))| {
        refers.iter().filter_map(|a| number.get(a).copied()).filter(|to| *to != i).collect()
    });
    let mut leaving = Leaving::new(refers.collect());
    while let Some(next) = leaving.first_to_go() {
        moves.append(&mut rest[next].0);
    }
    Ok(moves)
}

/// What is still to go, by number, and who of it refers to whom.
struct Leaving {
    refers: Vec<Vec<usize>>,
    gone: Vec<bool>,
    /// How many refer to each.
    referrers: Vec<usize>,
    /// What nothing refers to.
    free: BTreeSet<usize>,
    /// The group of each: those that refer to each other in circles, or it alone.
    group: Vec<usize>,
    members: Vec<Vec<usize>>,
    /// How many references lead into each group from outside it.
    entries: Vec<usize>,
    /// The members of groups that nothing outside them refers to.
    outer: BTreeSet<usize>,
}

impl Leaving {
    fn new(refers: Vec<Vec<usize>>) -> Leaving {
        let mut referrers = vec![0; refers.len()];
        refers.iter().flatten().for_each(|to| referrers[*to] += 1);
        let free = (0..refers.len()).filter(|i| referrers[*i] == 0).collect();
        let (gone, group) = (vec![false; refers.len()], vec![usize::MAX; refers.len()]);
        let (members, entries, outer) = Default::default();
        let mut leaving = Leaving { refers, gone, referrers, free, group, members, entries, outer };
        leaving.regroup(&(0..leaving.refers.len()).collect::<Vec<_>>());
        leaving
    }

    /// Finds the groups among `all`, which nothing else refers to.
    fn regroup(&mut self, all: &[usize]) {
        let mut graph = DiGraph::<usize, ()>::new();
        let nodes: BTreeMap<usize, NodeIndex> = all.iter().map(|i| (*i, graph.add_node(*i))).collect();
        let inner = |refers: &[Vec<usize>], from: usize| -> Vec<usize> {
            refers[from].iter().copied().filter(|to| nodes.contains_key(to)).collect()
        };
        for from in all {
            for to in inner(&self.refers, *from) {
                graph.add_edge(nodes[from], nodes[&to], ());
            }
        }
        let begin = self.members.len();
        for group in kosaraju_scc(&graph) {
            let members: Vec<usize> = group.into_iter().map(|n| graph[n]).collect();
            members.iter().for_each(|i| self.group[*i] = self.members.len());
            self.members.push(members);
            self.entries.push(0);
        }
        for from in all {
            for to in inner(&self.refers, *from) {
                if self.group[*from] != self.group[to] {
                    self.entries[self.group[to]] += 1;
                }
            }
        }
        let open = (begin..self.members.len()).filter(|g| self.entries[*g] == 0);
        self.outer.extend(open.flat_map(|g| &self.members[g]));
    }

    /// Takes out what nothing else refers to. Where all go round in circles, a member of one that nothing outside it
    /// refers to.
    fn first_to_go(&mut self) -> Option<usize> {
        let next = *self.free.first().or(self.outer.first())?;
        self.free.remove(&next);
        let mut others = std::mem::take(&mut self.members[self.group[next]]);
        others.iter().for_each(|i| _ = self.outer.remove(i));
        others.retain(|i| *i != next);
        self.gone[next] = true;
        for to in std::mem::take(&mut self.refers[next]) {
            // The first of a circle to go is still referred to.
            if self.gone[to] {
                continue;
            }
            self.referrers[to] -= 1;
            if self.referrers[to] == 0 {
                self.free.insert(to);
            }
            if self.group[to] != self.group[next] {
                self.entries[self.group[to]] -= 1;
                if self.entries[self.group[to]] == 0 {
                    self.outer.extend(&self.members[self.group[to]]);
                }
            }
        }
        if !others.is_empty() {
            self.regroup(&others);
        }
        Some(next)
    }
}
