//! Names, endings and mistakes.

use clap::ValueEnum;

use super::*;

#[test]
fn clap_knows_the_same_names() {
    for &format in Format::ALL {
        assert_eq!(format.as_str().parse(), Ok(format));
    }
    assert_eq!(Format::value_variants(), Format::ALL);
}

#[test]
fn an_output_is_a_format_and_a_path() {
    let output: Output = "json=out/a=b.json".parse().unwrap();
    assert_eq!(output, Output { format: Format::Json, place: Destination::File("out/a=b.json".into()) });
    let output: Output = "json=-".parse().unwrap();
    assert_eq!(output, Output { format: Format::Json, place: Destination::Stdout });
}

#[test]
fn the_end_of_a_name_tells_the_format() {
    for (name, format) in [
        ("report.html", Format::Html),
        ("out/REPORT.HTML", Format::Html),
        ("a.sarif.json", Format::Sarif),
        ("a.json", Format::Json),
        ("a.md", Format::Markdown),
        ("a.xml", Format::Junit),
        ("q3.people.csv", Format::People),
        ("intercom.prom", Format::Metrics),
    ] {
        let output: Output = name.parse().unwrap();
        assert_eq!(output, Output { format, place: Destination::File(name.into()) });
    }
    assert_eq!("md=x".parse::<Output>().unwrap().format, Format::Markdown);
    for (position, (ending, _)) in ENDINGS.iter().enumerate() {
        assert!(
            !ENDINGS[..position].iter().any(|(before, _)| ending.ends_with(before)),
            "{ending} is never reached"
        );
    }
}

#[test]
fn a_bad_output_says_what_to_write() {
    let message = |argument: &str| argument.parse::<Output>().unwrap_err().to_string();
    let names = Format::names();
    assert!(names.starts_with("summary, table, json, ndjson, "));
    assert_eq!(
        message("jsno=x"),
        format!("there is no format \"jsno\"; the formats are {names} (did you mean json?)")
    );
    assert_eq!(
        message("yaml\x1b[2J=x"),
        format!("there is no format \"yaml\\u{{1b}}[2J\"; the formats are {names}")
    );
    assert!(
        message("report.pdf").contains("write FORMAT=PATH, or end it in .ndjson, .jsonl, .sarif, .json, ")
    );
    assert!(message("none=x").contains("writes nothing"));
    assert!(message("json=").contains("names no file"));
    assert!(message(&"x".repeat(10_000)).len() < 250);
}
