//! Globs of addresses: whether two have an address in common.

use std::collections::BTreeSet;

/// A piece of a glob.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    /// Any bytes, or none.
    Many,
    /// One byte, whichever.
    One,
    /// This byte.
    Byte(u8),
}

/// Returns what `glob` is made of. From the first `[` or `{` on it stands for anything, so that what is said of it holds
/// for what it really matches.
fn tokens(glob: &str) -> Vec<Token> {
    let known = glob.find(['[', '{']).map_or(glob, |at| &glob[..at]);
    let mut tokens = Vec::new();
    let mut bytes = known.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'*' if bytes.peek() == Some(&b'*') => {
                // `**` may take the slashes beside it with it.
                while bytes.next_if_eq(&b'*').is_some() {}
                bytes.next_if_eq(&b'/');
                if tokens.last() == Some(&Token::Byte(b'/')) {
                    tokens.pop();
                }
                tokens.push(Token::Many);
            }
            b'*' => tokens.push(Token::Many),
            b'?' => tokens.push(Token::One),
            byte => tokens.push(Token::Byte(byte)),
        }
    }
    if known.len() < glob.len() {
        tokens.push(Token::Many);
    }
    tokens
}

/// Returns whether some text is matched by both globs. Exact for `*` and `?`, which also match `/`; other syntax counts
/// as matching anything.
pub fn meet(a: &str, b: &str) -> bool {
    search(a, b, None)
}

/// Returns whether some text that does not begin with `prefix` is matched by both globs, as [`meet`] does.
pub fn meet_outside(a: &str, b: &str, prefix: &str) -> bool {
    search(a, b, Some(prefix))
}

/// Walks through both globs at once, and through the prefix as far as the text begins with it.
fn search(a: &str, b: &str, prefix: Option<&str>) -> bool {
    let (a, b) = (tokens(a), tokens(b));
    let prefix = prefix.map(str::as_bytes);
    // How much of the prefix the text begins with; `None` once it is sure to begin otherwise.
    let mut next = vec![(0, 0, prefix.map(|_| 0_usize))];
    let mut seen = BTreeSet::new();
    while let Some(state) = next.pop() {
        if !seen.insert(state) {
            continue;
        }
        let (i, j, begun) = state;
        if i == a.len() && j == b.len() && begun.is_none() {
            return true;
        }
        if a.get(i) == Some(&Token::Many) {
            next.push((i + 1, j, begun));
        }
        if b.get(j) == Some(&Token::Many) {
            next.push((i, j + 1, begun));
        }
        let (Some(x), Some(y)) = (a.get(i), b.get(j)) else { continue };
        let byte = match (x, y) {
            (Token::Byte(x), Token::Byte(y)) if x != y => continue,
            (Token::Byte(byte), _) | (_, Token::Byte(byte)) => Some(*byte),
            _ => None,
        };
        let after = |at: usize, token: &Token| if *token == Token::Many { at } else { at + 1 };
        let (i, j) = (after(i, x), after(j, y));
        match (begun, prefix) {
            (Some(at), Some(prefix)) if at < prefix.len() => {
                if byte.is_none_or(|byte| byte == prefix[at]) {
                    next.push((i, j, Some(at + 1)));
                }
                if byte != Some(prefix[at]) {
                    next.push((i, j, None));
                }
            }
            (begun, _) => next.push((i, j, begun)),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::address::Address;
    use crate::core::select::Selection;
    use proptest::prelude::*;

    #[test]
    fn globs_meet_where_an_address_fits_both() {
        for (a, b) in [
            ("connect/*", "connect/flow/Main IVR"),
            ("connect/*", "*/queue/*"),
            ("lambda/function/acme-*", "lambda/function/*-prod"),
            ("lambda/function/a?c*", "lambda/function/*bcd"),
            ("*", "ecs/service/x"),
            ("connect/**", "connect/flow/x"),
            ("**/flow/x", "connect/flow/x"),
            ("connect/{flow,queue}/x", "connect/flow/x"),
            ("connect/[fq]*/x", "connect/*"),
        ] {
            assert!(meet(a, b) && meet(b, a), "{a} {b}");
        }
        for (a, b) in [
            ("connect/*", "lambda/function/x"),
            ("lambda/function/acme-*", "lambda/function/beta-*"),
            ("lambda/function/a?", "lambda/function/abc"),
            ("ecs/service/stage-*", "ecs/service/prod-*"),
            ("connect/{flow,queue}/x", "lambda/*"),
        ] {
            assert!(!meet(a, b) && !meet(b, a), "{a} {b}");
        }
    }

    #[test]
    fn what_is_within_a_prefix_can_be_left_out() {
        assert!(!meet_outside("connect/*", "connect/flow/*", "connect/"));
        assert!(!meet_outside("connect/*", "*", "connect/"));
        assert!(!meet_outside("con*", "connect/f*", "connect/"));
        assert!(meet_outside("*", "*", "connect/"));
        assert!(meet_outside("*/f*", "lambda/*", "connect/"));
        assert!(meet_outside("con*/x", "*tact/*", "connect/"));
        assert!(!meet_outside("lambda/a", "lambda/b", "connect/"));
    }

    proptest! {
        /// Against the globs that select: what both pick is seen, over a small alphabet in all the texts of a length.
        #[test]
        fn it_agrees_with_what_globs_pick(a in "[ab*?]{0,5}", b in "[ab*?]{0,5}") {
            let picks = |glob: &str, name: &str| {
                let selection = Selection::new(&[format!("s/n/{glob}")]).unwrap();
                selection.picks(&Address::new("s/n", name))
            };
            let names = (0..7_u32).flat_map(|length| (0..2_u32.pow(length)).map(move |bits| {
                (0..length).map(|i| if bits >> i & 1 == 1 { 'b' } else { 'a' }).collect::<String>()
            }));
            // Seven bytes suffice for a text that both match, unless both have more than that to say.
            let mut names = names.chain(["aaaaaaaaaa".into()]);
            let both = names.any(|name| picks(&a, &name) && picks(&b, &name));
            let met = meet(&format!("s/n/{a}"), &format!("s/n/{b}"));
            prop_assert!(met || !both, "{} {}", a, b);
            let longest = a.len() + b.len();
            prop_assert!(!met || both || longest > 6, "{} {}", a, b);
        }
    }
}
