//! A vandal: changes what lies in a ledger, by chance and by a seed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::state::{State, digest};

/// What a vandal does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Act {
    /// Edits any member of an entry.
    Edit,
    /// Takes an entry out.
    Delete,
    /// Puts an entry in, a copy of another.
    Insert,
    /// Swaps two entries.
    Swap,
    /// Cuts the end off.
    Cut,
    /// Cuts the end off, and lets the head say so.
    CutWithHead,
    /// Adds an entry that follows the newest, and lets the head say so.
    Add,
    /// Edits an entry, and writes all that follow and the head anew.
    EditAndRewrite,
    /// Takes an entry out, and writes all that follow and the head anew.
    DeleteAndRewrite,
    /// Puts an entry in, and writes all that follow and the head anew.
    InsertAndRewrite,
    /// Edits the head.
    EditHead,
    /// Edits any member of a row of a journal.
    EditRow,
    /// Takes a row out, puts one in, or swaps two.
    MoveRow,
    /// Edits any member of what is kept of a run.
    EditRun,
    /// Takes away what is kept of a run.
    DeleteRun,
}

pub(super) const ACTS: [Act; 15] = [
    Act::Edit,
    Act::Delete,
    Act::Insert,
    Act::Swap,
    Act::Cut,
    Act::CutWithHead,
    Act::Add,
    Act::EditAndRewrite,
    Act::DeleteAndRewrite,
    Act::InsertAndRewrite,
    Act::EditHead,
    Act::EditRow,
    Act::MoveRow,
    Act::EditRun,
    Act::DeleteRun,
];

/// Chance, always the same for one seed (xorshift64*).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Returns a number below `n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n
    }

    fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }

    fn two(&mut self, n: usize) -> (usize, usize) {
        let first = self.below(n);
        (first, (first + 1 + self.below(n - 1)) % n)
    }
}

/// Returns `state` after somebody has done `act`.
pub(super) fn tamper(state: &State, act: Act, chance: &mut Chance) -> State {
    let mut to = state.clone();
    let last = state.entries.len() as u64;
    match act {
        Act::Edit => edit(to.entries.values_mut(), chance),
        Act::Delete => drop(to.entries.remove(&(1 + chance.below(last as usize) as u64))),
        Act::Insert => {
            let (copy, at) =
                (state.entries[&(1 + chance.below(last as usize) as u64)].clone(), chance.below(2));
            // At the end, or in the middle with all that follow moved up.
            let at = if at == 0 { last + 1 } else { 1 + chance.below(last as usize) as u64 };
            to.entries = inserted(&state.entries, at, copy);
        }
        Act::Swap => swap(&mut to.entries, chance),
        Act::Cut | Act::CutWithHead => {
            let left = chance.below(last as usize) as u64;
            to.entries.retain(|seq, _| *seq <= left);
            if act == Act::CutWithHead {
                to.head = to.entries.get(&left).map(|body| (left, digest(body)));
            }
        }
        Act::Add => {
            let of_runs = |body: &&String| !body.contains("\"run\":null");
            let copy = chance.of(&state.entries.values().filter(of_runs).collect::<Vec<_>>()).to_string();
            // Of what tells of a run; anything else that is added to the end is told like what snapdeploy tells.
            to.entries.insert(last + 1, copy);
            rewrite(&mut to);
        }
        Act::EditAndRewrite => {
            edit(to.entries.values_mut(), chance);
            rewrite(&mut to);
        }
        Act::DeleteAndRewrite => {
            to.entries.remove(&(1 + chance.below(last as usize) as u64));
            to.entries = to.entries.into_values().zip(1..).map(|(body, seq)| (seq, body)).collect();
            rewrite(&mut to);
        }
        Act::InsertAndRewrite => {
            let copy = chance.of(&state.entries.values().collect::<Vec<_>>()).to_string();
            to.entries = inserted(&state.entries, 1 + chance.below(last as usize) as u64, copy);
            rewrite(&mut to);
        }
        Act::EditHead => {
            let (seq, digest) = state.head.clone().unwrap();
            to.head = match chance.below(4) {
                0 => None,
                1 => Some((seq + 1 + chance.below(5) as u64, digest)),
                2 => Some((chance.below(seq as usize) as u64, digest)),
                _ => Some((seq, altered_text(&digest, chance))),
            };
        }
        Act::EditRow => edit(to.rows.values_mut(), chance),
        Act::MoveRow => {
            let keys: Vec<(String, u32)> = state.rows.keys().cloned().collect();
            let (one, two) = chance.two(keys.len());
            match chance.below(3) {
                0 => drop(to.rows.remove(&keys[one])),
                1 => {
                    let next = keys.iter().filter(|(run, _)| *run == keys[one].0).count() as u32;
                    to.rows.insert((keys[one].0.clone(), next), state.rows[&keys[two]].clone());
                }
                _ => {
                    to.rows.insert(keys[one].clone(), state.rows[&keys[two]].clone());
                    to.rows.insert(keys[two].clone(), state.rows[&keys[one]].clone());
                }
            }
        }
        Act::EditRun => edit(to.runs.values_mut(), chance),
        Act::DeleteRun => {
            let keys: Vec<_> = state.runs.keys().cloned().collect();
            to.runs.remove(chance.of(&keys));
        }
    }
    to
}

fn inserted(entries: &BTreeMap<u64, String>, at: u64, body: String) -> BTreeMap<u64, String> {
    let moved = entries.iter().map(|(seq, body)| (seq + u64::from(*seq >= at), body.clone()));
    moved.chain([(at, body)]).collect()
}

fn swap(entries: &mut BTreeMap<u64, String>, chance: &mut Chance) {
    let keys: Vec<u64> = entries.keys().copied().collect();
    let (one, two) = chance.two(keys.len());
    let (a, b) = (entries[&keys[one]].clone(), entries[&keys[two]].clone());
    entries.insert(keys[one], b);
    entries.insert(keys[two], a);
}

/// Writes numbers, digests and the head anew, so that each entry follows the one before it.
fn rewrite(state: &mut State) {
    let mut previous = None;
    for (seq, body) in &mut state.entries {
        let mut value: Value = serde_json::from_str(body).unwrap();
        if let Some(previous) = previous.replace(String::new()) {
            (value["seq"], value["previous"]) = (json!(seq), json!(previous));
            *body = value.to_string();
        }
        previous = Some(digest(body));
    }
    state.head = state.entries.iter().next_back().map(|(seq, body)| (*seq, digest(body)));
}

/// Edits one member of one of `bodies`.
fn edit<'a>(bodies: impl Iterator<Item = &'a mut String>, chance: &mut Chance) {
    let mut bodies: Vec<&mut String> = bodies.collect();
    let at = chance.below(bodies.len());
    let body = &mut *bodies[at];
    let mut value: Value = serde_json::from_str(body).unwrap();
    let count = leaves(&mut value, &mut |_| {});
    let (chosen, mut seen) = (chance.below(count), 0);
    leaves(&mut value, &mut |leaf| {
        if seen == chosen {
            *leaf = altered(leaf, chance);
        }
        seen += 1;
    });
    let now = value.to_string();
    assert_ne!(digest(body), digest(&now), "nothing was edited");
    *body = now;
}

/// Calls `each` for every member that has none itself, and returns how many there are.
fn leaves(value: &mut Value, each: &mut dyn FnMut(&mut Value)) -> usize {
    match value {
        Value::Object(members) if !members.is_empty() => members.values_mut().map(|v| leaves(v, each)).sum(),
        Value::Array(items) if !items.is_empty() => items.iter_mut().map(|v| leaves(v, each)).sum(),
        leaf => {
            each(leaf);
            1
        }
    }
}

fn altered(leaf: &Value, chance: &mut Chance) -> Value {
    match leaf {
        Value::String(text) => altered_text(text, chance).into(),
        Value::Bool(b) => (!b).into(),
        Value::Number(n) => (n.as_u64().unwrap_or_default().wrapping_add(1 + chance.below(9) as u64)).into(),
        Value::Array(_) => json!(["connect/queue/Else"]),
        Value::Object(_) => json!({ "more": 1 }),
        Value::Null => json!("20261121t024500123-7k2m9x"),
    }
}

/// Returns `text` with one character changed to its neighbour, as a digit to another.
fn altered_text(text: &str, chance: &mut Chance) -> String {
    let mut all: Vec<char> = text.chars().collect();
    if all.is_empty() {
        return "x".into();
    }
    let at = chance.below(all.len());
    all[at] = match all[at] {
        '9' => '0',
        'f' => 'a',
        'z' => 'a',
        c => char::from_u32(c as u32 + 1).unwrap_or('x'),
    };
    all.into_iter().collect()
}
