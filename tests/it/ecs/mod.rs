//! Services of ECS and their task definitions.

mod promotion;
