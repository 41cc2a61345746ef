//! Every text of a saved report, as its schema lists them, in every format: nothing in it acts, and nothing breaks out.

use std::collections::BTreeSet;

use pulldown_cmark::{Event, Options, Parser};
use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use serde_json::{Value, json};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

use crate::program::{formats, outputs, program};

/// What a person who can write a report might put into any text of it.
const TEXTS: [&str; 14] = [
    "\u{1b}[2J\u{1b}[1;1Hgone\u{9b}31m\u{7f}\u{0}",
    "two\r\nlines\n\n# heading\n- item\n\n| a |\n|---|",
    "\"quoted\", 'single' \\ `code` ``` {{x}} ${x} $(x)",
    "<script>alert(1)</script></details></title></style>",
    "]]><evil/>&lt;&#64;",
    "\"><img src=x onerror=alert(1)>' onmouseover='alert(2)",
    "=cmd|'/C calc'!A0",
    "+1;=2",
    "@SUM(1)",
    "\t-1",
    "::set-output name=x::y\n::error::z\r##[add-mask]x %0A::error::x",
    "moc\u{202e}\u{2066}\u{200f}\u{feff}\u{2028}\u{2029}\u{e0041}\u{ad}",
    "[click](https://evil.example) ![x](https://evil.example/x.png) @octocat #1 www.evil.example",
    "\u{fffe}\u{ffff}",
];

/// Makes reports with one text wherever the schema allows any.
struct Filler<'a> {
    schema: &'a Value,
    text: &'a str,
    /// The places of that text.
    places: BTreeSet<String>,
}

impl Filler<'_> {
    fn value(&mut self, node: &Value, place: &str) -> Value {
        if let Some(reference) = node["$ref"].as_str() {
            let target = self.schema.pointer(reference.trim_start_matches('#')).unwrap();
            return self.value(target, place);
        }
        if let Some(only) = node.get("const") {
            return only.clone();
        }
        for alternatives in ["enum", "oneOf", "anyOf"] {
            if let Some(first) = node[alternatives].get(0) {
                return if alternatives == "enum" { first.clone() } else { self.value(first, place) };
            }
        }
        match node["type"].as_str().unwrap_or_else(|| panic!("{place}: {node}")) {
            "boolean" => false.into(),
            "integer" | "number" => 1.into(),
            "array" => json!([self.value(&node["items"], &format!("{place}[]"))]),
            "object" => self.object(node, place),
            "string" => match node["pattern"].as_str() {
                Some(day) if day.ends_with(r"-\d\d-\d\d$") => "2026-08-01".into(),
                Some(instant) if instant.contains(r"T\d\d") => "2026-08-01T12:00:00Z".into(),
                Some("^[0-9a-f]{24}$") => "0123456789abcdef01234567".into(),
                // A digest is not checked: nothing depends on its form.
                _ => {
                    self.places.insert(place.to_owned());
                    self.text.into()
                }
            },
            other => panic!("{place}: {other}"),
        }
    }

    fn object(&mut self, node: &Value, place: &str) -> Value {
        if let Some(fields) = node["properties"].as_object() {
            let field = |(name, node): (&String, &Value)| {
                (name.clone(), self.value(node, &format!("{place}.{name}")))
            };
            return Value::Object(fields.iter().map(field).collect());
        }
        let inside = match &node["additionalProperties"] {
            Value::Bool(true) => json!([self.text, { self.text: self.text }]),
            node => self.value(node, &format!("{place}{{}}")),
        };
        json!({ self.text: inside })
    }
}

/// A report with the text everywhere, and with a control for each way in which one is shown.
fn report(schema: &Value, text: &str) -> (Value, BTreeSet<String>) {
    let mut filler = Filler { schema, text, places: BTreeSet::new() };
    let mut report = filler.value(schema, "");
    report["sources"][0]["status"] = "failed".into();
    let administrator = report["people"][0].clone();
    report["people"].as_array_mut().unwrap().push(administrator);
    report["people"][1]["privilege"] = "privileged".into();
    let mut whole = report["controls"][0].clone();
    let mut finding = whole["findings"][0].clone();
    finding["reviewed"] = Value::Null;
    let reviewed = std::mem::replace(&mut whole["findings"][0], finding.clone());
    finding["waived"] = Value::Null;
    whole["findings"].as_array_mut().unwrap().extend([reviewed, finding]);
    let control = |id: &str, status: &str, waived: bool, attested: bool| {
        let mut control = whole.clone();
        (control["id"], control["status"]) = (id.into(), status.into());
        if !waived {
            control["waived"] = Value::Null;
        }
        if !attested {
            control["attestation"] = Value::Null;
        }
        control
    };
    report["controls"] = json!([
        control("1.1", "fail", false, false),
        control("1.2", "fail", true, true),
        control("1.3", "manual", false, false),
        control("1.4", "unknown", false, false),
        control("1.5", "pass", false, true),
    ]);
    filler.places.remove(".controls[].id");
    (report, filler.places)
}

/// What a reader of the format takes it to be made of.
fn shape(format: &str, rendered: &str) -> Vec<String> {
    let json = |text: &str| structure(&serde_json::from_str(text).unwrap());
    match format {
        "json" | "sarif" => vec![json(rendered)],
        "ndjson" | "ocsf" => rendered.lines().map(json).collect(),
        "csv" | "plan" | "people" => cells(rendered).iter().map(|row| row.len().to_string()).collect(),
        "junit" => elements(rendered),
        "github" => rendered.lines().map(|line| line.split(" title=").next().unwrap().to_owned()).collect(),
        "markdown" => parts(rendered),
        "metrics" => {
            let quotes = |line: &str| line.replace(r"\\", "").replace("\\\"", "").matches('"').count();
            let series = |line: &str| format!("{} {}", line.split('{').next().unwrap(), quotes(line));
            rendered.lines().map(series).collect()
        }
        "html" => tags(rendered),
        "summary" | "table" => {
            let starts = ["FAIL ", "PASS ", "MANUAL ", "UNKNOWN ", "GATE ", "Gate ", "Do first"];
            let start = |line: &str| starts.into_iter().find(|start| line.starts_with(start));
            rendered.lines().filter_map(start).map(str::to_owned).collect()
        }
        other => panic!("say how {other} is read"),
    }
}

/// The kinds of values, as they are nested.
fn structure(value: &Value) -> String {
    match value {
        Value::Object(fields) => format!("{{{}}}", fields.values().map(structure).collect::<String>()),
        Value::Array(items) => format!("[{}]", items.iter().map(structure).collect::<String>()),
        Value::String(_) => "s".to_owned(),
        other => other.to_string().chars().take(1).collect(),
    }
}

fn cells(rendered: &str) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(rendered.as_bytes()).records().map(Result::unwrap).collect()
}

fn elements(rendered: &str) -> Vec<String> {
    let mut reader = Reader::from_str(rendered);
    let mut elements = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Xml::Start(start) | Xml::Empty(start) => {
                elements.push(start.name().as_ref().to_owned());
                let attributes =
                    start.attributes().map(|attribute| attribute.unwrap().key.as_ref().to_owned());
                elements.extend(attributes);
            }
            Xml::Eof => return elements,
            Xml::Decl(_) | Xml::End(_) | Xml::Text(_) | Xml::GeneralRef(_) => {}
            other => panic!("{other:?}"),
        }
    }
}

/// The tags, but for where lines may break, and the number of quotes that attributes stand in.
fn tags(rendered: &str) -> Vec<String> {
    let tags = rendered.split('<').skip(1).filter_map(|part| part.split([' ', '>']).next());
    let quotes = rendered.matches('"').count().to_string();
    tags.filter(|tag| *tag != "wbr").map(str::to_owned).chain([quotes]).collect()
}

/// The blocks and inline parts, but for the comments that keep names from being mentions.
fn parts(rendered: &str) -> Vec<String> {
    let part = |event: Event<'_>| match event {
        Event::Start(tag) => Some(format!("{:?}", tag.to_end())),
        Event::Html(html) | Event::InlineHtml(html) => {
            html.split([' ', '>']).next().filter(|tag| *tag != "<!--").map(str::to_owned)
        }
        _ => None,
    };
    Parser::new_ext(rendered, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH)
        .filter_map(part)
        .collect()
}

fn is_invisible(ch: char) -> bool {
    use GeneralCategory::{Control, Format, LineSeparator, ParagraphSeparator};
    matches!(ch.general_category(), Control | Format | LineSeparator | ParagraphSeparator)
}

/// A character that acts and is not part of the layout.
fn raw(rendered: &str, layout: &str) -> Option<String> {
    let at = rendered.find(|ch| is_invisible(ch) && !layout.contains(ch))?;
    Some(rendered[at..].chars().take(40).collect())
}

#[test]
fn no_text_of_a_saved_report_acts_or_breaks_out_of_any_format() {
    let schema = program().args(["generate", "schema", "report"]).run().exits(0).json();
    let formats = formats();
    let render = |text: &str| {
        let (report, places) = report(&schema, text);
        assert!(places.len() > 80 && places.contains(".tool.version"), "{places:?}");
        let run = program().file("report.json", report.to_string()).args(["render", "report.json"]);
        (run.args(outputs(&formats)).run().exits(0), report)
    };
    let (plain, _) = render("plain text");
    let mut problems = Vec::new();
    for text in TEXTS {
        let (run, report) = render(text);
        let mut problem = |place: &str, what: String| problems.push(format!("{text:?} in {place}: {what}"));
        for (name, stream) in [("stdout", &run.stdout), ("stderr", &run.stderr)] {
            raw(stream, "\n").into_iter().for_each(|raw| problem(name, raw));
        }
        for format in &formats {
            let name = format!("{format}.out");
            let (rendered, plain) = (run.read(&name).unwrap(), plain.read(&name).unwrap());
            let is_table = ["csv", "plan", "people"].contains(&&**format);
            let layout = if is_table { "\r\n" } else { "\n" };
            raw(&rendered, layout).into_iter().for_each(|raw| problem(format, raw));
            let (found, expected) = (shape(format, &rendered), shape(format, &plain));
            if let Some(at) =
                (0..found.len().max(expected.len())).find(|&at| found.get(at) != expected.get(at))
            {
                problem(format, format!("{:?} instead of {:?}", found.get(at), expected.get(at)));
            }
            match &**format {
                "csv" | "plan" | "people" => {
                    let acts = |cell: &&str| cell.trim_start().starts_with(['=', '+', '-', '@']);
                    for row in cells(&rendered) {
                        row.iter().filter(acts).for_each(|cell| problem(format, cell.to_owned()));
                    }
                }
                "github" if rendered.contains("##[") => problem(format, rendered),
                "json" => {
                    let again: Value = serde_json::from_str(&rendered).unwrap();
                    for part in ["tool", "catalog", "scan", "workspace", "people", "settings", "quoted"] {
                        if again[part] != report[part] {
                            problem(format, format!("{part} differs"));
                        }
                    }
                }
                _ => {}
            }
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
