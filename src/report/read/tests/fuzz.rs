//! Saved reports: what is read of them comes out in every format, and is the same when it is read again.

use clap::ValueEnum as _;

use super::{bare, laden};
use crate::fuzz::Target;
use crate::report::sample::sample;
use crate::report::{Format, Options, ReadError, Report, json_text, render};

#[test]
fn reports() {
    let seed = |report: &Report| json_text(report).unwrap().into_bytes();
    let target = Target {
        name: "reports",
        seeds: &[],
        made: vec![seed(&laden()), seed(&bare()), seed(&sample())],
        words: &[
            "\"fail\"",
            "\"manual\"",
            "\"l1\"",
            "\"2026-01-01\"",
            "\"2026-01-01T00:00:00Z\"",
            "\"sha256:\"",
        ],
    };
    target.run(|bytes| {
        let report = Report::read(bytes)?;
        for format in Format::value_variants() {
            render(&report, *format, &Options::plain(100)).unwrap();
        }
        let saved = json_text(&report).unwrap();
        let again = Report::read(saved.as_bytes()).unwrap();
        assert_eq!(json_text(&again).unwrap(), saved);
        Ok::<_, ReadError>(())
    });
}
