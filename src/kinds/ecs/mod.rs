//! Amazon ECS: services with their task definitions.

mod appspec;
mod artifact;
mod attainable;
mod calls;
mod cause;
mod checks;
mod codedeploy;
mod deployment_error;
mod deployment_group;
mod driver;
mod editions;
mod encode;
mod evidence;
mod explain;
mod fetch;
mod fields;
mod follow;
mod form;
mod images;
mod log_tail;
mod moves;
mod names;
mod preflight;
mod rolling;
mod secret;
mod send;
mod service_deployment;
mod shift;
mod state;
mod stop;
mod tag;
mod target_health;
mod ticket;
mod watch;

pub use driver::Services;
