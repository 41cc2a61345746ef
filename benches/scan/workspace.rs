//! The workspace that is served: so many teammates, and an activity log rendered page by page from one template.

use std::io::Write as _;

/// The instant every run is evaluated at: 2026-01-01T00:00:00Z, in seconds since 1970.
const NOW: u64 = 1_767_225_600;
/// The same, as the program takes it.
pub(crate) const NOW_TEXT: &str = "2026-01-01T00:00:00Z";
/// How far back the window reaches, in seconds: a little less than 30 days.
const SPAN: u64 = 2_590_000;
/// How long before the instant of the runs the history ends, in seconds: a little more than the window.
const BEFORE: u64 = 2_600_000;
/// The most events of a page, as the API has it.
pub(crate) const PER_PAGE: u64 = 250;

/// A page's worth of events, in which only ids and times are changed from page to page.
pub(crate) struct Log {
    events: u64,
    /// One second after its newest event.
    end: u64,
    template: Vec<u8>,
    entries: Vec<Entry>,
}

/// Where an event of the template lies.
struct Entry {
    /// The last twelve digits of its id.
    id: usize,
    /// The ten digits of its time.
    at: usize,
    /// The byte after it.
    end: usize,
}

impl Log {
    /// So many events of the window, by so many people.
    pub(crate) fn window(events: u64, people: u64) -> Self {
        Self::new(events, NOW, |n| details(n, n % people.max(1)))
    }

    /// So many state-setting events before it, by so many people.
    pub(crate) fn history(events: u64, people: u64) -> Self {
        Self::new(events, NOW - BEFORE, |n| details(4, n % people.max(1)))
    }

    fn new(events: u64, end: u64, details: impl Fn(u64) -> String) -> Self {
        let (mut template, mut entries) = (String::new(), Vec::new());
        for n in 0..PER_PAGE {
            if n > 0 {
                template.push(',');
            }
            template.push_str(r#"{"id":"5f0c7a52-94d1-4be3-8a6d-"#);
            let id = template.len();
            template.push_str(r#"000000000000","created_at":"#);
            let at = template.len();
            template.push_str("0000000000");
            template.push_str(&details(n));
            entries.push(Entry { id, at, end: template.len() });
        }
        Self { events, end, template: template.into_bytes(), entries }
    }

    /// How many pages it has.
    pub(crate) const fn pages(&self) -> u64 {
        self.events.div_ceil(PER_PAGE)
    }

    /// Bytes per event, separators included.
    pub(crate) fn event_size(&self) -> usize {
        self.template.len() / self.entries.len()
    }

    /// Writes the answer with one page; pages count from 1.
    pub(crate) fn page(&self, number: u64, body: &mut Vec<u8>) {
        let pages = self.pages();
        let next = if number < pages { format!(r#"{{"page":{}}}"#, number + 1) } else { "null".to_owned() };
        let _ = write!(
            body,
            r#"{{"type":"activity_log.list","pages":{{"type":"pages","page":{number},"per_page":{PER_PAGE},"total_pages":{pages},"next":{next}}},"activity_logs":["#,
        );
        let first = (number.max(1) - 1) * PER_PAGE;
        let here = self.events.saturating_sub(first).min(PER_PAGE);
        if let Some(last) = here.checked_sub(1) {
            let start = body.len();
            let entries = &self.entries[..=last as usize];
            body.extend_from_slice(&self.template[..entries[entries.len() - 1].end]);
            for (entry, nth) in entries.iter().zip(first..) {
                let at = self.end - 1 - nth * SPAN / self.events;
                let _ = write!(&mut body[start + entry.id..], "{:012x}", self.end << 16 ^ nth);
                let _ = write!(&mut body[start + entry.at..], "{at:010}");
            }
        }
        body.extend_from_slice(b"]}");
    }
}

/// An event without its id and time: mostly sign-ins, as in a real log, and everyday changes.
fn details(nth: u64, person: u64) -> String {
    let by = format!(
        r#"{{"type":"admin","id":"{}","email":"person.{person}@example.com","ip":"198.51.100.{}"}}"#,
        1_000_000 + person,
        person % 250
    );
    let who = format!(r#""admin":{{"id":{},"first_name":"Person {person}"}}"#, 1_000_000 + person);
    let (kind, text, metadata) = match nth % 20 {
        0 => (
            "admin_away_mode_change",
            "changed their away mode",
            r#"{"away_mode":true,"reassign_conversations":false,"source":"manual","update_by":1000001,"update_by_name":"Person 1"}"#
                .to_owned(),
        ),
        1 => (
            "message_state_change",
            "changed the state of a message from draft to live",
            r#"{"message":{"id":42001,"title":"Welcome on board"},"before":"draft","after":"live"}"#.to_owned(),
        ),
        2 => (
            "macro_update",
            "updated the macro Refund in progress",
            r#"{"macro":{"id":"7100","title":"Refund in progress"},"update_reason":"text"}"#.to_owned(),
        ),
        3 => (
            "admin_login_failure",
            "failed to log in",
            format!(r#"{{{who},"sign_in_method":"email_password","reason":"wrong password"}}"#),
        ),
        4 if nth == 4 => (
            "admin_permission_change",
            "had their permissions changed",
            format!(
                r#"{{{who},"before":{{"permissions":{{"manage_teammates":true,"access_reports":true}}}},"after":{{"permissions":{{"manage_teammates":false,"access_reports":true}},"conversation_access":{{"access_type":"all"}}}}}}"#
            ),
        ),
        5 if nth == 5 => ("app_data_export", "exported data", r#"{"export_type":"conversations"}"#.to_owned()),
        _ => (
            "admin_login_success",
            "logged in successfully with single sign-on through the company's identity provider",
            format!(r#"{{{who},"sign_in_method":"saml","session":"web"}}"#),
        ),
    };
    format!(
        r#","activity_type":"{kind}","activity_description":"Person {person} {text}","performed_by":{by},"metadata":{metadata}}}"#
    )
}

/// The answer of `GET /me`.
pub(crate) fn me() -> String {
    r#"{"type":"admin","id":"1000000","email":"person.0@example.com","name":"Person 0","email_verified":true,"app":{"type":"app","id_code":"bench001","name":"Benchmark","created_at":1577836800,"secure":false,"identity_verification":true,"timezone":"UTC","region":"US"},"has_inbox_seat":true}"#
        .to_owned()
}

/// The answer of `GET /admins`.
pub(crate) fn admins(people: u64) -> String {
    let admins = (0..people).map(|n| {
        let role = if n % 50 == 0 { "Admin" } else { "Support agent" };
        format!(
            r#"{{"type":"admin","id":"{}","name":"Person {n}","email":"person.{n}@example.com","away_mode_enabled":false,"has_inbox_seat":true,"team_ids":[1,2],"role":{{"type":"role","id":"{}","name":"{role}"}}}}"#,
            1_000_000 + n,
            n % 50
        )
    });
    format!(r#"{{"type":"admin.list","admins":[{}]}}"#, admins.collect::<Vec<_>>().join(","))
}
