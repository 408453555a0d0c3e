//! A simulated AWS over HTTP on this machine: STS, Connect, Lambda, Lex V2, S3 and DynamoDB as far as this project uses
//! them.

mod answer;
mod base64;
mod call;
mod clock;
mod connect;
mod control;
mod defaults;
mod digest;
mod dynamodb;
mod fault;
mod folder;
mod history;
mod identity;
mod ids;
mod lambda;
mod lex;
mod presigned;
mod quota;
mod record;
mod route;
mod s3;
mod seed;
mod seed_account;
mod seed_content;
mod seed_instance;
mod seed_links;
mod seed_members;
mod server;
mod state;
mod sts;
mod switch;
mod template;
mod world;

pub use fault::{Fault, FaultKind, Hold};
pub use ids::Kind;
pub use lex::{AliasSeed, BotSeed};
pub use record::CallRecord;
pub use seed::{Scenario, ScenarioError};
pub use seed_account::AccountSeed;
pub use seed_instance::InstanceSeed;
pub use server::Sandbox;
pub use switch::{SWITCHES, SwitchError};
