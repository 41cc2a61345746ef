//! Intercom's REST API: the only module that knows HTTP.
//!
//! [`region`] and [`origin`] say where the API is, [`token`] carries the secret, [`client`] sends one
//! request under the shared [`throttle`] and repeats it as [`retry`] decides, [`log`] reads the paged
//! activity log, [`model`] holds what is answered. Nothing here prints: a [`notice`] is handed out.

pub mod client;
pub mod error;
#[cfg(test)]
pub(crate) mod fake;
pub mod log;
pub mod model;
pub mod notice;
pub mod origin;
pub mod region;
pub mod retry;
pub mod throttle;
pub mod token;
