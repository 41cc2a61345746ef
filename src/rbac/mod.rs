//! The declared policy: `rbac can`, and the diagnosis of access problems.
//!
//! Everything here is pure. `src/commands/rbac/` reads and prints.

use crate::facts::{text, texts};

pub(crate) mod can;
pub(crate) mod diagnose;

/// The first few names, and the number of further ones.
fn listed(names: &[&str], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{suffix}", names.iter().take(most).copied().collect::<Vec<_>>().join(", "))
}
