//! Services of ECS and their task definitions: to and fro, followed, explained, stopped, through every controller.

mod artifact;
mod codedeploy;
mod crash;
mod explain;
mod follow;
mod journey;
mod place;
mod shop;
mod stages;
