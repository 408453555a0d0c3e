//! A TOML table that knows where it stands in its file, so that every complaint names line and column.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::core::{Error, Result};

use super::model::nearest;

/// The file that is being read.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) file: &'a Path,
    pub(super) text: &'a str,
}

impl Place<'_> {
    /// Returns a complaint about what stands at `span`.
    pub(super) fn error(&self, span: &Range<usize>, message: impl AsRef<str>) -> Error {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        Error::input(format!("{}:{line}:{column}: {}", self.file.display(), message.as_ref()))
    }
}

/// A value, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    pub(super) value: T,
    pub(super) span: Range<usize>,
}

/// An entry of a table: its name, where that stands, and the value.
pub(super) type Entry<'a> = (String, Range<usize>, &'a Spanned<DeValue<'a>>);

/// A table of the file.
#[derive(Clone, Copy)]
pub(super) struct Table<'a> {
    pub(super) place: Place<'a>,
    /// What the table is called: `[environments.prod]`; empty at the top.
    path: &'a str,
    entries: &'a DeTable<'a>,
}

impl<'a> Table<'a> {
    pub(super) fn new(place: Place<'a>, path: &'a str, entries: &'a DeTable<'a>) -> Table<'a> {
        Table { place, path, entries }
    }

    /// Fails at the first key that is not in `known`; says of those in `later` that they are not built yet.
    pub(super) fn only(&self, known: &[&str], later: &[&str]) -> Result<()> {
        for key in self.entries.keys() {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let inside = if self.path.is_empty() { String::new() } else { format!(" in {}", self.path) };
            if later.contains(&name) {
                let message = format!("this version does not know `{name}`{inside} yet");
                return Err(self.place.error(&key.span(), message).hint("leave it out until it does"));
            }
            let error = self.place.error(&key.span(), format!("unknown key `{name}`{inside}"));
            return Err(match nearest(name, known.iter().copied()) {
                Some(meant) => error.hint(format!("did you mean `{meant}`?")),
                None => error.hint(format!("the keys here are {}", known.join(", "))),
            });
        }
        Ok(())
    }

    /// Returns what stands under `key`, whatever it is.
    pub(super) fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)
    }

    /// Returns a complaint about a value of the wrong type.
    pub(super) fn wrong(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) -> Error {
        let found = value.get_ref().type_str();
        self.place.error(&value.span(), format!("`{key}` has to be {expected}, not a value of type {found}"))
    }

    /// Returns a text.
    pub(super) fn text(&self, key: &str) -> Result<Option<At<String>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        Ok(Some(At { value: self.text_of(key, value)?, span: value.span() }))
    }

    /// Returns a text that has to be there. `whole` is where the table itself stands.
    pub(super) fn needed(&self, key: &str, whole: &Range<usize>) -> Result<At<String>> {
        self.text(key)?.ok_or_else(|| self.place.error(whole, format!("{} has no `{key}`", self.path)))
    }

    /// Returns true or false.
    pub(super) fn truth(&self, key: &str) -> Result<Option<At<bool>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref().as_bool() {
            Some(truth) => Ok(Some(At { value: truth, span: value.span() })),
            None => Err(self.wrong(key, value, "true or false")),
        }
    }

    /// Returns a number.
    pub(super) fn number(&self, key: &str) -> Result<Option<At<f64>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        // Whole numbers are a type of their own.
        let text = match value.get_ref() {
            DeValue::Integer(whole) => Some(whole.as_str()),
            DeValue::Float(number) => Some(number.as_str()),
            _ => None,
        };
        match text.and_then(|t| t.parse().ok()) {
            Some(number) => Ok(Some(At { value: number, span: value.span() })),
            None => Err(self.wrong(key, value, "a number")),
        }
    }

    /// Returns the text that `value` is, which is under `key`.
    pub(super) fn text_of(&self, key: &str, value: &Spanned<DeValue<'_>>) -> Result<String> {
        match value.get_ref().as_str() {
            Some("") => Err(self.place.error(&value.span(), format!("`{key}` is empty"))),
            Some(text) => Ok(text.to_string()),
            None => Err(self.wrong(key, value, "a text in quotes")),
        }
    }

    /// Returns the entries of a table: name, value and where the name stands.
    pub(super) fn below(&self, key: &str) -> Result<Vec<Entry<'a>>> {
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(key, value, "a table"))?;
        Ok(table.iter().map(|(k, v)| (k.get_ref().to_string(), k.span(), v)).collect())
    }

    /// Returns a table of texts.
    pub(super) fn texts(&self, key: &str) -> Result<Vec<(String, At<String>)>> {
        let one = |(name, _, value): Entry<'a>| match value.get_ref().as_str() {
            Some(text) => Ok((name, At { value: text.to_string(), span: value.span() })),
            None => Err(self.wrong(&format!("{key}.{name}"), value, "a text in quotes")),
        };
        self.below(key)?.into_iter().map(one).collect()
    }

    /// Returns a list of texts, and where it stands.
    pub(super) fn list(&self, key: &str) -> Result<Option<At<Vec<At<String>>>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(key, value, "a list of texts"))?;
        let one = |item: &Spanned<DeValue<'_>>| match item.get_ref().as_str() {
            Some(text) => Ok(At { value: text.to_string(), span: item.span() }),
            None => Err(self.wrong(key, item, "a list of texts")),
        };
        let value = list.iter().map(one).collect::<Result<_>>()?;
        Ok(Some(At { value, span: self.get(key).map_or(0..0, Spanned::span) }))
    }

    /// Returns the table under `key`, for reading; `None` if it is not there.
    pub(super) fn inner(&self, key: &str, path: &'a str) -> Result<Option<Table<'a>>> {
        let Some(value) = self.get(key) else { return Ok(None) };
        match value.get_ref().as_table() {
            Some(entries) => Ok(Some(Table::new(self.place, path, entries))),
            None => Err(self.wrong(key, value, "a table")),
        }
    }
}
