//! Work that blocks, on a thread where it may.

use crate::core::{Error, Result};

/// Runs `work` on a thread of its own. It runs to its end even if nobody waits for it any more.
pub(super) async fn blocking<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<Error> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(e) => Err(Error::bug("a thread of the store broke off").source(e).into()),
    }
}
