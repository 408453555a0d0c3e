//! Ladders of aliases: each rung in turn, held and decided upon; and always wholly old or wholly new in the end.

mod climbs;
mod crash;
mod place;
mod planning;
mod troubles;
