//! The document, read back with a parser.

use quick_xml::Reader;
use quick_xml::events::Event;

use super::*;
use crate::report::hostile;
use crate::report::json::in_memory;
use crate::report::sample::sample;

fn render(report: &Report) -> String {
    in_memory(|out| write(report, out)).unwrap()
}

/// The elements in order, and all text and attribute values together.
pub(in crate::report) fn read(xml: &str) -> (Vec<String>, String) {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let (mut elements, mut text) = (Vec::new(), String::new());
    loop {
        match reader.read_event().expect("the document is well-formed") {
            Event::Start(start) | Event::Empty(start) => {
                elements.push(start.name().as_ref().to_owned());
                for attribute in start.attributes() {
                    let value = attribute.unwrap().value.into_owned();
                    text.push_str(&quick_xml::escape::unescape(&value).unwrap());
                    text.push('\n');
                }
            }
            Event::Text(part) => text.push_str(&part),
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                text.push_str(&quick_xml::escape::unescape(&reference).unwrap());
            }
            Event::Decl(_) | Event::End(_) => {}
            Event::Eof => return (elements, text),
            other => panic!("{other:?} has no place in the document"),
        }
    }
}

#[test]
fn a_control_is_a_test_case() {
    let mut report = sample();
    report.controls[4].waived = Some(hostile::waiver("until March"));
    for control in &mut report.controls {
        control.findings.truncate(1);
    }
    let rendered = render(&report).replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(rendered, @r#"
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites>
      <testsuite id="0" package="intercom-harden" name="Access controls" timestamp="2026-02-01T12:00:00" hostname="localhost" tests="6" failures="1" errors="1" skipped="3" time="0">
        <properties>
          <property name="tool.version" value="VERSION"/>
          <property name="catalog.guide_version" value="0.2.0"/>
          <property name="catalog.guide_title" value="Intercom Hardening Guide"/>
          <property name="catalog.guide_url" value="https://howtoharden.com/guides/intercom"/>
          <property name="catalog.guide_status" value="draft, AI drafted"/>
          <property name="catalog.digest" value="sha256:00ff"/>
          <property name="workspace.id" value="ab12cd34"/>
          <property name="workspace.name" value="Example Support"/>
          <property name="workspace.region" value="EU"/>
          <property name="gate" value="Gate failed: 1 of 3 controls evaluated up to L1 fails: 2.3. Incomplete: not all could be read of the activity log. Exit code 1."/>
        </properties>
        <testcase name="1.1 Configure SAML single sign-on" classname="intercom-harden.Access controls" time="0"/>
        <testcase name="1.3 Configure session security" classname="intercom-harden.Access controls" time="0">
          <skipped message="Ask a person: Session length and idle timeout are not readable through the API. Next: Settings &gt; Workspace &gt; Teammates: Open each teammate of the list and choose a narrower role."/>
        </testcase>
        <testcase name="2.3 Limit admin access to 2–3 people" classname="intercom-harden.Access controls" time="0">
          <failure type="L1" message="5 of 12 teammates are privileged; at most 3 should be. Next: Settings &gt; Workspace &gt; Teammates: Open each teammate of the list and choose a narrower role.">- ada@example.com: privileged: role Owner
    note: Newest change: ada@example.com changed the role of linus on 2026-01-14.
    Steps:
    1. Take the admin role away where it is not needed (Settings &gt; Workspace &gt; Teammates)
       - Open each teammate of the list and choose a narrower role.</failure>
        </testcase>
        <testcase name="5.1 Restrict REST API access by IP allowlist" classname="intercom-harden.Access controls" time="0">
          <skipped message="Ask a person: The token may not read the IP allowlist. Next: Settings &gt; Workspace &gt; Teammates: Open each teammate of the list and choose a narrower role."/>
        </testcase>
        <testcase name="E6 No burst of failed sign-ins goes unexplained" classname="intercom-harden.Access controls" time="0">
          <skipped message="waived by grace@example.com until 2026-03-01: until March"/>
        </testcase>
        <testcase name="X1 Every export is by a named approver" classname="intercom-harden.Access controls" time="0">
          <error type="L3" message="The activity log could not be read: the server answered 500 four times."></error>
        </testcase>
        <system-out>1.1 pass: All 312 sign-ins by 11 of 12 teammates used SAML; enforcement itself is not readable.
    1.3 manual: Session length and idle timeout are not readable through the API.
    2.3 fail: 5 of 12 teammates are privileged; at most 3 should be.
    5.1 manual: The token may not read the IP allowlist.
    E6 fail: 1 address failed to sign in at least 10 times within 10 minutes.
    X1 unknown: The activity log could not be read: the server answered 500 four times.</system-out>
        <system-err>The workspace is in the EU, but US was asked for: use --region eu.</system-err>
      </testsuite>
    </testsuites>
    "#);
}

#[test]
fn each_section_is_a_suite() {
    let mut report = sample();
    report.controls[5].section = "Exports".to_owned();
    let rendered = render(&report);
    assert!(rendered.contains(r#"<testsuite id="1" package="intercom-harden" name="Exports""#));
    assert_eq!(rendered.matches("--region eu").count(), 1, "a warning is told once");
}

#[test]
fn what_the_baseline_knows_fails_no_test() {
    let mut report = sample();
    report.controls[4].findings[0].in_baseline = true;
    report.controls[2].findings[0].in_baseline = true;
    let rendered = render(&report);
    assert_eq!(rendered.matches("<failure ").count(), 1);
    assert!(rendered.contains("Waived, reviewed or in the baseline: 1 address failed"));
    assert!(rendered.contains("privileged: role Owner (in the baseline)"));
}
