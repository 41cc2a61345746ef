//! Recognizing e-mail addresses, IP addresses and home directories in any text.

use std::net::{IpAddr, Ipv4Addr};

use super::{Redactor, Replacement};
use crate::address;

/// The parts of a path before the name of a user.
const HOMES: [&str; 4] = ["/home/", "/Users/", "\\Users\\", "\\users\\"];

/// All matches in the text with their replacements.
pub(super) fn spans(redactor: &Redactor, text: &str) -> Vec<Replacement> {
    let mut spans = Vec::new();
    emails(redactor, text, &mut spans);
    addresses(redactor, text, &mut spans);
    homes(redactor, text, &mut spans);
    spans
}

fn emails(redactor: &Redactor, text: &str, spans: &mut Vec<Replacement>) {
    let mut from = 0;
    for at in memchr::memchr_iter(b'@', text.as_bytes()) {
        if at < from {
            continue;
        }
        let local = |c: char| c.is_alphanumeric() || ".!#$%&'*+/=?^_{|}~-".contains(c);
        let before = &text[from..at];
        let start = before
            .rfind(|c| !local(c))
            .map_or(from, |last| from + last + before[last..].chars().next().map_or(1, char::len_utf8));
        // Quotation marks around an address are not part of it.
        let trimmed =
            text[start..at].trim_start_matches(|c: char| !c.is_alphanumeric() && c != '_' && c != '+');
        let start = at - trimmed.len();
        let domain = |c: char| c.is_alphanumeric() || c == '-' || c == '.';
        let after = &text[at + 1..];
        let end = after.find(|c| !domain(c)).unwrap_or(after.len());
        let end = at + 1 + after[..end].trim_end_matches(['.', '-']).len();
        if let Some(pseudonym) = text.get(start..end).and_then(|found| redactor.email(found)) {
            from = end;
            spans.push(Replacement { start, end, replacement: pseudonym });
        }
    }
}

/// Finds IP addresses, and ranges such as `192.0.2.0/24`.
fn addresses(redactor: &Redactor, text: &str, spans: &mut Vec<Replacement>) {
    let bytes = text.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_hexdigit() || byte == b'.' || byte == b':';
    let mut at = 0;
    while at < bytes.len() {
        if !is_part(bytes[at]) {
            at += 1;
            continue;
        }
        let end =
            bytes[at..].iter().position(|&byte| !is_part(byte)).map_or(bytes.len(), |length| at + length);
        run(redactor, text, at, end, spans);
        at = end;
    }
}

/// Searches a run of digits, dots and colons.
fn run(redactor: &Redactor, text: &str, start: usize, end: usize, spans: &mut Vec<Replacement>) {
    // The longest and the shortest (`::`) address.
    let run = &text[start..end];
    if run.len() < 2 || !run.contains(['.', ':']) {
        return;
    }
    let whole = run.trim_end_matches('.');
    let whole = if whole.ends_with("::") { whole } else { whole.trim_end_matches(':') };
    if whole.parse::<IpAddr>().is_ok() {
        spans.push(with_length(redactor, text, start, start + whole.len()));
        return;
    }
    // With a port or the end of a sentence: each part between colons separately.
    let mut at = start;
    for piece in run.split(':') {
        let inner = piece.trim_matches('.');
        if inner.parse::<Ipv4Addr>().is_ok() {
            let from = at + piece.len() - piece.trim_start_matches('.').len();
            spans.push(with_length(redactor, text, from, from + inner.len()));
        }
        at += piece.len() + 1;
    }
}

/// The address at this position, with the prefix length if it is a range.
fn with_length(redactor: &Redactor, text: &str, start: usize, end: usize) -> Replacement {
    let digits =
        text[end..].strip_prefix('/').map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
    if (1..=3).contains(&digits)
        && let Some(replacement) = redactor.range(&text[start..end + 1 + digits])
    {
        return Replacement { start, end: end + 1 + digits, replacement };
    }
    let replacement = redactor.range(&text[start..end]).unwrap_or_default();
    Replacement { start, end, replacement }
}

/// Finds the names of users in paths.
fn homes(redactor: &Redactor, text: &str, spans: &mut Vec<Replacement>) {
    for home in HOMES {
        for (found, _) in text.match_indices(home) {
            let start = found + home.len();
            let end =
                text[start..].find(['/', '\\', ':', '"', '`']).map_or(text.len(), |length| start + length);
            if end > start {
                spans.push(Replacement { start, end, replacement: redactor.name(&text[start..end]) });
            }
        }
    }
}

/// Whether the search finds the whole text as an e-mail address.
pub(super) fn is_plain_email(text: &str) -> bool {
    address::split(text).is_some()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@._+-".contains(&byte))
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric())
}
