//! The configuration: `snapdeploy.toml`.

mod addresses;
mod confidential;
mod environment;
mod find;
mod gate;
mod gate_metric;
mod gate_probe;
mod hook;
mod json;
mod model;
mod names;
mod overlay;
mod ownership;
mod promotion;
mod protection;
mod read;
mod rollout;
mod schema;
mod site;
mod store;
mod table;
mod values;

pub use find::sound_configuration;
pub(super) use find::{NAME, check, is_above, load};
pub(super) use model::{Config, Store, loopback};
pub(super) use store::{DEFAULT_STORE, store_of};
