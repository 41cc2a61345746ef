//! Snapshots: whole files, and forged lines under a digest that fits them.

use super::{LoadLimits, forged, ranges, read};
use crate::fuzz::Target;
use crate::snapshot::SnapshotError;
use crate::sources::Feed;

/// Small enough to be reached.
const LIMITS: LoadLimits = LoadLimits { line: 32 * 1024, total: 128 * 1024 };

#[test]
fn snapshots() {
    let target = Target {
        name: "snapshots",
        seeds: &["fixtures/snapshots"],
        made: Vec::new(),
        words: &[
            "{\"event\":{}}\n",
            "{\"admins\":[]}\n",
            "\"complete\"",
            "\"failed\"",
            "1760000000",
            "{\"end\":",
        ],
    };
    target.run(|bytes| {
        let file = if bytes.starts_with(b"{\"format\"") { bytes.to_vec() } else { forged(bytes) };
        let (feeds, outcomes) = read(&file, LIMITS, &ranges())?;
        assert!(feeds.len() <= bytes.len());
        assert_eq!(outcomes.feeds.len(), Feed::ALL.len());
        Ok::<_, SnapshotError>(())
    });
}
