//! What the declared policy says: whether somebody may do something, and what may be behind a trouble.
//!
//! Everything here is pure: facts and declarations in, answers out. `src/commands/rbac/` reads and prints.

pub(crate) mod can;
pub(crate) mod diagnose;
