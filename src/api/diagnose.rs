//! The few requests that show what a token opens: each source once, nothing read in full, nothing waited for.

use jiff::Timestamp;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::json;

use super::client::{Client, Examination, Request, Vitals};
use super::error::ApiError;
use super::log::{LIST, SEARCH};
use super::model::{AdminList, IpAllowlist, Me, PROBE_PATHS};

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
    /// `POST /admins/activity_logs/search`.
    pub log: Asked<()>,
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
    seen.me = Some(read(client, me, "GET /me", &mut seen.vitals));
    if seen.me.as_ref().is_some_and(|me| me.as_ref().is_err_and(holds_for_all)) {
        return seen;
    }
    let admins = client.examine(&Request::get("/admins"), true).await;
    seen.admins = Some(read::<AdminList>(client, admins, "GET /admins", &mut seen.vitals).map(|_| ()));
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
    let mut log = read::<IgnoredAny>(client, log, &search.endpoint(), &mut seen.vitals);
    if matches!(log, Err(ApiError::NotFound(_))) {
        let range = vec![("created_at_after", until.saturating_sub(LOG_RANGE).to_string())];
        let list = Request { path: LIST, query: range, ..Request::default() };
        log = read(client, client.examine(&list, true).await, &list.endpoint(), &mut seen.vitals);
    }
    seen.log = Some(log.map(|_| ()));
    let allowlist = read::<IpAllowlist>(client, allowlist, "GET /ip_allowlist", &mut seen.vitals);
    seen.allowlist = Some(allowlist.map(|_| ()));
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

/// Reads a JSON answer, and keeps what its headers said.
fn read<T: DeserializeOwned>(
    client: &Client,
    examination: Examination,
    endpoint: &str,
    newest: &mut Option<Vitals>,
) -> Result<T, ApiError> {
    let Examination { answer, vitals } = examination;
    let content_type = vitals.as_ref().map(|vitals| vitals.content_type.clone()).unwrap_or_default();
    *newest = vitals.or(newest.take());
    let body = answer?;
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&body);
    serde_json::from_slice(body).map_err(|error| {
        let endpoint = endpoint.to_owned();
        if body.trim_ascii_start().starts_with(b"{") || body.trim_ascii_start().starts_with(b"[") {
            let detail = client.quoted(&error.to_string());
            ApiError::UnexpectedShape { endpoint, detail }
        } else {
            let content_type =
                if content_type.is_empty() { "no content type".to_owned() } else { content_type };
            ApiError::NotJson { endpoint, content_type }
        }
    })
}
