//! What every kind needs from AWS: sessions, pace, the wire, errors.

mod assuming;
mod elsewhere;
mod endpoints;
mod error;
mod grant;
mod guard;
pub mod http;
mod identity_guard;
mod keys;
mod noted;
mod pace;
mod parameters;
mod query;
mod renewing;
mod rest;
mod rpc;
mod sending;
mod session;
pub mod signing;
pub mod wire;
mod xml;

pub use elsewhere::Elsewhere;
pub use error::{Failure, Fate, classify};
pub use grant::{Grant, MOST, Need, Words, policies};
pub use guard::Guard;
pub use keys::{Keys, Sealed};
pub use pace::{Pace, Patience, Share};
pub use parameters::StoredParameters;
pub use query::{ELB, IAM, Queried};
pub use rest::CloudFront;
pub use rpc::{CLOUDWATCH, CODEDEPLOY, ECR, ECS, KMS, LOGS, Rpc, SECRETS_MANAGER, SSM, Service};
pub use session::{Account, Sessions};
