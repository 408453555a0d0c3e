//! Lex V2: bots, their locales, versions and aliases, archives, policies and tags (botocore `lexv2-models`).

mod alias;
mod answers;
mod archive;
mod ask;
mod bot;
mod build;
mod control;
mod export;
mod files;
mod import;
mod layout;
mod locale;
mod merge;
mod operations;
mod page;
mod policy;
mod routes;
mod seed;
mod state;
mod tags;
mod transfer;
mod version;

pub(crate) use bot::Bot;
pub(crate) use control::{answer as control, deactivate_version, fail_next_build};
pub(crate) use operations::{dispatch, hint};
pub(crate) use routes::identify;
pub use seed::{AliasSeed, BotSeed};
pub(crate) use seed::{add, from_archive, seeded, small};
pub(crate) use state::state;
pub(crate) use transfer::Transfers;
