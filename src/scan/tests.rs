use std::sync::Arc;

use jiff::Timestamp;

use super::*;
use crate::controls::{Catalog, Pack, Selection};
use crate::facts::Settings;
use crate::level::Level;
use crate::report::{Format, GateRule, Options, Report, render};
use crate::snapshot::collect::ReadScope;

mod fuzz;
#[cfg(target_os = "linux")]
mod soak;

fn job(level: Level, pack: Option<Pack>, stale_after: u64) -> Job {
    let selection = Selection { level, pack, only: Vec::new(), skip: Vec::new(), needs_roster: false };
    let plan = Plan::new(Catalog::load(&[]).unwrap(), Some(&selection)).unwrap();
    let event_types = plan.selected().flat_map(|definition| definition.rules.event_types()).collect();
    Job {
        target: Target::Demo { ago: jiff::SignedDuration::ZERO },
        scope: ReadScope::Everything,
        span: Span { since: None, stale_after },
        settings: Settings { event_types, ..Settings::default() },
        plan,
        config: None,
        adjustments: Adjustments::default(),
        rosters: Vec::new(),
        warnings: Vec::new(),
        gate: GateRule::default(),
    }
}

async fn report(job: &Job, now: &str) -> String {
    let now: Timestamp = now.parse().unwrap();
    let source = Source::open(&job.target, Arc::new(|_| ())).unwrap();
    let run = run(job, source, Now::Given(now)).await.unwrap();
    render(&Report::of(job, run, true), Format::Json, &Options::plain(100)).unwrap()
}

fn report_of(job: &Job, now: &str) -> String {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(report(job, now))
}

/// A process that watches, or that scans several workspaces, reports what as many processes report.
#[test]
fn two_runs_side_by_side_are_as_each_alone() {
    let (all, few) = (job(Level::L3, None, 90), job(Level::L1, Some(Pack::Guide), 30));
    let (first, second) = ("2026-11-22T05:14:00Z", "2026-01-01T00:00:00Z");
    let alone = (report_of(&all, first), report_of(&few, second));
    assert_ne!(alone.0, alone.1);
    let side_by_side = std::thread::scope(|scope| {
        let (one, other) = (scope.spawn(|| report_of(&all, first)), scope.spawn(|| report_of(&few, second)));
        (one.join().unwrap(), other.join().unwrap())
    });
    assert_eq!(side_by_side, alone);
}
