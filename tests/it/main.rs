//! The tests that use snapdeploy from outside.

mod stores;
