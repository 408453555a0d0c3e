//! The calls that read functions, at the pace that the quota allows.
//!
//! Source: botocore's `lambda` model; the pages of listings have 50 items at most ("ListFunctions", API reference).

use aws_sdk_lambda::Client;
use serde_json::Value;

use crate::aws::{Account, Failure};
use crate::core::{Error, ErrorKind, Result};
use crate::wire;

/// Who a call about a function spends the quota of: operations of Connect have the same names.
pub const PACE: &str = "lambda:";

/// Reads one account's functions.
#[derive(Clone)]
pub struct Calls {
    /// The clients.
    pub account: Account,
}

impl Calls {
    fn client(&self) -> &Client {
        &self.account.lambda
    }

    /// Reads a function, or the version or alias `qualifier` of it: its configuration, where its code is, and its tags.
    pub async fn function(&self, name: &str, qualifier: Option<&str>) -> Result<Value> {
        let call = "GetFunction";
        let get = || {
            let get = self.client().get_function().function_name(name);
            get.set_qualifier(qualifier.map(String::from))
        };
        let send = || async { wire!(call, get()) };
        let answer = self.account.read(&format!("{PACE}{call}"), send).await?;
        if let Some(why) = answer["TagsError"]["Message"].as_str() {
            return Err(Error::new(ErrorKind::Denied, format!("{call}: its tags cannot be read: {why}")));
        }
        if let Some(why) = answer["Configuration"]["Environment"]["Error"]["Message"].as_str() {
            let message = format!("{call}: its environment variables cannot be read: {why}");
            let error = Error::new(ErrorKind::Denied, message);
            return Err(error.hint("the environment's role needs kms:Decrypt with the function's key"));
        }
        Ok(answer)
    }

    /// Reads the configuration of a function, or of a version of it: how far an update of it has come.
    pub async fn configuration(&self, name: &str, qualifier: Option<&str>) -> Result<Value> {
        let call = "GetFunctionConfiguration";
        let get = || {
            let get = self.client().get_function_configuration().function_name(name);
            get.set_qualifier(qualifier.map(String::from))
        };
        let send = || async { wire!(call, get()) };
        Ok(self.account.read(&format!("{PACE}{call}"), send).await?)
    }

    /// Returns the aliases of a function.
    pub async fn aliases(&self, name: &str) -> Result<Vec<Value>> {
        self.pages("ListAliases", "Aliases", name).await
    }

    /// Returns the numbered versions of a function, the oldest first.
    pub async fn versions(&self, name: &str) -> Result<Vec<(u64, Value)>> {
        let all = self.pages("ListVersionsByFunction", "Versions", name).await?;
        let numbered = all.into_iter().filter_map(|v| Some((v["Version"].as_str()?.parse().ok()?, v)));
        let mut numbered: Vec<(u64, Value)> = numbered.collect();
        numbered.sort_by_key(|(number, _)| *number);
        Ok(numbered)
    }

    /// Returns the event source mappings that lead to a function, or to the alias or version `qualifier` of it.
    pub async fn sources(&self, name: &str, qualifier: Option<&str>) -> Result<Vec<Value>> {
        let of = qualifier.map_or(name.to_string(), |q| format!("{name}:{q}"));
        self.pages("ListEventSourceMappings", "EventSourceMappings", &of).await
    }

    /// Reads the resource policy of a function, or of an alias of it; nothing where there is none.
    pub async fn policy(&self, name: &str, qualifier: Option<&str>) -> Result<Option<Value>> {
        let call = "GetPolicy";
        let get = || {
            let get = self.client().get_policy().function_name(name);
            get.set_qualifier(qualifier.map(String::from))
        };
        let send = || async { wire!(call, get()) };
        match self.account.read(&format!("{PACE}{call}"), send).await {
            Ok(answer) => Ok(Some(answer)),
            Err(Failure { error, .. }) if error.kind == ErrorKind::NotFound => Ok(None),
            Err(failure) => Err(failure.error),
        }
    }

    async fn pages(&self, call: &str, member: &str, of: &str) -> Result<Vec<Value>> {
        let mut items = Vec::new();
        let mut marker: Option<String> = None;
        loop {
            let c = self.client();
            let send = || async {
                let marker = marker.clone();
                match call {
                    "ListAliases" => {
                        wire!(call, c.list_aliases().function_name(of).max_items(50).set_marker(marker))
                    }
                    "ListVersionsByFunction" => {
                        let list = c.list_versions_by_function().function_name(of).max_items(50);
                        wire!(call, list.set_marker(marker))
                    }
                    _ => {
                        let list = c.list_event_source_mappings().function_name(of).max_items(100);
                        wire!(call, list.set_marker(marker))
                    }
                }
            };
            let page = self.account.read(&format!("{PACE}{call}"), send).await?;
            items.extend(page[member].as_array().into_iter().flatten().cloned());
            let next = page["NextMarker"].as_str().filter(|m| !m.is_empty()).map(String::from);
            if next.is_none() {
                return Ok(items);
            }
            if next == marker {
                return Err(Error::failed(format!("{call}: the next page is the same page again")));
            }
            marker = next;
        }
    }
}
