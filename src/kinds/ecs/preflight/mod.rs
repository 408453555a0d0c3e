//! The preflight of a service: what has to hold for a change to work, asked before anything is touched.

mod alarm;
mod balance;
mod card;
mod flight;
mod image;
mod ladder;
mod platform;
mod revision;
mod role;
mod secret;
mod target;

pub use card::Card;
pub use target::Target;

use super::driver::Services;
use super::schema;
use crate::core::Result;
use crate::core::driver::Change;
use crate::core::inventory::Inventory;
use crate::core::preflight::Line;
use crate::core::run::RunKind;

/// Asks what has to hold for `change` to work. Writes nothing.
pub async fn preflight(services: &Services, change: &Change<'_>, kind: RunKind) -> Result<Vec<Line>> {
    let Some(to) = change.to else { return Ok(Vec::new()) };
    let inventory = Inventory::new(services.pin.clone(), []);
    let target = Target::of(services, &inventory, change.address, to)?;
    let mut cards = [
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
        Card::of(change.address),
    ];
    // They are independent of each other, and a person waits for all.
    let [a, b, c, d, e, f, g, h, i] = &mut cards;
    futures::join!(
        revision::ask(services, change, kind, a),
        image::ask(services, kind, &target, b),
        role::ask(services, &target, c),
        secret::ask(services, &target, d),
        balance::ask(services, &target, e),
        alarm::ask(services, change, kind, &target, f),
        flight::ask(services, change, kind, &target, g),
        schema::ask(services, change, &target, h),
        ladder::ask(services, change, &target, i),
    );
    Ok(cards.into_iter().flat_map(Card::lines).collect())
}
