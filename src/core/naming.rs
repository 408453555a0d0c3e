//! Naming: what an environment calls by another name than everybody else.

use super::address::Address;
use super::error::{Error, Result};

/// Maps logical names to physical ones and back, as `[environments.NAME.names]` says.
///
/// A rule is an address (or a kind and one `*`) and the physical name, with one `*` where the logical one has it:
/// `connect/queue/Sales = "Sales (stage)"`, `lambda/function/* = "*-prod"`, `lex/bot/Orders#live = "Orders#prod"`. An
/// exact rule goes before a rule with `*`; of those the one with the longest text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    rules: Vec<(String, String)>,
}

impl Naming {
    /// Returns the naming that `rules` (what stands left and right of the equals sign) describe, or an `Input` error
    /// that names the rule.
    pub fn new(rules: Vec<(String, String)>) -> Result<Naming> {
        match rules.is_empty() {
            true => Ok(Naming { rules }),
            false => Err(Error::bug("names are not mapped yet")),
        }
    }

    /// Returns the physical name of what `address` names logically.
    pub fn physical(&self, address: &Address) -> String {
        address.name().to_string()
    }

    /// Returns the logical address of what is called `name` there.
    pub fn logical(&self, kind: &str, name: &str) -> Address {
        Address::new(kind, name)
    }

    /// Returns whether nothing is called otherwise.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }
}
