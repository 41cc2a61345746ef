//! The built-in sample workspace, and what it was before: its log says who joined and who left.

use std::borrow::Cow;

use jiff::SignedDuration;

use crate::api::model::{Admin, Role};

/// The workspace that `--demo` scans.
pub(super) const SAMPLE: &[u8] = include_bytes!("../../fixtures/snapshots/sample.snapshot");

/// The ids of those who joined in the last months, and how many days ago.
const JOINED: [(&str, i64); 5] = [("9039", 6), ("9040", 11), ("9034", 20), ("9037", 75), ("9036", 130)];

/// Who left, and how many days ago.
const LEFT: (&str, &str, &str, i64) = ("9099", "Corin Blake", "corin.blake@kestrelparcel.example", 9);

/// The teammates that it had so long ago, of those that it has.
pub(super) fn teammates(admins: &[Admin], ago: SignedDuration) -> Cow<'_, [Admin]> {
    let days = ago.as_hours() / 24;
    if days == 0 {
        return Cow::Borrowed(admins);
    }
    let had_joined =
        |admin: &&Admin| !JOINED.iter().any(|(id, since)| admin.id.as_deref() == Some(*id) && days >= *since);
    let (id, name, email, since) = LEFT;
    let left = (days > since).then(|| Admin {
        id: Some(id.to_owned()),
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
        role: Some(Role { id: None, name: Some("Support agent".to_owned()) }),
        has_inbox_seat: Some(true),
    });
    admins.iter().filter(had_joined).cloned().chain(left).collect()
}
