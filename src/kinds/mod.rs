//! What can be deployed: a folder a service.

pub mod connect;

use crate::aws::Account;
use crate::core::driver::Driver;
use crate::core::environment::Environment;
use crate::core::{Clock, Error, Result};

/// Binds what can be deployed to an environment: finds its Connect instance and returns the driver.
pub async fn bind(account: Account, environment: &Environment, clock: &Clock) -> Result<Box<dyn Driver>> {
    let _ = (account, environment, clock);
    Err(Error::bug("not there yet"))
}
