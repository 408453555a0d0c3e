//! What all expressions share: a cursor over tokens, names and values, and the account of which were used.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::super::answer::Fail;
use super::operand::Path;
use super::token::{self, Token};
use super::{invalid, reserved, value};

/// The expression names and values of a request.
pub(crate) struct Scope {
    names: Map<String, Value>,
    values: Map<String, Value>,
    used: RefCell<BTreeSet<String>>,
}

impl Scope {
    /// Reads `ExpressionAttributeNames` and `ExpressionAttributeValues`.
    pub(crate) fn of(body: &Map<String, Value>) -> Result<Scope, Fail> {
        let map = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(map)) if map.is_empty() => Err(invalid(format!("{name} must not be empty"))),
            Some(Value::Object(map)) => Ok(map.clone()),
            Some(_) => Err(invalid(format!("{name} must be a map"))),
        };
        let scope = Scope {
            names: map("ExpressionAttributeNames")?,
            values: map("ExpressionAttributeValues")?,
            used: RefCell::default(),
        };
        scope.values.values().try_for_each(value::check)?;
        Ok(scope)
    }

    fn name(&self, given: &str) -> Result<String, Fail> {
        self.used.borrow_mut().insert(given.to_owned());
        let name = self.names.get(given).and_then(Value::as_str);
        name.map(str::to_owned).ok_or_else(|| {
            invalid(format!("Invalid expression: An expression attribute name used in the document path is not defined; attribute name: {given}"))
        })
    }

    fn value(&self, given: &str) -> Result<Value, Fail> {
        self.used.borrow_mut().insert(given.to_owned());
        self.values.get(given).cloned().ok_or_else(|| {
            invalid(format!("Invalid expression: An expression attribute value used in expression is not defined; attribute value: {given}"))
        })
    }

    /// Every name and value must have been used by one of the expressions.
    pub(crate) fn all_used(&self) -> Result<(), Fail> {
        let used = self.used.borrow();
        let unused = |map: &Map<String, Value>| map.keys().find(|key| !used.contains(*key)).cloned();
        if let Some(name) = unused(&self.names) {
            return Err(invalid(format!(
                "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{name}}}"
            )));
        }
        if let Some(value) = unused(&self.values) {
            return Err(invalid(format!(
                "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{value}}}"
            )));
        }
        Ok(())
    }
}

/// A cursor over an expression.
pub(crate) struct Cursor<'a> {
    tokens: Vec<Token>,
    at: usize,
    scope: &'a Scope,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &str, scope: &'a Scope) -> Result<Cursor<'a>, Fail> {
        let tokens = token::split(text)?;
        if tokens.is_empty() {
            return Err(invalid("Invalid expression: The expression can not be empty;"));
        }
        Ok(Cursor { tokens, at: 0, scope })
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    pub(crate) fn at_end(&self) -> bool {
        self.at == self.tokens.len()
    }

    pub(crate) fn wrong(&self) -> Fail {
        token::syntax(&self.peek().map_or_else(|| "<EOF>".to_owned(), |token| format!("{token:?}")))
    }

    /// Takes a sign, if it is next.
    pub(crate) fn sign(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Sign(sign)) if *sign == wanted);
        self.at += usize::from(there);
        there
    }

    /// Takes a sign, which must be next.
    pub(crate) fn expect(&mut self, wanted: &str) -> Result<(), Fail> {
        if self.sign(wanted) { Ok(()) } else { Err(self.wrong()) }
    }

    /// Takes a keyword, if it is next.
    pub(crate) fn keyword(&mut self, wanted: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Word(word)) if word.eq_ignore_ascii_case(wanted));
        self.at += usize::from(there);
        there
    }

    /// Takes the name of a function, if one of these is next, with its opening parenthesis.
    pub(crate) fn function(&mut self, names: &[&'static str]) -> Option<&'static str> {
        let Some(Token::Word(word)) = self.peek() else { return None };
        let found = names.iter().find(|name| *name == word)?;
        if self.tokens.get(self.at + 1) != Some(&Token::Sign("(")) {
            return None;
        }
        self.at += 2;
        Some(found)
    }

    /// Takes a value, if one is next.
    pub(crate) fn value(&mut self) -> Result<Option<Value>, Fail> {
        let Some(Token::Value(name)) = self.peek() else { return Ok(None) };
        let value = self.scope.value(name)?;
        self.at += 1;
        Ok(Some(value))
    }

    /// Takes a document path: `a.#b[0].c`.
    pub(crate) fn path(&mut self) -> Result<Path, Fail> {
        let mut path = Path { first: self.attribute()?, rest: Vec::new() };
        loop {
            if self.sign(".") {
                path.rest.push(super::operand::Step::Member(self.attribute()?));
            } else if self.sign("[") {
                let Some(Token::Number(index)) = self.peek().cloned() else { return Err(self.wrong()) };
                self.at += 1;
                self.expect("]")?;
                path.rest.push(super::operand::Step::Index(index));
            } else {
                return Ok(path);
            }
        }
    }

    fn attribute(&mut self) -> Result<String, Fail> {
        let name = match self.peek() {
            Some(Token::Name(name)) => self.scope.name(name)?,
            Some(Token::Word(word)) => {
                if reserved::is_reserved(word) {
                    return Err(invalid(format!(
                        "Invalid expression: Attribute name is a reserved keyword; reserved keyword: {word}"
                    )));
                }
                word.clone()
            }
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        Ok(name)
    }
}
