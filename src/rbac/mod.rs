//! What the declared policy says: who may do what, and which problems with access there are.
//!
//! Everything here is pure: facts and declarations in, answers out. `src/commands/rbac/` reads and prints.

use crate::facts::{text, texts};

pub(crate) mod can;
pub(crate) mod diagnose;

/// The first few names, and how many more there are.
fn listed(names: &[&str], most: usize) -> String {
    let more = names.len().saturating_sub(most);
    let suffix = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{suffix}", names.iter().take(most).copied().collect::<Vec<_>>().join(", "))
}
