//! A simulated AWS over HTTP on this machine.
