//! Lambda: functions with their versions, aliases, policies, event sources and layers (botocore
//! `lambda/2015-03-31/service-2.json`).

mod alias;
mod ask;
mod code;
mod config;
mod create;
mod function;
mod handling;
mod held;
mod input;
mod invoke;
mod layer;
mod list;
mod mapping;
mod permission;
mod publish;
mod routes;
mod setting;
mod settle;
mod show;
mod update;

pub(crate) use ask::dispatch;
pub(crate) use code::Code;
pub(crate) use config::{defaults, set};
pub use handling::Handling;
pub(crate) use held::{Alias, Edition, Function, Held, Layer, Mapping};
pub(crate) use input::put;
pub(crate) use permission::statement;
pub(crate) use publish::add as publish;
pub(crate) use routes::identify;
pub(crate) use settle::Rules;
