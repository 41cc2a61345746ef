//! Files with mistakes, and their messages.

use serde_json::json;

use super::document::MOST_PROBLEMS;
use super::*;

/// Reads a small file of one shape.
fn problems_of(text: &str) -> Vec<String> {
    let document = Document::parse("a.toml", text);
    if let Some(mut root) = document.root() {
        root.required_text("id");
        root.number_or_text("max");
        root.number_or_text("count");
        root.flag("strict");
        root.texts("tags");
        root.one_of("level", &["l1", "l2", "l3"]);
        root.text_lists("frameworks");
        for mut step in root.tables("steps") {
            step.required_text("title");
            step.finish();
        }
        root.finish();
    }
    let problems = Problems::from(document.into_problems());
    problems.as_slice().iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_without_mistakes_has_no_problems() {
    let text = "id = 'x'\nmax = 3\ncount = 0x10\nstrict = true\ntags = ['a']\nlevel = 'l2'\n\
                frameworks = { cis = ['5.4'], soc2 = [] }\n[[steps]]\ntitle = 'do'\n";
    assert_eq!(problems_of(text), Vec::<String>::new());
}

#[test]
fn every_mistake_is_reported_with_its_line() {
    let text = "max = ['three']\ncount = true\nstrict = 'yes'\ntags = ['a', 1]\nlevel = 'l22'\nlevle = 1\n\
                frameworks = { cis = '5.4' }\n[[steps]]\n[[steps]]\ntitel = 'x'\n";
    assert_eq!(
        problems_of(text),
        [
            "a.toml:1: `id` is missing",
            "a.toml:1: `max` must be a number or text, not an array",
            "a.toml:2: `count` must be a number or text, not true or false",
            "a.toml:3: `strict` must be true or false, not text",
            "a.toml:4: `tags` must hold texts only, not a number",
            "a.toml:5: `level` is one of `l1`, `l2`, `l3`, not `l22` (did you mean `l2`?)",
            "a.toml:6: unknown key `levle` (did you mean `level`?)",
            "a.toml:7: `cis` must be an array of texts, not text",
            "a.toml:8: `title` is missing from `steps`",
            "a.toml:9: `title` is missing from `steps`",
            "a.toml:10: unknown key `titel` in `steps` (did you mean `title`?)",
        ]
    );
}

#[test]
fn several_syntax_errors_are_reported_and_the_rest_is_still_read() {
    let problems = problems_of("id = 'x'\nmax = \ncount = false\nlevel = l1\nid = 'y'\n");
    assert!(problems.iter().any(|p| p.starts_with("a.toml:2: not valid TOML")), "{problems:?}");
    assert!(problems.iter().any(|p| p.starts_with("a.toml:4: not valid TOML")), "{problems:?}");
    assert!(problems.contains(&"a.toml:5: `id` is given twice".to_owned()), "{problems:?}");
    assert!(problems.contains(&"a.toml:3: `count` must be a number or text, not true or false".to_owned()));
    assert_eq!(problems.len(), 4, "{problems:?}");
}

#[test]
fn a_syntax_error_does_not_make_keys_seem_missing() {
    let problems = problems_of("[[steps]\ntitle = 'x'\n");
    assert!(!problems.is_empty());
    assert!(!problems.iter().any(|problem| problem.contains("missing")), "{problems:?}");
}

#[test]
fn a_syntax_error_hides_no_key_that_is_missing_elsewhere() {
    let problems = problems_of("max = 2027-02-31\n[[steps]]\ntitel = 'x'\n");
    assert_eq!(
        problems,
        [
            "a.toml:1: `id` is missing",
            "a.toml:1: not valid TOML: invalid date, expected day between 01 and 28",
            "a.toml:2: `title` is missing from `steps`",
            "a.toml:3: unknown key `titel` in `steps` (did you mean `title`?)",
        ]
    );
}

#[test]
fn a_key_on_or_behind_a_broken_line_does_not_seem_missing() {
    for text in [
        "id = \n",
        "max = \"\"\"\nid = 'x'\n",
        "id = 'x\nmax = 1\n",
        "max = [1,\nid = 'x'\n",
        "= 1\nid = 'x'",
    ] {
        let problems = problems_of(text);
        assert!(!problems.is_empty(), "{text:?}");
        assert!(
            !problems.iter().any(|problem| problem.contains("`id` is missing")),
            "{text:?}: {problems:?}"
        );
    }
}

#[test]
fn numbers_have_to_be_finite_and_to_fit() {
    let problems = problems_of("id = 'x'\nmax = inf\ncount = 9223372036854775808\n");
    assert_eq!(
        problems,
        [
            "a.toml:2: `inf` is not a finite number",
            "a.toml:3: `9223372036854775808` does not fit into 64 bits"
        ]
    );
}

#[test]
fn bytes_that_are_not_text_are_reported() {
    let problems = |bytes: &[u8]| Document::parse("a.toml", bytes).into_problems();
    assert_eq!(problems(b"a = 1\nb = '\xff'")[0].to_string(), "a.toml:2: the file is not UTF-8 text");
    assert_eq!(problems(b"a = 1\n\n# \0")[0].to_string(), "a.toml:3: the file contains a NUL character");
    let large = vec![b' '; LARGEST + 1];
    assert_eq!(problems(&large)[0].to_string(), "a.toml: the file is larger than 1024 KiB");
    assert_eq!(problems(&large[..LARGEST]), []);
}

#[test]
fn deep_nesting_is_refused_without_deep_recursion() {
    let brackets = format!("id = 'x'\nmax = {}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let problems = problems_of(&brackets);
    assert!(problems[0].starts_with("a.toml:2: not valid TOML"), "{problems:?}");

    let dotted = vec!["a"; 79].join(".");
    let mixed = format!("id = 'x'\nmax = {}1{}", format!("{{{dotted}=").repeat(75), "}".repeat(75));
    assert_eq!(
        problems_of(&mixed),
        [
            "a.toml:2: `max` must be a number or text, not a table",
            "a.toml:2: nested more than 24 levels deep"
        ]
    );
    let keys = format!("id = 'x'\n{} = 1\n", vec!["a"; 100_000].join("."));
    assert!(!problems_of(&keys).is_empty());
}

#[test]
fn values_become_json_with_dates_as_text() {
    let document =
        Document::parse("a.toml", "[params]\nmax = 3\nday = 2027-03-31\nrest = [1.5, {a = true}]\n");
    let mut root = document.root().unwrap();
    let mut params = root.table("params").unwrap();
    assert_eq!(params.line(), 1);
    let keys: Vec<_> = params.keys().into_iter().map(|key| (key.value, key.line)).collect();
    assert_eq!(keys, [("max".to_owned(), 2), ("day".to_owned(), 3), ("rest".to_owned(), 4)]);
    assert_eq!(params.value_at("max").unwrap().value, json!(3));
    assert_eq!(params.value_at("day").unwrap().value, json!("2027-03-31"));
    assert_eq!(params.value_at("rest").unwrap().value, json!([1.5, {"a": true}]));
    params.finish();
    root.finish();
    assert!(document.is_clean());
}

#[test]
fn hostile_keys_are_quoted_briefly_and_on_one_line() {
    let problems = problems_of(&format!("id = 'x'\n\"{}\\n{}\" = 1", "k".repeat(50), "v".repeat(5000)));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].chars().count() < 130 && !problems[0].contains('\n'), "{problems:?}");
}

#[test]
fn a_hundred_thousand_unknown_keys_cost_little() {
    let text: String = (0..100_000).map(|n| format!("k{n}=1\n")).collect();
    let started = std::time::Instant::now();
    let document = Document::parse("a.toml", &text);
    document.root().unwrap().finish();
    let mut again = document.root().unwrap();
    for key in again.keys() {
        again.value_at(&key.value).unwrap();
    }
    assert_eq!(document.into_problems().len(), MOST_PROBLEMS);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn one_text_stands_for_an_array_of_one() {
    let document = Document::parse("a.toml", "one = 'a'\nmany = ['b', 2]\nwrong = 3\n");
    let mut root = document.root().unwrap();
    let mut texts = |key| -> Option<Vec<String>> {
        Some(root.text_or_texts(key)?.value.into_iter().map(|text| text.value).collect())
    };
    assert_eq!(texts("one"), Some(vec!["a".to_owned()]));
    assert_eq!(texts("many"), Some(vec!["b".to_owned()]));
    assert_eq!(texts("wrong"), None);
    let lines: Vec<_> = document.into_problems().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [2, 3]);
}
