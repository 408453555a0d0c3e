//! Expressions as tokens.

use super::super::answer::Fail;
use super::invalid;

/// One token of an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    /// A word: an attribute, a function or a keyword.
    Word(String),
    /// `#name`.
    Name(String),
    /// `:value`.
    Value(String),
    /// A whole number, in brackets.
    Number(usize),
    /// An operator or punctuation.
    Sign(&'static str),
}

const SIGNS: [&str; 14] = ["<>", "<=", ">=", "=", "<", ">", "(", ")", "[", "]", ",", ".", "+", "-"];

/// Splits an expression.
pub(crate) fn split(text: &str) -> Result<Vec<Token>, Fail> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word =
            |text: &str| text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
        let length = if first == '#' || first == ':' {
            // Names may hold hyphens nowhere; letters, digits and underscores follow the mark.
            let length = 1 + word(&rest[1..]);
            let token = rest[..length].to_owned();
            if length == 1 {
                return Err(syntax(rest));
            }
            out.push(if first == '#' { Token::Name(token) } else { Token::Value(token) });
            length
        } else if first.is_ascii_digit() {
            let length = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            out.push(Token::Number(rest[..length].parse().map_err(|_| syntax(rest))?));
            length
        } else if first.is_ascii_alphabetic() || first == '_' {
            let length = word(rest);
            out.push(Token::Word(rest[..length].to_owned()));
            length
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign)).ok_or_else(|| syntax(rest))?;
            out.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest[length..].trim_start();
    }
    Ok(out)
}

pub(crate) fn syntax(near: &str) -> Fail {
    let near: String = near.chars().take(20).collect();
    invalid(format!("Invalid expression: Syntax error; token: \"{near}\""))
}
