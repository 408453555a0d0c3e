//! Update expressions: SET, REMOVE, ADD ("Update expressions"). DELETE (from sets) is not here.

use serde_json::Value;

use super::super::answer::Fail;
use super::expression::{Cursor, Scope};
use super::operand::Path;
use super::{Item, invalid, value};

/// One change.
enum Change {
    Set(Path, Sum),
    Remove(Path),
    Add(Path, Value),
}

/// The right side of a SET.
struct Sum {
    first: Term,
    /// Whether it is a difference, and the other term.
    second: Option<(bool, Term)>,
}

enum Term {
    Value(Value),
    Path(Path),
    IfNotExists(Path, Box<Term>),
    ListAppend(Box<Term>, Box<Term>),
}

/// A parsed update.
pub(crate) struct Update(Vec<Change>);

impl Update {
    /// Parses a whole expression.
    pub(crate) fn parse(text: &str, scope: &Scope) -> Result<Update, Fail> {
        let mut cursor = Cursor::new(text, scope)?;
        let mut changes = Vec::new();
        let mut seen = Vec::new();
        while !cursor.at_end() {
            let clause = ["SET", "REMOVE", "ADD"].into_iter().find(|word| cursor.keyword(word));
            let Some(clause) = clause else {
                if cursor.keyword("DELETE") {
                    return Err(Fail::not_implemented("DELETE in DynamoDB update expressions"));
                }
                return Err(cursor.wrong());
            };
            if seen.contains(&clause) {
                return Err(invalid(format!(
                    "Invalid UpdateExpression: The \"{clause}\" section can only be used once in an update expression;"
                )));
            }
            seen.push(clause);
            loop {
                let path = cursor.path()?;
                changes.push(match clause {
                    "SET" => {
                        cursor.expect("=")?;
                        Change::Set(path, sum(&mut cursor)?)
                    }
                    "REMOVE" => Change::Remove(path),
                    _ => Change::Add(path, cursor.value()?.ok_or_else(|| cursor.wrong())?),
                });
                if !cursor.sign(",") {
                    break;
                }
            }
        }
        let update = Update(changes);
        let paths = update.paths();
        for (n, path) in paths.iter().enumerate() {
            if paths[..n].contains(path) {
                return Err(invalid(
                    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths",
                ));
            }
        }
        Ok(update)
    }

    /// The paths that it writes.
    pub(crate) fn paths(&self) -> Vec<&Path> {
        self.0
            .iter()
            .map(|change| match change {
                Change::Set(path, _) | Change::Remove(path) | Change::Add(path, _) => path,
            })
            .collect()
    }

    /// The item after it: every right side sees the item as it was before.
    pub(crate) fn apply(&self, before: &Item) -> Result<Item, Fail> {
        let mut item = before.clone();
        for change in &self.0 {
            match change {
                Change::Set(path, sum) => {
                    let first = sum.first.get(before)?;
                    let new = match &sum.second {
                        None => first,
                        Some((minus, second)) => value::add(&first, &second.get(before)?, *minus)?,
                    };
                    path.set(&mut item, new)?;
                }
                Change::Remove(path) => path.remove(&mut item),
                Change::Add(path, by) => {
                    let new = match path.get(before) {
                        None if value::parts(by).is_some_and(|(word, _)| word == "N") => by.clone(),
                        Some(old) => value::add(old, by, false)?,
                        None => return Err(Fail::not_implemented("ADD to DynamoDB sets")),
                    };
                    path.set(&mut item, new)?;
                }
            }
        }
        Ok(item)
    }
}

fn sum(cursor: &mut Cursor<'_>) -> Result<Sum, Fail> {
    let first = term(cursor)?;
    let second = if cursor.sign("+") {
        Some((false, term(cursor)?))
    } else if cursor.sign("-") {
        Some((true, term(cursor)?))
    } else {
        None
    };
    Ok(Sum { first, second })
}

fn term(cursor: &mut Cursor<'_>) -> Result<Term, Fail> {
    if let Some(value) = cursor.value()? {
        return Ok(Term::Value(value));
    }
    if let Some(function) = cursor.function(&["if_not_exists", "list_append"]) {
        let out = if function == "if_not_exists" {
            let path = cursor.path()?;
            cursor.expect(",")?;
            Term::IfNotExists(path, Box::new(term(cursor)?))
        } else {
            let first = term(cursor)?;
            cursor.expect(",")?;
            Term::ListAppend(Box::new(first), Box::new(term(cursor)?))
        };
        cursor.expect(")")?;
        return Ok(out);
    }
    Ok(Term::Path(cursor.path()?))
}

impl Term {
    fn get(&self, item: &Item) -> Result<Value, Fail> {
        match self {
            Term::Value(value) => Ok(value.clone()),
            Term::Path(path) => path.get(item).cloned().ok_or_else(|| {
                invalid("The provided expression refers to an attribute that does not exist in the item")
            }),
            Term::IfNotExists(path, other) => path.get(item).cloned().map_or_else(|| other.get(item), Ok),
            Term::ListAppend(a, b) => {
                let list = |value: Value| match value {
                    Value::Object(mut map) => match map.remove("L") {
                        Some(Value::Array(items)) => Ok(items),
                        _ => Err(invalid("An operand in the update expression has an incorrect data type")),
                    },
                    _ => Err(invalid("An operand in the update expression has an incorrect data type")),
                };
                let mut items = list(a.get(item)?)?;
                items.extend(list(b.get(item)?)?);
                Ok(serde_json::json!({"L": items}))
            }
        }
    }
}
