//! Files that editors, spreadsheets and strangers have had in their hands.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

#[test]
fn empty_lines_move_the_others() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/rosters");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let csv = files.filter(|path| path.extension().is_some_and(|extension| extension == "csv"));
    for path in csv.filter(|path| !path.ends_with("generic.csv")) {
        let (name, text) = (path.display(), fs::read_to_string(&path).unwrap());
        for end in ["\n", "\r\n", "\r"] {
            let spaced = read(&text.replace('\n', &end.repeat(3)));
            let plain = read(&text);
            assert_eq!(spaced.people.len(), plain.people.len(), "{name}");
            for (far, near) in spaced.people.iter().zip(&plain.people) {
                assert_eq!(far.line, near.line * 3 - 2, "{name}, {end:?}");
            }
        }
    }
    let blank = read("email,name\n\n , \n,,\na@b.example,A\n");
    assert_eq!((blank.people[0].line, blank.files[0].rows, unreadable(&blank).len()), (5, 1, 0));
}

#[test]
fn columns_out_of_order_change_nothing() {
    let roster = read("Groups ; MFA_Enrolled;STATUS;E-mail\nSupport;yes;active; a@b.example \n");
    assert_eq!(people(&roster), "2 a@b.example (-) active, mfa, in [Support]\n");
    assert_eq!(
        people(&read("sep=|\r\nemail|groups\r\na@b.example|A;B\r\n")),
        "3 a@b.example (-) unknown, ?, in [A | B]\n"
    );
    assert_eq!(people(&read("email\tname\na@b.example\tA, B\n")), "2 a@b.example (A, B) unknown, ?, in []\n");
}

#[test]
fn rows_that_cannot_be_read_are_reported_where_they_start() {
    let roster = read(
        "email,name,status\r\n\
         a@b.example,\"A\r\nover\r\nlines\",active\r\n\
         ,Anonymous,active\r\n\
         \r\n\
         not an address,\"B\nC\",active\r\n\
         c@b.example,C\r\n\
         d@b.example,D,active,,\r\n\
         e@b.example,E,active,more\r\n\
         =HYPERLINK(\"x\"),F,active\r\n\
         g@b.example,\"never closed\r\nh@b.example,H,active\r\n",
    );
    let lines: Vec<_> = roster.people.iter().map(|person| person.line).collect();
    assert_eq!(lines, [2, 10]);
    assert_eq!(roster.files[0].rows, 8);
    assert_eq!(
        unreadable(&roster),
        [
            (5, "the e-mail address is missing"),
            (7, "`not an address` is not an e-mail address"),
            (9, "the row has 2 fields, but the header has 3"),
            (11, "the row has 4 fields, but the header has 3"),
            (12, "`=HYPERLINK(\"x\")` is not an e-mail address"),
            (13, "a quote is opened and never closed, so the row ends at line 14"),
        ]
    );
}

#[test]
fn only_some_unreadable_rows_are_listed_and_all_are_counted() {
    let roster = read(&format!("email\na@b.example\n{}", "x\n".repeat(1_000)));
    assert_eq!((roster.files[0].unreadable.len(), roster.files[0].unreadable_rows), (100, 1_000));
}

#[test]
fn words_that_no_one_knows_are_counted() {
    let roster =
        read("email,status,active,mfa\na@b.example,Sabbatical,yes,maybe\nc@b.example,sabbatical,no,\n");
    assert_eq!(roster.people[0].status, AccountStatus::Unknown);
    assert_eq!(roster.people[1].status, AccountStatus::Suspended);
    assert_eq!(roster.files[0].unknown_statuses.words.get("Sabbatical"), Some(&2));
    assert_eq!(roster.files[0].unknown_mfa.words.get("maybe"), Some(&1));
    let many: String = (0..60).map(|n| format!("p{n}@b.example,s{n}x\n")).collect();
    let tally = &read(&format!("email,status\n{many}")).files[0].unknown_statuses;
    assert_eq!((tally.words.len(), tally.further), (50, 10));
}

#[test]
fn two_columns_of_one_meaning_have_to_agree() {
    let agree = read("Email,E-Mail,name\na@b.example,A@B.example,A\n,c@b.example,C\n");
    assert_eq!(agree.people[1].email, "c@b.example");
    assert_eq!(
        refused("Email,name,E-Mail\na@b.example,A,\nc@b.example,C,d@b.example\n"),
        "roster.csv:3: column 1 (`Email`) and column 3 (`E-Mail`) both hold e-mail addresses, and they differ"
    );
    assert!(refused("email,mfa,2fa\na@b.example,yes,no\n").contains("both hold the second factor"));
    // Of several statuses the one that allows least counts.
    let statuses = read("email,status,Employment Status\na@b.example,active,terminated\n");
    assert_eq!(statuses.people[0].status, AccountStatus::Deprovisioned);
    assert_eq!(read("email,note,note\na@b.example,1,2\n").people.len(), 1);
}

#[test]
fn files_that_name_no_one_are_refused() {
    for (text, says) in [
        ("", "the directory export (roster) roster.csv has no header: it is empty"),
        ("\n\r\n", "has no header: it is empty"),
        ("a@b.example,A\n", "has no header: line 1 holds an e-mail address instead of column names"),
        (
            "\nname;groups\nA;B\n",
            "roster.csv:2: no column holds e-mail addresses; the columns are: `name`, `groups`",
        ),
        ("email,name\n", "the directory export (roster) roster.csv has no people"),
        ("email\nx\n", "has no people: its only row cannot be read: `x` is not an e-mail address"),
        ("email\nx\ny\n", "has no people: none of its 2 rows can be read; the first: `x` is not"),
        ("email,name\n\"a@b.example,A\n", "has no people: its only row cannot be read: a quote is opened"),
    ] {
        let error = refused(text);
        assert!(error.contains(says), "{error}");
    }
    let wide = "c,".repeat(3_000);
    assert!(refused(&wide).contains("3001 columns; at most 2000 are read"));
}

#[test]
fn a_long_name_of_a_column_is_cut_in_warnings() {
    let roster = read(&format!("email,account status{}\na@b.example,x\n", "<a>".repeat(20_000)));
    let warnings: Vec<_> = roster.warnings().iter().map(ToString::to_string).collect();
    assert!(warnings.iter().all(|warning| warning.len() < 1_000), "{}", warnings.concat().len());
    assert_eq!(read("email,account status x\na@b.example,x\n").warnings().len(), 1, "it is such a warning");
}

#[test]
fn much_text_is_cut() {
    let long = "é".repeat(10_000);
    let roster =
        read(&format!("email,name,note,{long}\na@b.example,{long},{long},x\n{long}@b.example,B,,\n"));
    let person = &roster.people[0];
    assert_eq!(person.name.as_ref().map(|name| name.chars().count()), Some(500));
    assert!(unreadable(&roster)[0].1.contains("longer than 320 bytes"));
}

#[test]
fn a_hundred_thousand_rows_take_no_time() {
    let mut text = String::from("login,firstName,lastName,status,groups,mfa enrolled,id,department\n");
    for n in 0..100_000 {
        let group = n % 7;
        writeln!(text, "p{n}@b.example,First,Last {n},ACTIVE,Everyone;Group {group},true,{n},Support")
            .unwrap();
    }
    let start = Instant::now();
    let roster = read(&text);
    // Below one second when optimised, and a machine may be busy with other things.
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
    assert_eq!(roster.people.len(), 100_000);
    assert_eq!(roster.people[99_999].line, 100_001);
}

#[test]
fn people_who_share_an_address_by_the_thousand_cost_no_more() {
    let rows: String = (0..20_000).map(|n| format!("a@b.example,{n},G\n")).collect();
    assert_eq!(read(&format!("email,id,group\n{rows}")).people.len(), 20_000);
}

proptest! {
    #[test]
    fn cells_come_back_as_they_were_written(names in proptest::collection::vec("[a-z,;\"\r\n\t=+@é]{0,12}", 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["email", "name", "id"]).unwrap();
        for (n, name) in names.iter().enumerate() {
            writer.write_record([format!("p{n}@b.example"), name.clone(), n.to_string()]).unwrap();
        }
        let roster = read_bytes(&writer.into_inner().unwrap()).unwrap();
        prop_assert_eq!(roster.people.len(), names.len());
        for (person, name) in roster.people.iter().zip(&names) {
            prop_assert_eq!(person.name.as_deref().unwrap_or_default(), name.trim());
        }
    }
}

#[test]
fn a_file_with_a_secret_is_refused_without_showing_it() {
    let secret = "dG9rOjEyMzQ1Njc4OTBhYmNkZWZnaGlqa2w=";
    for file in [
        secret.to_owned(),
        format!("INTERCOM_ACCESS_TOKEN={secret}\n"),
        format!("export X={secret}"),
        format!("ci,{secret}\nother,row\n"),
        format!("[\"{secret}\"]"),
        format!("{{\"Resources\": [\"{secret}\"]}}"),
        format!("{{\"access_token\": \"{secret}\"}}"),
    ] {
        let said = refused(&file);
        assert!(!said.contains("dG9rOj"), "{said}");
    }
    assert!(refused("Full name,Cost centre\n").contains("`Full name`, `Cost centre`"));
}
