//! Archives: deterministic ZIP files, read strictly.

mod entry_name;
mod layout;
mod limits;
mod pack;
mod unpack;

pub use entry_name::{is_reserved, sound_name};
pub use limits::MAX_ARCHIVE;
pub use pack::pack;
pub use unpack::unpack;
