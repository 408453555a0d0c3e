//! The pin: what an environment really points at.

use std::fmt;
use std::str::FromStr;

use super::error::{Error, Result};

/// An account, a region and a Connect instance. Locks and identity guards are by pin, not by an environment's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pin {
    /// The twelve digits of the account.
    pub account: String,
    /// The region, such as `eu-central-1`.
    pub region: String,
    /// The id of the Connect instance (a UUID); [`SERVICES`] where an environment has none.
    pub instance: String,
}

/// What stands in the place of the instance where only services are looked after.
pub const SERVICES: &str = "services";

impl Pin {
    /// Returns the pin of an environment without a Connect instance.
    pub fn services(account: String, region: String) -> Pin {
        Pin { account, region, instance: SERVICES.into() }
    }

    /// Returns the partition that the region belongs to.
    ///
    /// Source: the AWS General Reference, "Amazon Resource Names": `aws-cn` for cn-*, `aws-us-gov` for us-gov-*.
    pub fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// Returns the ARN of the Connect instance.
    pub fn instance_arn(&self) -> String {
        format!(
            "arn:{}:connect:{}:{}:instance/{}",
            self.partition(),
            self.region,
            self.account,
            self.instance
        )
    }
}

/// Written `ACCOUNT.REGION.INSTANCE`, which is also its name in storage keys.
impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.account, self.region, self.instance)
    }
}

impl FromStr for Pin {
    type Err = Error;

    fn from_str(s: &str) -> Result<Pin> {
        let plain = |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        match s.split('.').collect::<Vec<_>>()[..] {
            [account, region, instance]
                if account.len() == 12
                    && account.bytes().all(|b| b.is_ascii_digit())
                    && plain(region)
                    && plain(instance) =>
            {
                Ok(Pin { account: account.into(), region: region.into(), instance: instance.into() })
            }
            _ => Err(Error::input(format!("`{s}` is not a pin (ACCOUNT.REGION.INSTANCE)"))),
        }
    }
}

impl serde::Serialize for Pin {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Pin {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Pin, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
