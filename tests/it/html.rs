//! The report as a page, through the whole program; a browser looks at it in `tests/external`.

use crate::intercom::Api;
use crate::program::{NOW, program, scan};
use crate::workspace::Workspace;

#[test]
fn the_page_is_the_same_on_standard_output_and_in_a_file() {
    let run = program()
        .args(["scan", "--demo", "--fail-on", "l1", "--format", "html", "-o", "html=report.html"])
        .now(NOW)
        .run()
        .exits(1);
    assert!(run.stdout.starts_with("<!DOCTYPE html>") && run.stdout.ends_with("</html>\n"));
    assert_eq!(run.read("report.html").as_ref(), Some(&run.stdout));
    for said in
        ["Kestrel Parcel", "3 controls up to L1 fail", "Sign-in methods", "Events per day", "NIST SP 800-53"]
    {
        assert!(run.stdout.contains(said), "{said}");
    }
}

#[test]
fn names_from_the_workspace_are_text() {
    let name = "<img src=x onerror=alert(1)>\u{202e}\u{1b}[2J";
    let workspace = Workspace::healthy()
        .app("name", name)
        .teammate(&format!("{name}@fixture.example"), "Admin")
        .sign_in(&format!("{name}@fixture.example"), name, 3600);
    let server = Api::new(workspace).serve();
    let page = scan(&server.origin()).args(["-o", "html=report.html"]).run().read("report.html").unwrap();
    assert!(!page.contains("<img"), "a name became an element");
    assert!(!page.contains(['\u{202e}', '\u{1b}']), "a name acts");
    assert!(
        page.contains(r"<h1>&lt;img src=x onerror=alert(1)&gt;\u{202e}\u{1b}[2J</h1>"),
        "the name is there"
    );
}
