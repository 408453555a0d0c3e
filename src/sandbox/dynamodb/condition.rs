//! Condition and filter expressions ("Condition and filter expressions, operators, and functions").

use std::cmp::Ordering;

use serde_json::Value;

use super::super::answer::Fail;
use super::expression::{Cursor, Scope};
use super::operand::{Operand, Path};
use super::{Item, invalid, value};

/// A parsed condition.
#[derive(Debug, Clone)]
pub(crate) enum Condition {
    Or(Box<Condition>, Box<Condition>),
    And(Box<Condition>, Box<Condition>),
    Not(Box<Condition>),
    Compare(Operand, &'static str, Operand),
    Between(Operand, Operand, Operand),
    In(Operand, Vec<Operand>),
    Exists(Path),
    NotExists(Path),
    IsType(Path, Operand),
    BeginsWith(Operand, Operand),
    Contains(Operand, Operand),
}

impl Condition {
    /// Parses a whole expression.
    pub(crate) fn parse(text: &str, scope: &Scope) -> Result<Condition, Fail> {
        let mut cursor = Cursor::new(text, scope)?;
        let condition = or(&mut cursor)?;
        if cursor.at_end() { Ok(condition) } else { Err(cursor.wrong()) }
    }

    /// Whether an item meets it.
    pub(crate) fn holds(&self, item: &Item) -> bool {
        match self {
            Condition::Or(a, b) => a.holds(item) || b.holds(item),
            Condition::And(a, b) => a.holds(item) && b.holds(item),
            Condition::Not(a) => !a.holds(item),
            Condition::Exists(path) => path.get(item).is_some(),
            Condition::NotExists(path) => path.get(item).is_none(),
            Condition::IsType(path, wanted) => {
                let wanted = wanted.get(item);
                let wanted = wanted.as_ref().and_then(|wanted| wanted.get("S")).and_then(Value::as_str);
                path.get(item).and_then(value::parts).is_some_and(|(word, _)| Some(word) == wanted)
            }
            Condition::Compare(a, sign, b) => {
                let (Some(a), Some(b)) = (a.get(item), b.get(item)) else {
                    // A missing attribute is unequal to everything.
                    return *sign == "<>";
                };
                let order = value::compare(&a, &b);
                match *sign {
                    "=" => value::equal(&a, &b),
                    "<>" => !value::equal(&a, &b),
                    "<" => order == Some(Ordering::Less),
                    "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                    ">" => order == Some(Ordering::Greater),
                    _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
                }
            }
            Condition::Between(a, low, high) => match (a.get(item), low.get(item), high.get(item)) {
                (Some(a), Some(low), Some(high)) => {
                    matches!(value::compare(&a, &low), Some(Ordering::Greater | Ordering::Equal))
                        && matches!(value::compare(&a, &high), Some(Ordering::Less | Ordering::Equal))
                }
                _ => false,
            },
            Condition::In(a, list) => a
                .get(item)
                .is_some_and(|a| list.iter().any(|b| b.get(item).is_some_and(|b| value::equal(&a, &b)))),
            Condition::BeginsWith(a, b) => match (a.get(item), b.get(item)) {
                (Some(a), Some(b)) => {
                    let text = |value: &Value| value.get("S").and_then(Value::as_str).map(str::to_owned);
                    matches!((text(&a), text(&b)), (Some(a), Some(b)) if a.starts_with(&b))
                }
                _ => false,
            },
            Condition::Contains(a, b) => match (a.get(item), b.get(item)) {
                (Some(a), Some(b)) => contains(&a, &b),
                _ => false,
            },
        }
    }

    /// The attributes at the top of its paths.
    pub(crate) fn attributes(&self, out: &mut Vec<String>) {
        let mut operand = |operand: &Operand| match operand {
            Operand::Path(path) | Operand::Size(path) => out.push(path.first.clone()),
            Operand::Value(_) => {}
        };
        match self {
            Condition::Or(a, b) | Condition::And(a, b) => {
                a.attributes(out);
                b.attributes(out);
            }
            Condition::Not(a) => a.attributes(out),
            Condition::Compare(a, _, b) | Condition::BeginsWith(a, b) | Condition::Contains(a, b) => {
                operand(a);
                operand(b);
            }
            Condition::Between(a, ..) | Condition::In(a, _) => operand(a),
            Condition::Exists(path) | Condition::NotExists(path) | Condition::IsType(path, _) => {
                out.push(path.first.clone());
            }
        }
    }
}

fn contains(a: &Value, b: &Value) -> bool {
    match (value::parts(a), value::parts(b)) {
        (Some(("S", Value::String(a))), Some(("S", Value::String(b)))) => a.contains(b.as_str()),
        (Some(("L", Value::Array(items))), Some(_)) => items.iter().any(|item| value::equal(item, b)),
        (Some(("SS" | "NS" | "BS", Value::Array(items))), Some((_, b))) => items.contains(b),
        _ => false,
    }
}

fn or(cursor: &mut Cursor<'_>) -> Result<Condition, Fail> {
    let mut left = and(cursor)?;
    while cursor.keyword("OR") {
        left = Condition::Or(Box::new(left), Box::new(and(cursor)?));
    }
    Ok(left)
}

fn and(cursor: &mut Cursor<'_>) -> Result<Condition, Fail> {
    let mut left = not(cursor)?;
    while cursor.keyword("AND") {
        left = Condition::And(Box::new(left), Box::new(not(cursor)?));
    }
    Ok(left)
}

fn not(cursor: &mut Cursor<'_>) -> Result<Condition, Fail> {
    if cursor.keyword("NOT") {
        return Ok(Condition::Not(Box::new(not(cursor)?)));
    }
    if cursor.sign("(") {
        let inner = or(cursor)?;
        cursor.expect(")")?;
        return Ok(inner);
    }
    test(cursor)
}

const FUNCTIONS: [&str; 5] =
    ["attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains"];

fn test(cursor: &mut Cursor<'_>) -> Result<Condition, Fail> {
    if let Some(function) = cursor.function(&FUNCTIONS) {
        let condition = match function {
            "attribute_exists" => Condition::Exists(cursor.path()?),
            "attribute_not_exists" => Condition::NotExists(cursor.path()?),
            "attribute_type" => {
                let path = cursor.path()?;
                cursor.expect(",")?;
                Condition::IsType(path, Operand::read(cursor)?)
            }
            two => {
                let a = Operand::read(cursor)?;
                cursor.expect(",")?;
                let b = Operand::read(cursor)?;
                if two == "contains" { Condition::Contains(a, b) } else { Condition::BeginsWith(a, b) }
            }
        };
        cursor.expect(")")?;
        return Ok(condition);
    }
    let a = Operand::read(cursor)?;
    if cursor.keyword("BETWEEN") {
        let low = Operand::read(cursor)?;
        if !cursor.keyword("AND") {
            return Err(cursor.wrong());
        }
        return Ok(Condition::Between(a, low, Operand::read(cursor)?));
    }
    if cursor.keyword("IN") {
        cursor.expect("(")?;
        let mut list = vec![Operand::read(cursor)?];
        while cursor.sign(",") {
            list.push(Operand::read(cursor)?);
        }
        cursor.expect(")")?;
        return Ok(Condition::In(a, list));
    }
    for sign in ["=", "<>", "<=", ">=", "<", ">"] {
        if cursor.sign(sign) {
            let b = Operand::read(cursor)?;
            if let (Operand::Path(a), Operand::Path(b)) = (&a, &b)
                && a == b
            {
                return Err(invalid(
                    "Invalid expression: The first operand must be distinct from the remaining operands",
                ));
            }
            return Ok(Condition::Compare(a, sign, b));
        }
    }
    Err(cursor.wrong())
}
