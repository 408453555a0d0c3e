//! The face: what is typed, what is printed, and with which number it ends. One file a verb.

mod actions;
mod aim;
mod approve;
mod artifact;
mod asked;
mod bounded;
mod break_glass;
mod change;
mod ci;
mod command;
mod config;
mod context;
mod deploy;
mod diff;
mod duration;
mod exit;
mod expiry;
mod extract;
mod generate;
mod health;
mod healthy;
mod history;
mod init;
mod logs;
#[cfg(debug_assertions)]
mod mishap;
mod notify;
mod output;
mod package;
mod pick;
mod progress;
mod restore;
mod resume;
mod rollback;
mod runs;
#[cfg(feature = "sandbox")]
mod sandbox;
mod saved;
mod show;
mod signals;
mod signed;
mod since;
mod source;
mod store;
mod time;
mod ui;
mod vigil;
mod waived;

pub use command::main;
pub use config::sound_configuration;
