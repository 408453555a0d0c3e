//! Templates: strings with placeholders for what differs between environments.

use super::address::Address;

/// How a reference stands in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// The bare id.
    Id,
    /// The whole ARN.
    Arn,
    /// The name.
    Name,
}

/// What stands between `@{` and `}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Placeholder {
    /// The account number.
    Account,
    /// The number of an account named in the configuration.
    AccountNamed(String),
    /// The region.
    Region,
    /// The partition.
    Partition,
    /// The id of the Connect instance.
    Instance,
    /// A value of the environment.
    Var(String),
    /// Another resource.
    To {
        /// As id, ARN or name.
        form: Form,
        /// Which.
        address: Address,
        /// An alias or version of it, what follows the ARN's last colon.
        qualifier: Option<String>,
    },
}
