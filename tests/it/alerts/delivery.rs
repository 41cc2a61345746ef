//! Messages that are not accepted: what is sent again, and what a receiver cannot do to a scan.

use std::time::Duration;

use super::{HOURS, PATH, SECRET, Setup, WEBHOOK, assert_signed, subjects};
use crate::cases::side_by_side;
use crate::intercom::Api;
use crate::program::program;
use crate::receiver::{Heard, Receiver, Reply};
use crate::server::{Authority, Certificate, Server};
use crate::workspace::Workspace;

#[test]
fn what_was_not_accepted_is_sent_again_with_the_next_run_in_order() {
    let setup = Setup::new();
    let both = format!("{WEBHOOK}on = ['new', 'resolved']\n");
    setup.begin(&both);
    setup.receiver.reply([Reply::Saying(500, "disk full".to_owned())]);
    let run = setup.scan(Workspace::crowded(), HOURS[1], &both).run().exits(1);
    let run = run.says("warning: alert \"ops\" was not accepted: it answered 500 (disk full). 1 message waits for the next run.");
    assert!(run.json()["gate"]["exit_code"] == 1);
    let first = setup.receiver.take();
    setup.receiver.reply([Reply::Saying(503, "<html>".to_owned())]);
    setup.scan(Workspace::healthy(), HOURS[2], &both).run().exits(0).says("2 messages wait");
    let again = setup.receiver.take();
    assert_eq!((first.len(), again.len()), (1, 1), "nothing behind the one that waits is sent");
    assert_eq!(
        (&first[0].json(), first[0].headers["webhook-id"].as_str()),
        (&again[0].json(), again[0].headers["webhook-id"].as_str())
    );
    setup.scan(Workspace::healthy(), HOURS[3], &both).run().exits(0);
    let sent = setup.receiver.take();
    sent.iter().for_each(assert_signed);
    let [new, resolved] = sent.iter().map(Heard::json).collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(new, first[0].json());
    assert!(subjects(&resolved, "resolved").contains(&"one@fixture.example".to_owned()), "{resolved}");
    assert!(resolved["new"].as_array().unwrap().is_empty());
    assert_eq!(setup.query::<i64>("SELECT attempts FROM message ORDER BY row"), [3, 1]);
    assert!(setup.query::<Option<String>>("SELECT failure FROM message").iter().all(Option::is_none));
}

#[test]
fn a_message_that_is_never_accepted_does_not_keep_others_back() {
    let setup = Setup::new();
    setup.begin(WEBHOOK);
    setup.receiver.reply([Reply::Saying(400, "bad".to_owned()), Reply::Saying(413, String::new())]);
    setup.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1).says("it answered 400 (bad)");
    let more = Workspace::crowded().teammate("four@fixture.example", "Admin");
    setup.scan(more, HOURS[2], WEBHOOK).run().exits(1).says("it answered 413. 1 message waits");
    let subjects: Vec<_> =
        setup.receiver.take().iter().map(|sent| subjects(&sent.json(), "new").len()).collect();
    assert_eq!(subjects.len(), 3, "the later one was sent, too");
    // Nor does one that the receiver fails on, after a few attempts.
    setup.query::<i64>("UPDATE message SET attempts = 4 WHERE accepted_at IS NULL RETURNING row");
    setup.receiver.reply([Reply::Saying(500, String::new())]);
    setup.scan(Workspace::healthy(), HOURS[3], &format!("{WEBHOOK}on = ['resolved']\n")).run();
    assert_eq!(setup.receiver.take().len(), 2, "the one that failed, and the one behind it");
}

#[test]
fn a_receiver_that_hangs_redirects_or_is_gone_changes_neither_exit_code_nor_report() {
    let setup = Setup::new();
    setup.begin(WEBHOOK);
    let elsewhere = Receiver::start(Reply::Status(204));
    setup.receiver.reply([Reply::Silence]);
    let run = setup.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert!(run.elapsed < Duration::from_secs(15), "{:?}", run.elapsed);
    run.says("there was no answer within 5 s");
    for (reply, said) in [
        (Reply::Redirect(elsewhere.address("/stolen")), "it redirects (302), which is not followed"),
        (Reply::Saying(410, String::new()), "it answered 410: the receiver is gone for good"),
        (Reply::Saying(404, format!("Cannot POST {PATH}\x1b[2J")), "it answered 404 (Cannot POST ***"),
    ] {
        setup.receiver.reply([reply]);
        let run = setup.scan(Workspace::crowded(), HOURS[2], WEBHOOK).run().exits(1).says(said);
        assert!(!run.stderr.contains('\x1b') && !run.stderr.contains("stolen"), "{}", run.stderr);
    }
    assert!(elsewhere.take().is_empty(), "redirects are not followed");
    assert_eq!(setup.receiver.take().len(), 4);
    let closed = "[[alert]]\nname = 'ops'\nkind = 'slack'\nurl_env = 'CLOSED'\n";
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let program = setup.scan(Workspace::crowded(), HOURS[3], closed);
    program.env("CLOSED", format!("http://{port}{PATH}")).run().exits(1).says("the connection was refused");
}

#[test]
fn several_processes_send_a_message_once() {
    let setup = Setup::new();
    setup.begin(WEBHOOK);
    setup.receiver.reply([Reply::Saying(500, String::new())]);
    setup.scan(Workspace::crowded(), HOURS[1], WEBHOOK).run().exits(1);
    assert_eq!(setup.receiver.take().len(), 1);
    side_by_side(1..=4, |minute| {
        let now = format!("2026-08-01T10:0{minute}:00Z");
        setup.scan(Workspace::crowded(), &now, WEBHOOK).run().exits(1)
    });
    assert_eq!(setup.receiver.take().len(), 1);
}

/// A server that answers everything as the API does, which does not know the address.
#[test]
fn certificates_and_proxies_are_those_that_the_api_is_asked_with() {
    let authority = Authority::new("Authority of a test");
    let test = |certificate, trusted: bool| {
        let tls = authority.server(certificate, &["http/1.1"]);
        let server = Server::encrypted(Api::new(Workspace::new()), &[], tls);
        let program = program().args(["alert", "test"]).config(WEBHOOK).file("trusted.pem", authority.pem());
        let program = program.env("OPS_URL", format!("{}{PATH}", server.origin())).env("OPS_SECRET", SECRET);
        let program = if trusted { program.env("SSL_CERT_FILE", "trusted.pem") } else { program };
        program.secret(PATH).secret(SECRET).against(server).run().exits(3).stdout
    };
    let answered = test(Certificate::Good, true);
    assert!(answered.starts_with("ops: not accepted: it answered 4"), "{answered}");
    for (certificate, trusted) in
        [(Certificate::Good, false), (Certificate::Expired, true), (Certificate::For("other.example"), true)]
    {
        let refused = test(certificate, trusted);
        assert!(refused.starts_with("ops: not accepted: no trusted TLS connection ("), "{refused}");
    }
    let proxied = |proxy: &str| {
        let program = program().args(["alert", "test"]).config(WEBHOOK).env("HTTPS_PROXY", proxy);
        program.env("OPS_URL", format!("https://hooks.invalid{PATH}")).env("OPS_SECRET", SECRET).secret(PATH)
    };
    let proxy = Receiver::start(Reply::Status(502));
    proxied(&proxy.address("")).run().exits(3);
    assert_eq!(proxy.requests(), ["CONNECT hooks.invalid:443"]);
    proxied("socks5://127.0.0.1:9").run().exits(2).says("HTTPS_PROXY names a proxy of type socks5");
}
