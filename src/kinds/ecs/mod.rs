//! Amazon ECS: services with their task definitions.

mod appspec;
mod calls;
mod cause;
mod checks;
mod codedeploy;
mod deployment_error;
mod deployment_group;
mod driver;
mod editions;
mod evidence;
mod explain;
mod follow;
mod log_tail;
mod names;
mod preflight;
mod progress;
mod rolling;
mod service_deployment;
mod shift;
mod stop;
mod target_health;
mod ticket;
mod watch;

pub use driver::Services;
