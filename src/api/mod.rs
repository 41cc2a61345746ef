//! Intercom's REST API: the only module that knows HTTP.

pub mod model;
