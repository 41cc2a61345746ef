//! The region, and which origins the token may go to.

use crate::intercom::{Api, SEARCH};
use crate::program::{TOKEN, live, program, scan};
use crate::server::Answer;
use crate::workspace::Workspace;

#[test]
fn mismatch_names_the_right_flag() {
    let server = Workspace::healthy().app("region", "EU").serve();
    let report = scan(&server.origin()).run().exits(0).report();
    assert!(report.warnings().contains("--region eu"), "{}", report.warnings());
    let url = "https://app.eu.intercom.com/a/apps/fixture1/home";
    for program in [
        scan(&server.origin()).args(["--region", "eu"]),
        scan(&server.origin()).args(["--login-url", url]),
        scan(&server.origin()).env("INTERCOM_REGION", "eu"),
    ] {
        let report = program.run().exits(0).report();
        assert!(!report.warnings().contains("--region"), "{}", report.warnings());
    }
}

#[test]
fn a_wrong_region_stands_first() {
    // Listing instead of searching the log leads to a warning, too.
    let missing = Answer::error(404, "not_found", "The requested resource was not found");
    let server = Api::new(Workspace::healthy().app("region", "EU")).fault(SEARCH, missing).serve();
    let run = scan(&server.origin()).run().exits(0);
    let first = run.report().0["warnings"][0].as_str().unwrap().to_owned();
    assert!(first.contains("--region eu"), "{first}");
    let warnings: Vec<_> = run.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    // The warning comes before the token is sent.
    assert!(warnings[0].contains("which is not one of Intercom's hosts"), "{warnings:?}");
    assert!(warnings[1].contains("--region eu"), "{warnings:?}");
}

#[test]
fn a_refusal_that_points_to_another_region_names_its_flag() {
    let away = "This workspace is hosted at https://api.eu.intercom.io";
    let server = Api::new(Workspace::healthy()).fault("*", Answer::error(401, "unauthorized", away)).serve();
    let run = scan(&server.origin()).run().exits(3);
    let error = run.stderr.lines().find(|line| line.starts_with("error: ")).unwrap();
    assert!(error.starts_with("error: the workspace is in region EU: "), "{error}");
    run.says("use --region eu");
    let doctor = live(&server.origin(), &["doctor"]).run().exits(2);
    assert!(doctor.stdout.starts_with("not set up: the workspace is in region EU"), "{}", doctor.stdout);
}

#[test]
fn wrong_regions_are_usage_errors() {
    let server = Workspace::healthy().serve();
    scan(&server.origin()).args(["--region", "mars"]).run().exits(2).says("mars");
    let both = ["--region", "eu", "--login-url", "https://app.eu.intercom.com"];
    scan(&server.origin()).args(both).run().exits(2);
    for url in ["https://app.eu.intercom.com.evil.example", "https://intercom.example", "not a url"] {
        scan(&server.origin()).args(["--login-url", url]).run().exits(2);
    }
    assert!(server.seen().is_empty());
}

#[test]
fn base_url_is_https_or_loopback() {
    let server = Workspace::healthy().serve();
    let port = server.origin().rsplit(':').next().unwrap().to_owned();
    let refused = [
        "http://api.intercom.io".to_owned(),
        "http://192.0.2.1".to_owned(),
        "http://localhost.evil.example".to_owned(),
        "http://127.0.0.1.evil.example".to_owned(),
        "ftp://127.0.0.1".to_owned(),
        "127.0.0.1".to_owned(),
        format!("http://user:pass@127.0.0.1:{port}"),
        format!("http://someone@127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}?to=elsewhere"),
    ];
    for url in refused {
        let run = scan(&url).args(["--timeout", "5s"]).run();
        assert_eq!(run.code, 2, "{url}\n{}", run.streams());
        assert!(!run.stderr.contains("pass@"), "{}", run.stderr);
    }
    assert!(server.seen().is_empty());
    scan(&format!("http://localhost:{port}")).run().exits(0);
    scan(&format!("http://127.0.0.1:{port}/")).run().exits(0);
}

#[test]
fn foreign_host_is_warned_about() {
    scan("https://intercom.invalid").args(["--timeout", "4s"]).run().exits(3).says("intercom.invalid");
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let server = Workspace::healthy().serve();
    let proxy = Workspace::healthy().serve();
    let names = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];
    let run = names.iter().fold(scan(&server.origin()), |run, name| run.env(name, proxy.origin()));
    run.run().exits(0);
    assert!(proxy.seen().is_empty(), "the token went to the proxy: {:?}", proxy.seen());
}

#[test]
fn base_url_is_a_flag_only() {
    let server = Workspace::healthy().serve();
    let file = format!("[workspace]\nbase_url = \"{}\"\n", server.origin());
    let run = program().args(["scan", "--timeout", "2s"]).env("INTERCOM_ACCESS_TOKEN", TOKEN);
    run.file("intercom-harden.toml", file).run().exits(2).says("base_url");
    assert!(server.seen().is_empty());
}
