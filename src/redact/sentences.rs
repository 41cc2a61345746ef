//! Sentences of the program that quote people or files in a known place.

use jiff::Timestamp;

use super::Scrubber;
use crate::adjust::attestations::JUDGED;
use crate::checks::LAST_CHANGE;

impl Scrubber<'_> {
    /// An observation beside a verdict.
    pub(super) fn context(&self, line: &str) -> String {
        // What the log says about a change, and what an attestation settled, may name people whom nothing else names.
        if let Some(change) = line.strip_prefix(LAST_CHANGE) {
            return self
                .change(change)
                .unwrap_or_else(|| format!("{LAST_CHANGE}{}", self.redactor.words(change)));
        }
        match line.strip_prefix(JUDGED) {
            Some(finding) => format!("{JUDGED}{}", self.redactor.words(finding)),
            None => self.text(&self.file_between(line, "the evidence ", " is not here")),
        }
    }

    /// `What happened (type, by whom, when)`: what happened is told by the type alone.
    fn change(&self, change: &str) -> Option<String> {
        let (rest, at) = change.strip_suffix(')')?.rsplit_once(", ")?;
        at.parse::<Timestamp>().ok()?;
        let (rest, by) = rest.rsplit_once(", by ")?;
        let (_, activity_type) = rest.rsplit_once(" (")?;
        if !activity_type
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        {
            return None;
        }
        let by = if by == NOBODY { by.to_owned() } else { self.redactor.person(by) };
        Some(format!("{LAST_CHANGE}{activity_type} ({activity_type}, by {by}, {at})"))
    }

    /// A setting that loosens the verdict: people's names, subjects and reasons stand at its end.
    pub(super) fn setting(&self, sentence: &str) -> String {
        if sentence.starts_with("params.") {
            return self.text(&self.quoted(sentence));
        }
        let parsed = || {
            let waives = sentence.starts_with("waives ");
            if !waives && !sentence.starts_with("attests ") {
                return None;
            }
            let (head, tail) = sentence.split_once(" until ")?;
            let (day, by) = tail.split_once(", by ")?;
            day.parse::<jiff::civil::Date>().ok()?;
            let head = match head.split_once(" for ") {
                Some((head, subject)) => format!("{head} for {}", self.redactor.signatory(subject)),
                None => head.to_owned(),
            };
            let (by, reason) = match by.split_once(": ").filter(|_| waives) {
                Some((by, reason)) => (by, format!(": {}", self.redactor.words(reason))),
                None => (by, String::new()),
            };
            Some(format!("{head} until {day}, by {}{reason}", self.redactor.signatory(by)))
        };
        match parsed() {
            Some(sentence) => sentence,
            None if sentence.starts_with("waives ") || sentence.starts_with("attests ") => {
                self.redactor.words(sentence)
            }
            None => self.text(sentence),
        }
    }

    /// A warning: it may quote a cell of a roster, a subject of the configuration or a file.
    pub(super) fn warning(&self, warning: &str) -> String {
        let doubtful = self.file_between(warning, "is in doubt: ", " is not the file it was signed with");
        let doubtful = self.file_between(&doubtful, "is in doubt: ", " cannot be read");
        let line = self.quoted(&doubtful);
        self.text(&self.subject_of_waiver(&line))
    }

    /// `the waiver for 2.3 (subject) expired …`.
    fn subject_of_waiver(&self, line: &str) -> String {
        let subject = || {
            let start = line.find("the waiver for ")? + "the waiver for ".len();
            let open = start + line[start..].find(" (")? + 2;
            let close = open + line[open..].rfind(") ")?;
            Some(format!(
                "{}{}{}",
                &line[..open],
                self.redactor.signatory(&line[open..close]),
                &line[close..]
            ))
        };
        subject().unwrap_or_else(|| line.to_owned())
    }

    /// Replaces what stands in quotation marks or backticks.
    fn quoted(&self, line: &str) -> String {
        let mut replaced = String::with_capacity(line.len());
        let mut rest = line;
        while let Some(open) = rest.find(['"', '`']) {
            let (head, tail) = rest.split_at(open + 1);
            replaced.push_str(head);
            let mark = if head.ends_with('"') { '"' } else { '`' };
            let (text, after) = tail.split_at(tail.find(mark).unwrap_or(tail.len()));
            // The name of a control or a domain is nobody's.
            let stays = text.len() <= 3 && !text.contains(char::is_alphabetic) || is_control(text);
            let email = self.redactor.email(text);
            replaced.push_str(
                &email.unwrap_or_else(|| if stays { text.to_owned() } else { self.redactor.words(text) }),
            );
            replaced.extend((!after.is_empty()).then_some(mark));
            rest = after.get(1..).unwrap_or_default();
        }
        replaced.push_str(rest);
        replaced
    }

    /// Leaves the name of a file that stands between two phrases, without the folders.
    fn file_between(&self, line: &str, before: &str, after: &str) -> String {
        let place = || {
            let start = line.find(before)? + before.len();
            let end = start + line[start..].rfind(after)?;
            Some(format!("{}{}{}", &line[..start], file_name(&line[start..end]), &line[end..]))
        };
        place().unwrap_or_else(|| line.to_owned())
    }
}

/// Who made a change that names nobody.
const NOBODY: &str = "somebody unknown";

/// Whether it has the form of a control's id: `2.3`, `E10`.
fn is_control(text: &str) -> bool {
    text.len() <= 4 && text.contains(|c: char| c.is_ascii_digit()) && crate::controls::is_id(text)
}

/// The last part of a path, whichever system it is of.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).find(|part| !part.is_empty()).unwrap_or(path)
}
