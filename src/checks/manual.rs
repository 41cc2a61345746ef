//! `manual`: only a person can tell.

use super::{Check, Ruling};
use crate::verdict::Status;

pub(super) fn rule(check: &Check) -> Ruling {
    Ruling::undecided(Status::Manual, check.note())
}
