//! CloudFront as far as static sites use it: distributions with one bucket behind them, invalidations, and what is served.
//!
//! Source: botocore's `cloudfront/2020-05-31` model for paths and shapes; the CloudFront API reference for errors.

mod ask;
mod held;
mod serve;
mod shown;

pub(crate) use ask::{dispatch, identify};
pub(crate) use held::Held;
pub(crate) use serve::serve;
