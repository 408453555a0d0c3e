//! Paths and operands of expressions.

use serde_json::{Value, json};

use super::super::answer::Fail;
use super::expression::Cursor;
use super::{Item, invalid, value};

/// One step into a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Member(String),
    Index(usize),
}

/// A document path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) first: String,
    pub(crate) rest: Vec<Step>,
}

impl Path {
    /// The value at the path.
    pub(crate) fn get<'a>(&self, item: &'a Item) -> Option<&'a Value> {
        let mut at = item.get(&self.first)?;
        for step in &self.rest {
            at = match (step, value::parts(at)?) {
                (Step::Member(name), ("M", map)) => map.get(name)?,
                (Step::Index(index), ("L", list)) => list.get(*index)?,
                _ => return None,
            };
        }
        Some(at)
    }

    /// Puts a value at the path; the document must reach as far as its last step.
    pub(crate) fn set(&self, item: &mut Item, new: Value) -> Result<(), Fail> {
        let bad = || invalid("The document path provided in the update expression is invalid for update");
        let Some((last, before)) = self.rest.split_last() else {
            item.insert(self.first.clone(), new);
            return Ok(());
        };
        let mut at = item.get_mut(&self.first).ok_or_else(bad)?;
        for step in before {
            at = step_mut(at, step).ok_or_else(bad)?;
        }
        match last {
            Step::Member(name) => {
                at.get_mut("M").and_then(Value::as_object_mut).ok_or_else(bad)?.insert(name.clone(), new);
            }
            Step::Index(index) => {
                let list = at.get_mut("L").and_then(Value::as_array_mut).ok_or_else(bad)?;
                match list.get_mut(*index) {
                    Some(place) => *place = new,
                    None => list.push(new),
                }
            }
        }
        Ok(())
    }

    /// Takes the value at the path away, if it is there.
    pub(crate) fn remove(&self, item: &mut Item) {
        let Some((last, before)) = self.rest.split_last() else {
            item.remove(&self.first);
            return;
        };
        let Some(mut at) = item.get_mut(&self.first) else { return };
        for step in before {
            let Some(next) = step_mut(at, step) else { return };
            at = next;
        }
        match last {
            Step::Member(name) => {
                if let Some(map) = at.get_mut("M").and_then(Value::as_object_mut) {
                    map.remove(name);
                }
            }
            Step::Index(index) => {
                if let Some(list) = at.get_mut("L").and_then(Value::as_array_mut)
                    && *index < list.len()
                {
                    list.remove(*index);
                }
            }
        }
    }
}

fn step_mut<'a>(at: &'a mut Value, step: &Step) -> Option<&'a mut Value> {
    match step {
        Step::Member(name) => at.get_mut("M")?.get_mut(name),
        Step::Index(index) => at.get_mut("L")?.get_mut(*index),
    }
}

/// Something that has a value.
#[derive(Debug, Clone)]
pub(crate) enum Operand {
    Value(Value),
    Path(Path),
    Size(Path),
}

impl Operand {
    /// Reads one.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Operand, Fail> {
        if let Some(value) = cursor.value()? {
            return Ok(Operand::Value(value));
        }
        if cursor.function(&["size"]).is_some() {
            let path = cursor.path()?;
            cursor.expect(")")?;
            return Ok(Operand::Size(path));
        }
        Ok(Operand::Path(cursor.path()?))
    }

    /// Its value for an item.
    pub(crate) fn get(&self, item: &Item) -> Option<Value> {
        match self {
            Operand::Value(value) => Some(value.clone()),
            Operand::Path(path) => path.get(item).cloned(),
            Operand::Size(path) => {
                let size = match value::parts(path.get(item)?)? {
                    ("S", Value::String(text)) => text.len(),
                    ("B", Value::String(text)) => super::super::base64::decode(text)?.len(),
                    (_, Value::Array(items)) => items.len(),
                    (_, Value::Object(members)) => members.len(),
                    _ => return None,
                };
                Some(json!({"N": size.to_string()}))
            }
        }
    }
}
