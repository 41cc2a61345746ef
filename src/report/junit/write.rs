//! The suites as XML, in the order of attributes and elements that the common schema asks for.

use std::io;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::suite::{Case, Outcome, Suite};
use crate::report::words::TOOL;
use crate::text;

/// The longest line of text, in columns.
const LINE_COLUMNS: usize = 1_000;

/// Writes the document.
pub(super) fn document(suites: &[Suite]) -> io::Result<String> {
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    writer.create_element("testsuites").write_inner_content(|inner| {
        suites.iter().enumerate().try_for_each(|(number, suite)| suite_to(inner, number, suite))
    })?;
    let mut bytes = writer.into_inner();
    bytes.push(b'\n');
    String::from_utf8(bytes).map_err(|failed| io::Error::new(io::ErrorKind::InvalidData, failed))
}

fn suite_to(writer: &mut Writer<Vec<u8>>, number: usize, suite: &Suite) -> io::Result<()> {
    let counted = |matches: fn(&Outcome) -> bool| suite.count(matches).to_string();
    writer
        .create_element("testsuite")
        .with_attribute(("id", number.to_string().as_str()))
        .with_attribute(("package", TOOL))
        .with_attribute(("name", name(&suite.name).as_str()))
        .with_attribute(("timestamp", suite.timestamp.as_str()))
        .with_attribute(("hostname", "localhost"))
        .with_attribute(("tests", counted(|_| true).as_str()))
        .with_attribute(("failures", counted(|outcome| matches!(outcome, Outcome::Failed { .. })).as_str()))
        .with_attribute(("errors", counted(|outcome| matches!(outcome, Outcome::Errored { .. })).as_str()))
        .with_attribute(("skipped", counted(|outcome| matches!(outcome, Outcome::Skipped { .. })).as_str()))
        .with_attribute(("time", "0"))
        .write_inner_content(|inner| {
            inner.create_element("properties").write_inner_content(|inner| {
                for (key, value) in &suite.properties {
                    let property = inner.create_element("property").with_attribute(("name", *key));
                    property.with_attribute(("value", line(value).as_str())).write_empty()?;
                }
                Ok(())
            })?;
            suite.cases.iter().try_for_each(|case| case_to(inner, case))?;
            inner
                .create_element("system-out")
                .write_text_content(BytesText::new(&block(&suite.system_out)))?;
            inner
                .create_element("system-err")
                .write_text_content(BytesText::new(&block(&suite.system_err)))?;
            Ok(())
        })?;
    Ok(())
}

fn case_to(writer: &mut Writer<Vec<u8>>, case: &Case) -> io::Result<()> {
    let element = writer
        .create_element("testcase")
        .with_attribute(("name", name(&case.name).as_str()))
        .with_attribute(("classname", name(&case.class).as_str()))
        .with_attribute(("time", "0"));
    let (tag, kind, message, text) = match &case.outcome {
        Outcome::Passed => return element.write_empty().map(|_| ()),
        Outcome::Skipped { message } => {
            let skipped = |inner: &mut Writer<Vec<u8>>| {
                let skipped = inner.create_element("skipped");
                skipped.with_attribute(("message", line(message).as_str())).write_empty().map(|_| ())
            };
            return element.write_inner_content(skipped).map(|_| ());
        }
        Outcome::Failed { kind, message, text } => ("failure", kind, message, text),
        Outcome::Errored { kind, message, text } => ("error", kind, message, text),
    };
    element.write_inner_content(|inner| {
        inner
            .create_element(tag)
            .with_attribute(("type", *kind))
            .with_attribute(("message", line(message).as_str()))
            .write_text_content(BytesText::new(&block(text)))?;
        Ok(())
    })?;
    Ok(())
}

/// Lines as a block of text.
fn block(lines: &[String]) -> String {
    lines.iter().map(|text| line(text)).collect::<Vec<_>>().join("\n")
}

/// A name, which the schema does not let be empty.
fn name(text: &str) -> String {
    let name = line(text);
    if name.trim().is_empty() { "(without a name)".to_owned() } else { name }
}

/// One line of text from outside: what XML 1.0 cannot hold, and what acts instead of being seen, is spelled out. The
/// writer escapes what has a meaning in XML.
fn line(text: &str) -> String {
    let mut safe = String::new();
    for ch in text::line(text, LINE_COLUMNS).chars() {
        match ch {
            '\u{fffe}' | '\u{ffff}' => safe.extend(ch.escape_unicode()),
            _ => safe.push(ch),
        }
    }
    safe
}
