//! A server that answers as Intercom's API does, over a [`Workspace`], with faults on demand.
//!
//! [`Api`] turns a request into an answer; [`Server`] serves it on a loopback port.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};

use crate::program::{Program, TOKEN, scan};
use crate::server::{Answer, Seen, Server};
use crate::unsteady::Unsteady;
use crate::workspace::Workspace;

/// The endpoints of the token probe.
pub(crate) const PROBED: [&str; 6] = [
    "/tags",
    "/segments",
    "/data_attributes",
    "/ticket_types",
    "/help_center/collections",
    "/news/newsfeeds",
];

/// The activity log, by search.
pub(crate) const SEARCH: &str = "/admins/activity_logs/search";

/// The activity log, page by page.
pub(crate) const LOG: &str = "/admins/activity_logs";

/// The form of `pages.next` if there is a further page.
#[derive(Debug, Clone)]
pub(crate) enum Next {
    /// Always null, although `total_pages` says there is more.
    Null,
    /// An absolute address on this server.
    Url,
    /// An object with a cursor.
    Cursor,
    /// An absolute address on another server.
    Elsewhere(String),
    /// An address of page 1; every page has the same events.
    Loop,
}

struct Fault {
    path: String,
    answer: Answer,
    /// The number of normal answers before it.
    after: usize,
    left: usize,
}

/// The behaviour of a workspace's API.
pub(crate) struct Api {
    workspace: Workspace,
    next: Next,
    exclusive: bool,
    without_pages: bool,
    unsteady: Unsteady,
    readable: Vec<String>,
    budget: Option<u64>,
    ahead: i64,
    at_most: u64,
    token: String,
    /// What is written in bodies in place of what.
    rewritten: Option<(String, String)>,
    longest: i64,
    spent: Mutex<BTreeMap<u64, u64>>,
    faults: Mutex<Vec<Fault>>,
    seen: Mutex<Vec<Seen>>,
}

impl Api {
    /// Answers like Intercom; the token may read only admins and the log.
    pub(crate) fn new(workspace: Workspace) -> Self {
        Self {
            workspace,
            next: Next::Url,
            exclusive: false,
            without_pages: false,
            unsteady: Unsteady::default(),
            readable: Vec::new(),
            budget: None,
            ahead: 0,
            at_most: u64::MAX,
            token: TOKEN.to_owned(),
            rewritten: None,
            longest: i64::MAX,
            spent: Mutex::default(),
            faults: Mutex::default(),
            seen: Mutex::default(),
        }
    }

    /// The form of `pages.next`.
    pub(crate) fn next(mut self, next: Next) -> Self {
        self.next = next;
        self
    }

    /// Events at exactly `created_at_after` and `created_at_before` are left out.
    pub(crate) fn exclusive(mut self) -> Self {
        self.exclusive = true;
        self
    }

    /// Pages have no totals.
    pub(crate) fn without_pages(mut self) -> Self {
        self.without_pages = true;
        self
    }

    /// The log grows between requests, or pages have wrong totals.
    pub(crate) fn unsteady(mut self, unsteady: Unsteady) -> Self {
        self.unsteady = unsteady;
        self
    }

    /// The token may read this path too.
    pub(crate) fn readable(mut self, path: &str) -> Self {
        self.readable.push(path.to_owned());
        self
    }

    /// Allows this number of requests in each window of ten seconds, and sends headers about it.
    pub(crate) fn budget(mut self, limit: u64) -> Self {
        self.budget = Some(limit);
        self
    }

    /// Every request to the path (`*`: to any) is answered with this.
    pub(crate) fn fault(self, path: &str, answer: Answer) -> Self {
        self.fault_times(path, usize::MAX, answer)
    }

    /// The first requests to the path (`*`: to any) are answered with this.
    pub(crate) fn fault_times(self, path: &str, times: usize, answer: Answer) -> Self {
        self.faults.lock().unwrap().push(Fault { path: path.to_owned(), answer, after: 0, left: times });
        self
    }

    /// Every request to the path but the first ones is answered with this.
    pub(crate) fn fault_after(self, path: &str, after: usize, answer: Answer) -> Self {
        self.faults.lock().unwrap().push(Fault { path: path.to_owned(), answer, after, left: usize::MAX });
        self
    }

    /// Its clock is this number of seconds ahead of this machine's.
    pub(crate) fn ahead(mut self, seconds: i64) -> Self {
        self.ahead = seconds;
        self
    }

    /// Its token is another one.
    pub(crate) fn token(mut self, token: &str) -> Self {
        self.token = token.to_owned();
        self
    }

    /// Bodies have another text in place of this one, as it is.
    pub(crate) fn rewritten(mut self, from: &str, to: &str) -> Self {
        self.rewritten = Some((from.to_owned(), to.to_owned()));
        self
    }

    /// Pages have at most this number of events, whatever the request.
    pub(crate) fn at_most(mut self, events: u64) -> Self {
        self.at_most = events;
        self
    }

    /// A range of the log that is longer than this number of seconds is answered with 500.
    pub(crate) fn longest(mut self, seconds: i64) -> Self {
        self.longest = seconds;
        self
    }

    /// A fault of both ways to the activity log.
    pub(crate) fn log_fault(self, answer: &Answer) -> Self {
        self.fault(SEARCH, answer.clone()).fault(LOG, answer.clone())
    }

    /// Serves it on a loopback port.
    pub(crate) fn serve(self) -> Server {
        Server::mock(self)
    }

    /// A scan of it.
    pub(crate) fn scan(self) -> Program {
        let server = self.serve();
        scan(&server.origin()).against(server)
    }

    /// Every request so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Answers a request and records it.
    #[expect(clippy::disallowed_methods, reason = "a server has a clock of its own")]
    pub(crate) fn answer(&self, seen: Seen) -> Answer {
        let now = jiff::Timestamp::now() + jiff::SignedDuration::from_secs(self.ahead);
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).unwrap();
        let mut answer = self.decide(&seen).header("Date", date);
        if let Some((from, to)) = &self.rewritten {
            answer.body = String::from_utf8(answer.body).unwrap().replace(from, to).into();
        }
        self.seen.lock().unwrap().push(seen);
        answer
    }

    fn decide(&self, seen: &Seen) -> Answer {
        let mut faults = self.faults.lock().unwrap();
        let fits = |fault: &Fault| fault.left > 0 && (fault.path == "*" || fault.path == seen.path);
        if let Some(fault) = faults.iter_mut().find(|fault| fits(fault)) {
            if fault.after == 0 {
                fault.left -= 1;
                return fault.answer.clone();
            }
            fault.after -= 1;
        }
        drop(faults);
        if seen.headers.get("authorization") != Some(&format!("Bearer {}", self.token)) {
            return Answer::error(401, "unauthorized", "Access Token Invalid");
        }
        if seen.headers.get("intercom-version").map(String::as_str) != Some("2.16") {
            return Answer::error(400, "intercom_version_invalid", "There is no such version");
        }
        let Some((limit, used, reset)) = self.spend() else { return self.route(seen) };
        let exceeded = || Answer::error(429, "rate_limit_exceeded", "Exceeded rate limit of the app");
        let answer = if used > limit { exceeded() } else { self.route(seen) };
        answer
            .header("X-RateLimit-Limit", limit)
            .header("X-RateLimit-Remaining", limit.saturating_sub(used))
            .header("X-RateLimit-Reset", reset)
    }

    /// Limit, requests in this window, and the window's end.
    #[expect(clippy::disallowed_methods, reason = "a server has a clock of its own")]
    fn spend(&self) -> Option<(u64, u64, u64)> {
        let limit = self.budget?;
        let window = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 10;
        let mut spent = self.spent.lock().unwrap();
        let used = spent.entry(window).or_default();
        *used += 1;
        Some((limit, *used, (window + 1) * 10))
    }

    fn route(&self, seen: &Seen) -> Answer {
        let refused = Answer::error(403, "token_unauthorized", "Not authorized to access resource");
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/me") => Answer::json(200, &self.workspace.me),
            ("GET", "/admins") => {
                Answer::json(200, &json!({ "type": "admin.list", "admins": self.workspace.admins }))
            }
            ("POST", SEARCH) => self.search(seen),
            ("GET", LOG) => self.list(seen),
            ("GET", "/ip_allowlist") => match &self.workspace.ip_allowlist {
                Some(allowlist) => Answer::json(200, allowlist),
                None => refused,
            },
            ("GET", path) if self.readable.iter().any(|readable| readable == path) => {
                Answer::json(200, &json!({ "type": "list", "data": [] }))
            }
            ("GET", path) if PROBED.contains(&path) || path == "/teams" => refused,
            _ => Answer::error(404, "not_found", "The requested resource was not found"),
        }
    }

    fn search(&self, seen: &Seen) -> Answer {
        let body = &seen.body;
        let types = body["event_types"].as_array().map(Vec::as_slice);
        let cursor = body["starting_after"].as_str();
        let cursor = cursor.and_then(|cursor| cursor.strip_prefix("after-page-")?.parse().ok());
        let page = cursor.map_or_else(|| body["page"].as_u64().unwrap_or(1), |before: u64| before + 1);
        let per_page = body["per_page"].as_u64().unwrap_or(20);
        if per_page == 0 || per_page > 250 {
            return Answer::error(400, "parameter_invalid", "per_page must be between 1 and 250");
        }
        let (after, before) = (body["created_at_after"].as_i64(), body["created_at_before"].as_i64());
        self.page(seen, after, before, types, page, per_page.min(self.at_most))
    }

    fn list(&self, seen: &Seen) -> Answer {
        let number = |name: &str| seen.query.get(name).and_then(|text| text.parse::<i64>().ok());
        let page = number("page").unwrap_or(1).unsigned_abs();
        self.page(seen, number("created_at_after"), number("created_at_before"), None, page, 20)
    }

    fn page(
        &self,
        seen: &Seen,
        after: Option<i64>,
        before: Option<i64>,
        types: Option<&[Value]>,
        page: u64,
        per_page: u64,
    ) -> Answer {
        let Some(after) = after else {
            return Answer::error(404, "parameter_not_found", "created_at_after is required");
        };
        let slack = i64::from(self.exclusive);
        let (from, to) = (after + slack, before.unwrap_or(i64::MAX).saturating_sub(slack));
        if to.saturating_sub(from) > self.longest {
            return Answer::error(500, "server_error", "Something went wrong");
        }
        let fits = |event: &&Value| {
            // An entry without a time is in every range; an entry without a type matches every type.
            let time = event["created_at"].as_i64().filter(|at| (1..100_000_000_000).contains(at));
            let in_range = time.is_none_or(|at| from <= at && at <= to);
            let kind = &event["activity_type"];
            in_range && types.is_none_or(|types| !kind.is_string() || types.contains(kind))
        };
        let arrived = self.unsteady.arrived();
        let mut events: Vec<_> = arrived.iter().chain(&self.workspace.events).filter(fits).collect();
        events.sort_by_key(|event| std::cmp::Reverse(event["created_at"].as_i64()));
        let total = (events.len() as u64).div_ceil(per_page).max(1);
        let looping = matches!(self.next, Next::Loop);
        let shown = if looping { 1 } else { page.max(1) };
        let skipped = (shown - 1).saturating_mul(per_page);
        let (skipped, taken) = self.unsteady.overlap(skipped as usize, per_page as usize);
        let rows: Vec<_> = events.into_iter().skip(skipped).take(taken).collect();
        let mut answer = json!({ "type": "activity_log.list", "activity_logs": rows });
        if !self.without_pages {
            let host = seen.headers.get("host").cloned().unwrap_or_default();
            let more = page < total;
            let address = |origin: &str, page: u64| {
                format!("{origin}{LOG}?created_at_after={after}&page={page}&per_page={per_page}")
            };
            let next = match &self.next {
                Next::Loop => address(&format!("http://{host}"), 1).into(),
                Next::Url if more => address(&format!("http://{host}"), page + 1).into(),
                Next::Elsewhere(origin) if more => address(origin, page + 1).into(),
                Next::Cursor if more => {
                    json!({ "per_page": per_page, "starting_after": format!("after-page-{page}") })
                }
                _ => Value::Null,
            };
            answer["pages"] = json!({ "type": "pages", "page": page, "per_page": per_page, "next": next });
            if !looping {
                answer["pages"]["total_pages"] = self.unsteady.claim(total);
            }
        }
        Answer::json(200, &answer)
    }
}
