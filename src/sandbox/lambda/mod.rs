//! Lambda, as far as names go: functions by name (botocore `lambda/2015-03-31/service-2.json`).

mod function;
mod routes;

pub(crate) use function::dispatch;
pub(crate) use routes::identify;
