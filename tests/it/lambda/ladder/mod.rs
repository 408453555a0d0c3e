//! Ladders of aliases: each rung in turn, held and decided upon; and always wholly old or wholly new in the end.

mod climbs;
mod crash;
mod idle;
mod late;
mod place;
mod planning;
mod scans;
mod troubles;
