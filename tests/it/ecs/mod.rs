//! Services of ECS and their task definitions.

mod artifact;
mod crash;
mod journey;
mod place;
