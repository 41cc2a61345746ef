//! Tells apart what an HTTP status, a JSON error body or the network library reports.

use std::error::Error;
use std::io::ErrorKind;
use std::time::Duration;

use serde_json::Value;

use super::error::{Answer, ApiError, Cause};
use crate::casefold::ascii_lower;

/// The longest text taken over from a server, in characters.
const MAX_QUOTE: usize = 200;

/// Names the error of an answer that is not a success.
///
/// `location` is where a redirect points, `header_id` the `X-Request-Id` header.
pub(super) fn from_answer(
    endpoint: &str,
    status: u16,
    location: Option<&str>,
    header_id: Option<&str>,
    body: &[u8],
) -> ApiError {
    let endpoint = endpoint.to_owned();
    if (300..400).contains(&status) {
        let location = location.map_or_else(|| "an unnamed place".to_owned(), quote);
        return ApiError::Redirected { endpoint, status, location };
    }
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let first = body.get("errors").and_then(|errors| errors.get(0)).unwrap_or(&Value::Null);
    let text = |value: &Value, key: &str| {
        value.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(quote)
    };
    let answer = Answer {
        endpoint,
        status,
        code: text(first, "code"),
        message: text(first, "message"),
        request_id: text(&body, "request_id").or_else(|| header_id.map(quote)),
    };
    match status {
        401 => ApiError::Unauthorized(answer),
        402 => ApiError::PlanRestricted(answer),
        403 if answer.code.as_deref() == Some("api_plan_restricted") => ApiError::PlanRestricted(answer),
        403 if mentions_allowlist(&answer) => ApiError::IpNotAllowed(answer),
        403 => ApiError::Forbidden(answer),
        404 => ApiError::NotFound(answer),
        429 => ApiError::RateLimited { answer, wait: Duration::ZERO },
        500.. => ApiError::Server(answer),
        _ => ApiError::BadRequest(answer),
    }
}

/// The allowlist refusal has no code of its own; only its message tells.
fn mentions_allowlist(answer: &Answer) -> bool {
    let message = ascii_lower(answer.message.as_deref().unwrap_or_default());
    ["allowlist", "allow list", "whitelist", "ip address"].iter().any(|words| message.contains(words))
}

/// Names the error of a request that got no complete answer.
///
/// A server has a hand in some of these texts, such as the debug data of HTTP/2: `quote` makes them fit to be shown.
pub(super) fn from_transport(
    endpoint: &str,
    error: &reqwest::Error,
    quote: &dyn Fn(&str) -> String,
) -> ApiError {
    ApiError::Broken { endpoint: endpoint.to_owned(), cause: cause_of(error, quote) }
}

/// Whether a proxy answered 407. The library has no type for it that could be asked.
pub(super) fn wants_sign_in(error: &reqwest::Error) -> bool {
    chain(error).any(|cause| cause.to_string().ends_with("proxy authorization required"))
}

/// An error and what caused it, outermost first.
pub(super) fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |cause: &&'a (dyn Error + 'static)| (*cause).source())
}

/// What kept a request from a complete answer.
pub(crate) fn cause_of(error: &reqwest::Error, quote: &dyn Fn(&str) -> String) -> Cause {
    let mut detail = String::new();
    for cause in chain(error) {
        let said = cause.to_string();
        if let Some(found) = recognise(cause, &said, quote) {
            return found;
        }
        // The outermost message repeats the address; an inner one says what happened.
        detail = said;
    }
    if error.is_timeout() { Cause::Timeout } else { Cause::Network(quote(&detail)) }
}

fn recognise(cause: &(dyn Error + 'static), said: &str, quote: &dyn Fn(&str) -> String) -> Option<Cause> {
    let innermost = || quote(&chain(cause).last().unwrap_or(cause).to_string());
    if let Some(error) = cause.downcast_ref::<rustls::Error>() {
        return Some(Cause::Tls(tls_problem(error, quote)));
    }
    if let Some(io) = cause.downcast_ref::<std::io::Error>() {
        // An io::Error's source() skips the error it wraps, which may be another one of its kind.
        let mut inner = io;
        while let Some(wrapped) = inner.get_ref() {
            if let Some(error) = wrapped.downcast_ref::<rustls::Error>() {
                return Some(Cause::Tls(tls_problem(error, quote)));
            }
            let Some(next) = wrapped.downcast_ref::<std::io::Error>() else { break };
            inner = next;
        }
        return match inner.kind() {
            ErrorKind::ConnectionRefused => Some(Cause::Refused(quote(said))),
            ErrorKind::TimedOut => Some(Cause::Timeout),
            // What rustls says of it is for programmers.
            ErrorKind::UnexpectedEof => Some(Cause::Network("the server closed it".to_owned())),
            _ => None,
        };
    }
    said.starts_with("dns error").then(|| Cause::Dns(innermost()))
}

/// What is wrong with a TLS connection. The usual problems are named without what the server put into its certificate.
fn tls_problem(error: &rustls::Error, quote: &dyn Fn(&str) -> String) -> String {
    use rustls::CertificateError as Bad;
    let rustls::Error::InvalidCertificate(bad) = error else { return quote(&error.to_string()) };
    match bad {
        Bad::Expired | Bad::ExpiredContext { .. } => "the server's certificate has expired".to_owned(),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
            "the server's certificate is not valid yet".to_owned()
        }
        Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
            "the server's certificate is for another host".to_owned()
        }
        Bad::UnknownIssuer => "the issuer of the server's certificate is unknown".to_owned(),
        _ => quote(&error.to_string()),
    }
}

/// Takes over text from a server: bounded, otherwise as it came.
pub(super) fn quote(text: &str) -> String {
    text.chars().take(MAX_QUOTE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::Hint as _;
    use crate::region::Region;
    use crate::sources::SourceStatus;

    fn refused(status: u16, code: &str, message: &str) -> ApiError {
        let body = serde_json::json!({
            "type": "error.list", "request_id": "r-1", "errors": [{"code": code, "message": message}],
        });
        from_answer("GET /admins", status, None, Some("h-1"), body.to_string().as_bytes())
    }

    #[test]
    fn refusals_are_told_apart() {
        assert!(matches!(refused(401, "unauthorized", "Access Token Invalid"), ApiError::Unauthorized(_)));
        assert!(matches!(refused(402, "x", "pay"), ApiError::PlanRestricted(_)));
        assert!(matches!(refused(403, "api_plan_restricted", "no"), ApiError::PlanRestricted(_)));
        assert!(matches!(refused(403, "forbidden", "no"), ApiError::Forbidden(_)));
        let message = "Your IP address is not on the allowlist for API access";
        assert!(matches!(refused(403, "forbidden", message), ApiError::IpNotAllowed(_)));
        assert!(matches!(refused(404, "parameter_not_found", "no"), ApiError::NotFound(_)));
        assert!(matches!(refused(400, "intercom_version_invalid", "no"), ApiError::BadRequest(_)));
        assert!(matches!(refused(503, "server_error", "no"), ApiError::Server(_)));
        for status in [401, 402, 403] {
            assert_eq!(refused(status, "a", "b").source_status(), SourceStatus::Forbidden);
        }
        assert_eq!(refused(404, "a", "b").source_status(), SourceStatus::Failed);
    }

    #[test]
    fn the_sentence_has_the_request_id_and_a_bounded_message() {
        let error = refused(401, "unauthorized", &"x".repeat(10_000));
        let sentence = error.to_string();
        assert!(sentence.contains("request id r-1") && sentence.contains("GET /admins answered 401"));
        assert!(sentence.len() < 400);
        assert!(error.hint().is_some());
    }

    #[test]
    fn odd_bodies_are_no_obstacle() {
        for body in
            ["", "null", "[]", "<html>", r#"{"errors":null,"request_id":null}"#, r#"{"errors":[null]}"#]
        {
            let error = from_answer("GET /me", 500, None, Some("h-1"), body.as_bytes());
            assert!(error.to_string().contains("request id h-1"), "{body}");
        }
    }

    #[test]
    fn a_refusal_may_point_to_another_region() {
        let us = Region::Us.api_origin();
        let eu = refused(401, "unauthorized", "This workspace is hosted at https://API.EU.intercom.io");
        assert_eq!(eu.other_region(us), Some(Region::Eu));
        assert_eq!(eu.other_region(Region::Eu.api_origin()), None, "the host that was asked is no other");
        assert_eq!(
            refused(401, "unauthorized", "sign in at app.au.intercom.com").other_region(us),
            Some(Region::Au)
        );
        assert_eq!(refused(401, "unauthorized", "Access Token Invalid").other_region(us), None);
        assert_eq!(refused(500, "server_error", "api.eu.intercom.io is down").other_region(us), None);
        let away = from_answer("GET /me", 301, Some("https://api.au.intercom.io/me"), None, b"");
        assert_eq!(away.other_region(us), Some(Region::Au));
    }

    #[test]
    fn a_redirect_names_its_target() {
        let error = from_answer("GET /me", 302, Some("https://evil.example/"), None, b"");
        assert!(error.to_string().contains("https://evil.example/"));
        assert_eq!(error.status(), Some(302));
    }
}
