//! The fault matrix: each source with each fault of a server. The source and the program end as they should, the message says
//! what happened, and the token, which the server sends back wherever it can, is in no output.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use h2::Reason;
use serde_json::{Value, json};

use crate::cases::{side_by_side, some};
use crate::intercom::{Api, LOG, SEARCH};
use crate::program::{Program, TOKEN, live, scan};
use crate::server::{Answer, Authority, Behaviour, Certificate, Server, Successor, go_away};
use crate::workspace::Workspace;

/// What is read: a source, or one of the two ways to the activity log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Me,
    Admins,
    Search,
    List,
    Allowlist,
    Probe,
}

impl Source {
    const ALL: [Self; 6] = [Self::Me, Self::Admins, Self::Search, Self::List, Self::Allowlist, Self::Probe];

    /// Its id in the report.
    fn id(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Admins => "admins",
            Self::Search | Self::List => "activity-log",
            Self::Allowlist => "ip-allowlist",
            Self::Probe => "token-probe",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::Me => "/me",
            Self::Admins => "/admins",
            Self::Search => SEARCH,
            Self::List => LOG,
            Self::Allowlist => "/ip_allowlist",
            Self::Probe => "/segments",
        }
    }

    /// The number of requests of a scan that go to other paths.
    fn others(self) -> usize {
        match self {
            Self::Me | Self::Admins | Self::Allowlist | Self::Probe => 11,
            Self::Search => 9,
            // The search is tried first.
            Self::List => 12,
        }
    }

    /// An API whose other sources are well.
    fn api(self) -> Api {
        let api = Api::new(Workspace::healthy().allowlist(true, &["192.0.2.0/24"]));
        if self == Self::List { api.fault(SEARCH, Answer::error(404, "not_found", "Not found")) } else { api }
    }
}

/// What a server does.
enum Fault {
    /// It gives an answer.
    Answers(Answer),
    /// It misbehaves.
    Plain(Behaviour),
    /// It misbehaves over TLS.
    Tls(Behaviour),
    /// It misbehaves over TLS, with HTTP/2.
    Http2(Behaviour),
}

use Fault::{Answers, Http2, Plain, Tls};

/// Who signs the certificates of servers that are to be trusted.
pub(crate) static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| Authority::new("trusted"));

impl Fault {
    fn serve(self, source: Source) -> Server {
        let api = source.api();
        let good = |protocol| AUTHORITY.server(Certificate::Good, &[protocol]);
        match self {
            Answers(answer) => api.fault(source.path(), answer).serve(),
            Plain(behaviour) => Server::start(api, &[(source.path(), behaviour)]),
            Tls(behaviour) => Server::encrypted(api, &[(source.path(), behaviour)], good("http/1.1")),
            Http2(behaviour) => Server::http2(api, &[(source.path(), behaviour)], good("h2")),
        }
    }

    /// How the source ends.
    fn status(&self, source: Source) -> &'static str {
        let answered = match self {
            Answers(answer) => !matches!(answer.status, 429 | 500..),
            Plain(behaviour) => matches!(
                behaviour,
                Behaviour::ResetMidBody
                    | Behaviour::CutShort
                    | Behaviour::Vast
                    | Behaviour::Endless
                    | Behaviour::Trickle
            ),
            Http2(behaviour) => matches!(behaviour, Behaviour::ResetStreamMidBody),
            Tls(_) => false,
        };
        match self {
            // The probe asks for the status alone.
            _ if source == Source::Probe && answered => "complete",
            Answers(answer) if matches!(answer.status, 401 | 403) => "forbidden",
            // A record without a workspace is a record.
            Answers(answer) if source == Source::Me && [nulls(), deep()].contains(&answer.body) => "complete",
            _ => "failed",
        }
    }
}

/// An object whose known fields are all null.
fn nulls() -> Vec<u8> {
    fields(&Value::Null)
}

/// Objects in objects, deeper than any stack.
fn deep() -> Vec<u8> {
    [&r#"{"app":"#.repeat(10_000), "1", &"}".repeat(10_000)].concat().into()
}

/// An object whose known fields all have this value.
fn fields(value: &Value) -> Vec<u8> {
    let names =
        "type id name email app admins activity_logs pages total_count next enabled ip_allowlist data";
    names.split(' ').map(|name| (name.to_owned(), value.clone())).collect::<Value>().to_string().into()
}

/// Each fault: its name, what the server does, and what the message says.
fn faults(source: Source) -> Vec<(&'static str, Fault, &'static str)> {
    let leave = |successor| Behaviour::Leave(source.others(), successor);
    let other = |certificate| leave(Successor::Tls(AUTHORITY.server(certificate, &["http/1.1"])));
    let unknown = Authority::new("unknown").server(Certificate::Good, &["http/1.1"]);
    let end = |last| Http2(Behaviour::EndWith(source.others(), last));
    let echo =
        |status, code| Answer::error(status, code, &format!("No, {TOKEN}")).header("X-Request-Id", TOKEN);
    let json = |value: Value| Answers(Answer::json(200, &value));
    let page = Answer::bytes(200, format!("<html>{TOKEN}</html>"));
    let page = Answer { content_type: format!("text/html; token={TOKEN}"), ..page };
    let away = Answer::bytes(302, "").header("Location", format!("https://evil.example/?token={TOKEN}"));
    let odd_list = match source {
        Source::Search | Source::List => "1 entry has no readable type or time",
        _ => "an unexpected shape (",
    };
    let raw = |text: String| Plain(Behaviour::Raw(text.into()));
    vec![
        // Refused.
        ("unauthorized", Answers(echo(401, "unauthorized")), "does not accept the token"),
        ("forbidden", Answers(echo(403, "forbidden")), "the token may not read this"),
        ("server error", Answers(echo(500, TOKEN)), "the server failed"),
        ("rate limit", Answers(echo(429, "limit").header("Retry-After", 86_400)), "asks to wait 86400 s"),
        ("closed port", Plain(leave(Successor::ClosedPort)), "the connection was refused ("),
        // Reset.
        ("reset", Plain(Behaviour::Reset), "the connection broke ("),
        ("reset in the body", Plain(Behaviour::ResetMidBody), "the connection broke ("),
        ("closed", Plain(Behaviour::Hangup), "the connection broke ("),
        ("closed, over TLS", Tls(Behaviour::Hangup), "the connection broke (the server closed it)"),
        // Truncated.
        ("closed in the body", Plain(Behaviour::CutShort), "the connection broke ("),
        ("cut off", Answers(Answer::bytes(200, format!(r#"{{"id":"{TOKEN}"#))), "stops in the middle"),
        ("empty", Answers(Answer::bytes(200, "")), "the answer is empty"),
        // Of another type.
        ("a list", json(json!([TOKEN])), "an unexpected shape (a list where an object belongs)"),
        ("text", json(json!(TOKEN)), "an unexpected shape (text where an object belongs)"),
        ("a number", json(json!(-1.5)), "an unexpected shape (a number where an object belongs)"),
        ("null", json(json!(null)), "an unexpected shape (null where an object belongs)"),
        ("an error", Answers(Answer { status: 200, ..echo(401, "unauthorized") }), "an unexpected shape ("),
        ("null everywhere", Answers(Answer::bytes(200, nulls())), "an unexpected shape ("),
        ("text everywhere", Answers(Answer::bytes(200, fields(&json!(TOKEN)))), "an unexpected shape ("),
        ("deep", Answers(Answer::bytes(200, deep())), "an unexpected shape ("),
        ("lists everywhere", Answers(Answer::bytes(200, fields(&json!([TOKEN])))), odd_list),
        // Huge.
        ("vast", Plain(Behaviour::Vast), "the answer is larger than"),
        ("endless", Plain(Behaviour::Endless), "the answer is larger than"),
        // Not the API.
        ("a page", Answers(page), "where JSON was expected"),
        ("redirect", Answers(away), "was redirected (302) to https://evil.example/?token="),
        (
            "a long header",
            raw(format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n", TOKEN.repeat(50_000))),
            "the connection broke (",
        ),
        ("no HTTP", raw(format!("SSH-2.0-{TOKEN}\r\n")), "the connection broke ("),
        (
            "odd header",
            raw(format!("HTTP/1.1 200 {TOKEN}\r\n{TOKEN}: \0{TOKEN}\r\n\r\n")),
            "the connection broke (",
        ),
        // Bad TLS.
        (
            "for another host",
            Tls(other(Certificate::For(TOKEN))),
            "the server's certificate is for another host",
        ),
        ("expired", Tls(other(Certificate::Expired)), "the server's certificate has expired"),
        (
            "unknown issuer",
            Tls(leave(Successor::Tls(unknown))),
            "the issuer of the server's certificate is unknown",
        ),
        ("no TLS", Tls(leave(Successor::Plain)), "no trusted TLS connection ("),
        // HTTP/2.
        ("stream error", Http2(Behaviour::ResetStream(Reason::INTERNAL_ERROR)), "the connection broke ("),
        ("stream error in the body", Http2(Behaviour::ResetStreamMidBody), "the connection broke ("),
        ("stream refused", Http2(Behaviour::ResetStream(Reason::REFUSED_STREAM)), "the connection broke ("),
        ("go away", end(go_away(Reason::ENHANCE_YOUR_CALM, TOKEN)), "the connection broke ("),
        ("go away, no error", end(go_away(Reason::NO_ERROR, TOKEN)), "the connection broke ("),
        ("no HTTP/2", end(format!("HTTP/1.1 {TOKEN}\r\n").into()), "the connection broke ("),
    ]
}

/// Those that last until the deadline.
fn slow(_: Source) -> Vec<(&'static str, Fault, &'static str)> {
    let late = "the deadline of the scan passed";
    vec![("silence", Plain(Behaviour::Silence), late), ("trickle", Plain(Behaviour::Trickle), late)]
}

#[test]
fn each_source_with_each_fault_ends_as_it_should() {
    let cells = |faults: fn(Source) -> Vec<_>, timeout: &'static str| {
        let of = move |source| faults(source).into_iter().map(move |fault| (source, fault, timeout));
        Source::ALL.into_iter().flat_map(of)
    };
    let cells = some(faults(Source::Me).len(), cells(slow, "4s").chain(cells(faults, "30s")));
    let failed = side_by_side(cells, |(source, (name, fault, says), timeout)| {
        let cell = AssertUnwindSafe(|| assert_cell(source, fault, says, timeout));
        let panic = catch_unwind(cell).err()?;
        let said = panic.downcast_ref::<String>().map_or("", String::as_str);
        Some(format!("{source:?}, {name}: {said:.2000}"))
    });
    let failed: Vec<_> = failed.into_iter().flatten().collect();
    assert!(failed.is_empty(), "{} cells failed\n{}", failed.len(), failed.join("\n\n"));
}

/// Lets a program trust the servers of [`AUTHORITY`].
pub(crate) fn trusting(program: Program) -> Program {
    program.file("authority.pem", AUTHORITY.pem()).env("SSL_CERT_FILE", "authority.pem")
}

fn assert_cell(source: Source, fault: Fault, says: &str, timeout: &str) {
    let status = fault.status(source);
    let is_answer = matches!(fault, Answers(_));
    let server = fault.serve(source);
    let options = [
        "-v",
        "--fail-on",
        "never",
        "--timeout",
        timeout,
        "-o",
        "table=report.txt",
        "-o",
        "html=report.html",
    ];
    let run = trusting(scan(&server.origin()).args(options)).run();
    let needed = status == "failed" || (source == Source::Admins && status == "forbidden");
    let run = run.exits(if needed { 3 } else { 0 });
    let report = run.report();
    for one in Source::ALL {
        report.assert_source(one.id(), if one.id() == source.id() { status } else { "complete" });
    }
    let detail = report.source(source.id())["detail"].as_str().unwrap_or_default();
    if status == "complete" {
        assert_eq!(detail, "", "{}", run.streams());
    } else {
        assert!(detail.contains(says), "{says:?} is not in {detail:?}");
    }
    if status == "failed" {
        assert!(run.stderr.contains(says), "{says:?} is not said: {}", run.stderr);
    }
    if is_answer {
        let doctor = trusting(live(&server.origin(), &["doctor"])).run();
        let of = [&doctor.stdout, &doctor.stderr];
        assert_eq!(doctor.code, run.code, "doctor and scan differ: {of:?}");
    }
}
