//! How large a measurement is.

/// Returns whether everything is measured in its full size.
pub fn is_full() -> bool {
    std::env::var_os("SNAPDEPLOY_FULL").is_some_and(|v| v != "0")
}

/// Returns how many there are: `small`, or `full` where that is asked for. `SNAPDEPLOY_SIZE` says another number.
pub fn of(small: usize, full: usize) -> usize {
    let said = std::env::var("SNAPDEPLOY_SIZE").ok().and_then(|v| v.parse().ok());
    said.unwrap_or(if is_full() { full } else { small })
}

/// Returns the seed that seeds are counted from.
pub fn seed() -> u64 {
    std::env::var("SNAPDEPLOY_SEED").ok().and_then(|v| v.parse().ok()).unwrap_or(1)
}
