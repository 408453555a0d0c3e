//! Services of ECS: followed, explained, stopped, through every controller.

mod codedeploy;
mod explain;
mod follow;
mod shop;
mod stages;
