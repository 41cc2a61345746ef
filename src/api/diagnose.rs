//! The few requests that show what a token opens: each source once, nothing read in full, nothing waited for.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use serde::de::{DeserializeOwned, Error as _};
use serde_json::json;
use tokio::time::timeout_at;

use super::client::{Client, InFlight, Request};
use super::error::{ApiError, Cause};
use super::log::{LIST, SEARCH, is_without_search};
use super::model::{self, AdminList, Event, EventPage, IpAllowlist, Me, PROBE_PATHS, Paging};

/// How far back the log is asked about, in seconds: a single event, if any, is enough to see.
const LOG_RANGE: i64 = 86_400;

/// What a request showed; none where it was not made.
pub(crate) type Asked<T> = Option<Result<T, ApiError>>;

/// What the requests showed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observations {
    /// `GET /me`.
    pub me: Asked<Me>,
    /// `GET /admins`.
    pub admins: Asked<()>,
    /// `POST /admins/activity_logs/search`, or what is read where a workspace does not offer that.
    pub log: Asked<()>,
    /// Whether the workspace does not offer the search of the log.
    pub listed: bool,
    /// `GET /ip_allowlist`.
    pub allowlist: Asked<()>,
    /// The endpoints of the token probe.
    pub probe: Vec<(&'static str, Result<(), ApiError>)>,
    /// What the headers of the newest answers said.
    pub vitals: Option<Vitals>,
}

/// Asks. The rest is left out as soon as an answer shows that it would end the same way: the host cannot be
/// reached, this machine is not let in, or the token opens neither `/me` nor `/admins`.
pub(crate) async fn diagnose(client: &Client, now: Timestamp, probe: bool) -> Observations {
    let mut seen = Observations::default();
    let me = client.examine(&Request::get("/me"), true).await;
    seen.me = Some(read(client, me, "GET /me", &mut seen.vitals).map(|(me, _)| me));
    if seen.me.as_ref().is_some_and(|me| me.as_ref().is_err_and(holds_for_all)) {
        return seen;
    }
    let admins = client.examine(&Request::get("/admins"), true).await;
    let admins = read::<AdminList>(client, admins, "GET /admins", &mut seen.vitals);
    seen.admins = Some(whole("GET /admins", admins, |list, paging| list.teammates(paging).1));
    if seen.admins.as_ref().is_some_and(Result::is_err) && seen.me.as_ref().is_some_and(Result::is_err) {
        return seen;
    }
    let until = now.as_second();
    let search = json!({
        "created_at_after": until.saturating_sub(LOG_RANGE), "created_at_before": until, "page": 1, "per_page": 1,
    });
    let search = Request { path: SEARCH, body: Some(search.to_string()), ..Request::default() };
    let allowlist = Request::get("/ip_allowlist");
    let paths: &[&'static str] = if probe { &PROBE_PATHS } else { &[] };
    let knock = async |path: &'static str| (path, client.examine(&Request::get(path), false).await);
    let (log, allowlist, probed) = tokio::join!(
        client.examine(&search, true),
        client.examine(&allowlist, true),
        futures_util::future::join_all(paths.iter().copied().map(knock)),
    );
    let page = |body: String| {
        let page: EventPage<'_> = serde_json::from_str(&body)?;
        // With an entry that it cannot read, a scan does not have the whole log.
        page.entries()?.into_iter().try_for_each(|raw| match Event::read(raw) {
            Ok(_) => Ok(()),
            Err(unread) => {
                let shown = unread.shown;
                Err(serde_json::Error::custom(format!("an entry has no readable type or time: {shown}")))
            }
        })
    };
    let mut log = read_as(client, log, &search.endpoint(), &mut seen.vitals, page);
    if log.as_ref().is_err_and(is_without_search) {
        seen.listed = true;
        let range = vec![("created_at_after", until.saturating_sub(LOG_RANGE).to_string())];
        let list = Request { path: LIST, query: range, ..Request::default() };
        log = read_as(client, client.examine(&list, true).await, &list.endpoint(), &mut seen.vitals, page);
    }
    seen.log = Some(log);
    let allowlist = read::<IpAllowlist>(client, allowlist, "GET /ip_allowlist", &mut seen.vitals);
    seen.allowlist = Some(whole("GET /ip_allowlist", allowlist, |list, paging| list.problem(paging)));
    for (path, examination) in probed {
        seen.vitals = examination.vitals.or(seen.vitals);
        seen.probe.push((path, examination.answer.map(|_| ())));
    }
    seen
}

/// True when every further request would end like this one.
fn holds_for_all(error: &ApiError) -> bool {
    error.is_unreachable() || matches!(error, ApiError::IpNotAllowed(_) | ApiError::RateLimited { .. })
}

/// Takes an answer for none where a scan would not take it for the whole.
fn whole<T>(
    endpoint: &str,
    answer: Result<(T, Paging), ApiError>,
    problem: impl FnOnce(T, &Paging) -> Option<String>,
) -> Result<(), ApiError> {
    let (answer, paging) = answer?;
    problem(answer, &paging).map_or(Ok(()), |problem| Err(ApiError::odd(endpoint, problem)))
}

/// Reads an answer that is one object, and keeps what its headers said.
fn read<T: DeserializeOwned>(
    client: &Client,
    examination: Examination,
    endpoint: &str,
    newest: &mut Option<Vitals>,
) -> Result<(T, Paging), ApiError> {
    read_as(client, examination, endpoint, newest, |body| model::read(&body))
}

fn read_as<T>(
    client: &Client,
    examination: Examination,
    endpoint: &str,
    newest: &mut Option<Vitals>,
    parse: impl Fn(String) -> Result<T, serde_json::Error>,
) -> Result<T, ApiError> {
    let Examination { answer, vitals } = examination;
    let content_type = vitals.as_ref().map(|vitals| vitals.content_type.clone()).unwrap_or_default();
    *newest = vitals.or(newest.take());
    client.parse(endpoint, content_type, answer?, parse)
}

/// The pause before the one repetition of a request whose failure may have been a moment's.
const PAUSE: Duration = Duration::from_millis(300);

/// What a request was answered, and the state of the API at that moment.
#[derive(Debug)]
pub(super) struct Examination {
    /// The body of a success; empty where it was not wanted.
    pub answer: Result<Vec<u8>, ApiError>,
    /// What the headers said; none where no answer came.
    pub vitals: Option<Vitals>,
}

/// What the headers of an answer tell beside its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Vitals {
    /// This machine's clock when the headers arrived.
    pub received: Timestamp,
    /// The server's clock, by its `Date` header.
    pub date: Option<Timestamp>,
    /// Requests allowed in a window of ten seconds.
    pub limit: Option<u64>,
    /// Requests left in this window.
    pub remaining: Option<u64>,
    /// When the next window begins.
    pub reset: Option<Timestamp>,
    /// The API version the answer is in, where it says so; raw and bounded.
    pub version: Option<String>,
    /// The content type, raw and bounded.
    pub content_type: String,
}

impl Client {
    /// Sends a request, and a second time only where a server error or a broken connection may have been a
    /// moment's. A rate limit is reported, not waited for.
    pub(super) async fn examine(&self, request: &Request<'_>, with_body: bool) -> Examination {
        let first = self.examine_once(request, with_body).await;
        let worth_repeating = matches!(
            &first.answer,
            Err(ApiError::Server(_)
                | ApiError::Broken { cause: Cause::Network(_), .. }
                | ApiError::EmptyBody { .. })
        );
        if !worth_repeating {
            return first;
        }
        tokio::time::sleep(PAUSE).await;
        self.examine_once(request, with_body).await
    }

    async fn examine_once(&self, request: &Request<'_>, with_body: bool) -> Examination {
        let endpoint = request.endpoint();
        let late =
            || Examination { answer: Err(ApiError::Deadline { endpoint: endpoint.clone() }), vitals: None };
        timeout_at(self.deadline, self.ask(request, &endpoint, with_body)).await.unwrap_or_else(|_| late())
    }

    async fn ask(&self, request: &Request<'_>, endpoint: &str, with_body: bool) -> Examination {
        let response = match self.request(request).await {
            Ok(response) => response,
            Err(error) => {
                let answer = Err(self.unanswered(endpoint, &error).await);
                return Examination { answer, vitals: None };
            }
        };
        let vitals = Some(vitals(response.headers(), |value| self.text(value)));
        let response = InFlight { response, _permit: None };
        let answer = if !response.status().is_success() {
            Err(self.refusal(response, endpoint).await)
        } else if with_body {
            match self.body(response, endpoint, self.limits.body).await {
                Ok((body, _)) if body.trim_ascii().is_empty() => {
                    Err(ApiError::EmptyBody { endpoint: endpoint.to_owned() })
                }
                answer => answer.map(|(body, _)| body),
            }
        } else {
            Ok(Vec::new())
        };
        Examination { answer, vitals }
    }
}

#[expect(clippy::disallowed_methods, reason = "this machine's clock is what is compared with the server's")]
fn vitals(headers: &HeaderMap, text: impl Fn(&HeaderValue) -> String) -> Vitals {
    let get = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let number = |name: &str| get(name).and_then(|text| text.parse().ok());
    let seconds = |text: &str| Timestamp::from_second(text.parse().ok()?).ok();
    Vitals {
        received: Timestamp::now(),
        date: get("Date").and_then(|date| jiff::fmt::rfc2822::parse(date).ok()).map(|date| date.timestamp()),
        limit: number("X-RateLimit-Limit"),
        remaining: number("X-RateLimit-Remaining"),
        reset: get("X-RateLimit-Reset").and_then(seconds),
        version: headers.get("Intercom-Version").map(&text),
        content_type: headers.get(CONTENT_TYPE).map(text).unwrap_or_default(),
    }
}
