//! Are the functions that a deployment wrote still well? What was waited for may have failed since.
//!
//! Errors of invocations are no part of it: they are about a time that has begun before. Nor is who calls a function
//! without an alias, which is so on purpose or was so before.

use futures::future::join_all;

use super::calls::Calls;
use super::fetch::is_settled;
use super::moves::{CODE, CONFIGURE, CREATE, CREATE_ALIAS, PUBLISH, UPDATE_ALIAS};
use super::wait::trouble;
use crate::core::Address;
use crate::core::driver::Live;
use crate::core::moves::Move;

/// The kind.
const KIND: &str = "lambda/function";

/// Says which of the functions that `made` have written, and which of the aliases, cannot run. One call for each.
pub async fn well(calls: &Calls, made: &[&Move], live: &[&Live]) -> Vec<(Address, String)> {
    let mut asked: Vec<(&Address, &str, Option<String>)> = Vec::new();
    for m in made.iter().filter(|m| m.address.kind() == KIND) {
        let Some(of) = live.iter().find(|l| l.found.address == m.address) else { continue };
        let qualifier = match m.call.as_str() {
            // Each of them was waited for until the service said that it had ended well.
            CREATE | CONFIGURE | CODE | PUBLISH => None,
            CREATE_ALIAS | UPDATE_ALIAS => match m.args["Name"].as_str() {
                Some(alias) => Some(alias.to_string()),
                None => continue,
            },
            _ => continue,
        };
        let one = (&m.address, of.found.id.as_str(), qualifier);
        if !asked.contains(&one) {
            asked.push(one);
        }
    }
    let answers =
        join_all(asked.iter().map(|(_, id, alias)| calls.configuration(id, alias.as_deref()))).await;
    let mut all = Vec::new();
    for ((address, _, alias), answer) in asked.into_iter().zip(answers) {
        // Who cannot be asked has said nothing against it: what was written has been read again already. What somebody else
        // is just changing is theirs.
        let Some(why) = answer.ok().filter(is_settled).and_then(|now| trouble(&now)) else { continue };
        let why = match alias {
            Some(alias) => format!("the version that its alias {alias} names: {why}"),
            None => why,
        };
        all.push((address.clone(), why));
    }
    all
}
