//! Functions by name.

use crate::aws::{Account, classify};
use crate::core::address::Address;
use crate::core::inventory::Found;
use crate::core::{Pin, Result};

/// Lists the functions of the account in the region, and those of other accounts or regions not at all: they keep their
/// ARNs wherever they are named.
pub async fn functions(account: &Account, pin: &Pin) -> Result<Vec<Found>> {
    Ok(names(account).await?.iter().map(|name| function(pin, name)).collect())
}

/// Returns the function of this name, whether it is there or not.
pub fn function(pin: &Pin, name: &str) -> Found {
    let arn = format!("arn:{}:lambda:{}:{}:function:{name}", pin.partition(), pin.region, pin.account);
    Found::new(Address::new("lambda/function", name), name, arn)
}

/// Returns the names of all functions.
async fn names(account: &Account) -> Result<Vec<String>> {
    let mut names = Vec::new();
    let mut marker = None;
    loop {
        let call = "ListFunctions";
        let page = account.lambda.list_functions().max_items(50).set_marker(marker);
        let send = || async { page.clone().send().await.map_err(|e| classify(call, e)) };
        let page = account.read("lambda:ListFunctions", send).await?;
        names.extend(page.functions.unwrap_or_default().into_iter().filter_map(|f| f.function_name));
        marker = page.next_marker.filter(|m| !m.is_empty());
        if marker.is_none() {
            return Ok(names);
        }
    }
}
