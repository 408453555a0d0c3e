//! Mutants: bytes and JSON changed at random, the same for the same seed.

use serde_json::{Map, Value, json};

/// Makes mutants.
pub struct Mutator(u64);

/// Numbers at which readers of sizes, offsets and counts break.
const EXTREMES: [u64; 12] = [
    0,
    1,
    0x7f,
    0xff,
    0x7fff,
    0xffff,
    0x7fff_ffff,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX as u64,
    u64::MAX - 1,
    u64::MAX,
];

/// Texts that stand for something in JSON that [`Value`] cannot hold.
const RAW: [(&str, &str); 6] = [
    ("\u{1}huge", "1e999"),
    ("\u{1}long", "123456789012345678901234567890123456789012345678901234567890"),
    ("\u{1}tiny", "-0.0e-999"),
    ("\u{1}surrogate", "\"\\ud800\""),
    ("\u{1}nan", "NaN"),
    ("\u{1}control", "\"\u{7}\""),
];

impl Mutator {
    /// Returns the one that always makes the same of `seed`.
    pub fn new(seed: u64) -> Mutator {
        Mutator(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Returns the next number. Source: SplitMix64, Steele, Lea and Flood, "Fast splittable pseudorandom number
    /// generators", 2014.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number below `end`, or 0.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % (end.max(1) as u64)) as usize
    }

    /// Returns `bytes` with one to four changes; a splice takes from `other`.
    pub fn bytes(&mut self, bytes: &[u8], other: &[u8]) -> Vec<u8> {
        let mut out = bytes.to_vec();
        for _ in 0..1 + self.below(4) {
            self.change(&mut out, other);
        }
        out
    }

    fn change(&mut self, out: &mut Vec<u8>, other: &[u8]) {
        let (at, length) = (self.below(out.len()), 1 + self.below(64));
        let to = (at + length).min(out.len());
        match self.below(10) {
            0 | 1 if !out.is_empty() => out[at] ^= 1 << self.below(8),
            2 if !out.is_empty() => out[at] = self.next() as u8,
            3 => {
                let junk: Vec<u8> = (0..length).map(|_| self.next() as u8).collect();
                drop(out.splice(at..at, junk));
            }
            4 => drop(out.drain(at..to)),
            5 => out.truncate(at),
            6 => {
                // Two blocks change places.
                let block: Vec<u8> = out.drain(at..to).collect();
                let into = self.below(out.len() + 1);
                drop(out.splice(into..into, block));
            }
            7 => {
                let (from, into) = (self.below(other.len()), self.below(out.len() + 1));
                out.truncate(into);
                out.extend(&other[from..]);
            }
            8 => {
                let extreme = EXTREMES[self.below(EXTREMES.len())].to_le_bytes();
                let width = [1, 2, 4, 8][self.below(4)];
                for (place, byte) in out[at..].iter_mut().zip(&extreme[..width]) {
                    *place = *byte;
                }
            }
            _ => out[at..to].fill(0),
        }
    }

    /// Returns `value` as JSON with one to three changes that JSON allows, or nearly; a transplant is from `other`.
    pub fn json(&mut self, value: &Value, other: &Value) -> Vec<u8> {
        raw(serde_json::to_string(&self.value(value, other)).unwrap()).into_bytes()
    }

    /// Returns `value` likewise, still with marks where [`raw`] puts what a value cannot hold.
    pub fn value(&mut self, value: &Value, other: &Value) -> Value {
        let mut value = value.clone();
        for _ in 0..1 + self.below(3) {
            let nodes = count(&value);
            let at = self.below(nodes);
            let donor = pick(other, self.below(count(other))).clone();
            let node = nth(&mut value, &mut { at }).expect("it was counted");
            self.change_value(node, donor);
        }
        value
    }

    fn change_value(&mut self, node: &mut Value, donor: Value) {
        match (self.below(12), &mut *node) {
            (0, _) => {
                let wrong =
                    [json!(null), json!(true), json!(-1), json!("x"), json!([]), json!({}), json!(0.5)];
                *node = wrong[self.below(wrong.len())].clone();
            }
            (1, _) => match self.below(RAW.len() + 1) {
                0 => *node = json!("\u{1}deep"),
                n => *node = json!(RAW[n - 1].0),
            },
            (2, _) => {
                let depth = [100, 126, 127, 128, 200][self.below(5)];
                *node = (0..depth).fold(node.take(), |inner, _| json!([inner]));
            }
            (3, _) => *node = json!(EXTREMES[self.below(EXTREMES.len())]),
            (4, Value::Object(members)) => drop(members.insert("unknown".into(), donor)),
            (5, Value::Object(members)) => {
                let key = members.keys().nth(self.below(members.len())).cloned();
                if let Some(key) = key {
                    members.insert(format!("\u{2}{key}"), donor);
                }
            }
            (6, Value::Object(members)) => {
                let key = members.keys().nth(self.below(members.len())).cloned();
                members.retain(|k, _| Some(k) != key.as_ref());
            }
            (6 | 7, Value::Array(items)) => {
                let at = self.below(items.len());
                match items.is_empty() {
                    true => items.push(donor),
                    false if self.below(2) == 0 => drop(items.remove(at)),
                    false => items.push(items[at].clone()),
                }
            }
            (8, Value::String(text)) => {
                let mut bytes = text.clone().into_bytes();
                self.change(&mut bytes, b"../@{id:x}%2e\0\x7f");
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
            (9, Value::String(text)) => *text = text.to_uppercase(),
            (10, Value::String(text)) => *text = text.repeat(1 + self.below(300)),
            _ => *node = donor,
        }
    }
}

/// Returns `text`, whose marks become what they stand for.
pub fn raw(mut text: String) -> String {
    for (mark, raw) in RAW {
        text = text.replace(&serde_json::to_string(mark).unwrap(), raw);
    }
    // A member that was marked becomes one that is there already.
    let text = text.replace("\"\\u0002", "\"");
    // No value as deep could be made, nor dropped, with the stack that a test has.
    text.replace("\"\\u0001deep\"", &format!("{}{}", "[".repeat(20_000), "]".repeat(20_000)))
}

/// Returns how many values there are in `value`, itself among them.
fn count(value: &Value) -> usize {
    1 + children(value).map(count).sum::<usize>()
}

fn children(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Object(members) => Box::new(members.values()),
        Value::Array(items) => Box::new(items.iter()),
        _ => Box::new(std::iter::empty()),
    }
}

fn pick(value: &Value, at: usize) -> &Value {
    fn find<'v>(value: &'v Value, left: &mut usize) -> Option<&'v Value> {
        if *left == 0 {
            return Some(value);
        }
        *left -= 1;
        children(value).find_map(|child| find(child, left))
    }
    find(value, &mut { at }).unwrap_or(value)
}

fn nth<'v>(value: &'v mut Value, left: &mut usize) -> Option<&'v mut Value> {
    if *left == 0 {
        return Some(value);
    }
    *left -= 1;
    let members: &mut Map<String, Value> = match value {
        Value::Object(members) => members,
        Value::Array(items) => return items.iter_mut().find_map(|child| nth(child, left)),
        _ => return None,
    };
    members.values_mut().find_map(|child| nth(child, left))
}

#[test]
fn the_same_seed_makes_the_same_mutants_and_another_makes_others() {
    let value = json!({ "a": [1, "two", { "b": null }], "c": "text" });
    let made = |seed: u64| -> Vec<Vec<u8>> {
        let mut mutator = Mutator::new(seed);
        let json = |m: &mut Mutator| m.json(&value, &value);
        (0..50).flat_map(|_| [mutator.bytes(b"some bytes", b"others"), json(&mut mutator)]).collect()
    };
    assert_eq!(made(7), made(7));
    assert_ne!(made(7), made(8));
    let all: Vec<String> = (0..40).flat_map(made).map(|m| String::from_utf8_lossy(&m).into_owned()).collect();
    for sort in ["1e999", "NaN", "[[[[", "unknown", "18446744073709551615"] {
        assert!(all.iter().any(|m| m.contains(sort)), "no mutant has {sort}");
    }
    assert!(all.iter().any(|m| m.matches("\"c\":").count() == 2), "no mutant has a member twice");
}
