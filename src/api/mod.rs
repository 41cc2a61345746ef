//! Intercom's REST API, over HTTP.
//!
//! [`origin`] says where the API is, [`token`] carries the secret, [`client`] sends one
//! request under the shared [`throttle`] and repeats it as [`retry`] decides, [`log`] reads the paged
//! activity log, [`model`] holds what is answered. Nothing here prints: a [`notice`] is handed out.

pub(crate) mod classify;
pub(crate) mod client;
pub(crate) mod diagnose;
pub(crate) mod error;
#[cfg(test)]
pub(crate) mod fake;
#[cfg(test)]
mod fuzz;
pub(crate) mod log;
pub(crate) mod model;
pub(crate) mod notice;
pub(crate) mod origin;
pub(crate) mod proxy;
pub(crate) mod record;
pub(crate) mod retry;
pub(crate) mod throttle;
pub(crate) mod token;
