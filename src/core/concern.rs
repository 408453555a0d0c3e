//! What a value has to do with: the addresses that it refers to where it is, and what these imply.

use std::collections::BTreeSet;

use serde_json::Value;

use super::address::Address;
use super::driver::Driver;
use super::portable::references;
use super::template::Form;

/// Returns every address that `value`, a part of `of` or of a call that writes it, has to do with where it is: those
/// that it refers to by id or ARN, and what these imply.
pub fn concerns(driver: &dyn Driver, of: &Address, value: &Value) -> BTreeSet<Address> {
    concerns_with(value, |address, qualifier| driver.implied(of, address, qualifier))
}

/// Returns what [`concerns`] does where `implied` says what a reference implies.
pub fn concerns_with(
    value: &Value,
    implied: impl Fn(&Address, Option<&str>) -> Vec<Address>,
) -> BTreeSet<Address> {
    let mut all = BTreeSet::new();
    for (form, address, qualifier) in references(value) {
        if form != Form::Name {
            all.extend(implied(&address, qualifier.as_deref()));
            all.insert(address);
        }
    }
    all
}
