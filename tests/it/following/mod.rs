//! Runs whose moves start what AWS goes on with by itself: followed to its own end, by its ticket, across processes.

mod ends;
mod rungs;
mod slow;
mod theirs;
mod twice;
mod well;
