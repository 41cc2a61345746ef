//! What a scan will do, decided from flags, environment and configuration, in that order.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::api::{Origin, Region};
use crate::cli::{GateName, PackName, RegionName, ScanArgs};
use crate::config::time::{DEFAULT_WINDOW, Window, parse_duration};
use crate::config::{Announcement, Config, Trust, find};
use crate::controls::{Catalog, Level, Pack, Selection};
use crate::error::Error;
use crate::facts::Settings;
use crate::progress::Progress;
use crate::report::GateRule;
use crate::snapshot::Ranges;

/// Everything that is decided before anything is read.
pub(super) struct Plan {
    pub(super) config: Option<Config>,
    pub(super) catalog: Catalog,
    pub(super) selection: Selection,
    pub(super) ranges: Ranges,
    pub(super) settings: Settings,
    pub(super) gate: GateRule,
    pub(super) region: Region,
    pub(super) origin: Origin,
    pub(super) timeout: Duration,
    pub(super) warnings: Vec<String>,
}

impl Plan {
    /// Decides everything that can be decided without a token and a network.
    ///
    /// # Errors
    /// Whatever is wrong with flags, environment, configuration or controls.
    pub(super) fn new(args: &ScanArgs, clock: Timestamp, progress: &Progress) -> Result<Self, Error> {
        let config = configuration(args, progress)?;
        let mut catalog = Catalog::load(&args.controls)?;
        if let Some(config) = &config {
            catalog.override_params(&config.path, &config.params).map_err(Error::Parameters)?;
        }
        let scan = config.as_ref().map(|config| config.scan.clone()).unwrap_or_default();
        let selection = Selection {
            level: args.level.map(Level::from).or(scan.level).unwrap_or(Level::L3),
            pack: match args.pack {
                PackName::Guide => Some(Pack::Guide),
                PackName::Extended => Some(Pack::Extended),
                PackName::All => None,
            },
            only: args.control.clone(),
            skip: args.skip.clone(),
        };
        let selected = catalog.select(&selection)?;
        if selected.is_empty() {
            return Err(Error::NothingSelected);
        }
        let event_types = selected.iter().flat_map(|definition| definition.rules.event_types()).collect();
        let settings = settings(&catalog, config.as_ref(), event_types);
        let now = whole_second(args.now.unwrap_or(clock));
        let ranges = ranges(args, scan.since.map(|since| since.value), now, settings.stale_after_days)?;
        let (region, origin) = place(args, config.as_ref())?;
        let fail_on = match args.fail_on {
            Some(GateName::L1) => Some(Level::L1),
            Some(GateName::L2) => Some(Level::L2),
            Some(GateName::L3) => Some(Level::L3),
            Some(GateName::Never) => None,
            None if args.demo => None,
            None => scan.fail_on.unwrap_or(Some(Level::L1)),
        };
        let timeout = parse_duration(&args.timeout)
            .map_err(|source| Error::Time { option: "--timeout", source })?;
        let warnings = config.as_ref().map(Config::without_effect).unwrap_or_default();
        Ok(Self {
            catalog,
            selection,
            ranges,
            settings,
            gate: GateRule {
                fail_on,
                strict: args.strict || scan.strict.unwrap_or(false),
                allow_incomplete: args.allow_incomplete,
            },
            region,
            origin,
            timeout,
            warnings,
            config,
        })
    }
}

/// Loads the configuration, and announces one that was merely found.
fn configuration(args: &ScanArgs, progress: &Progress) -> Result<Option<Config>, Error> {
    let loaded = match &args.config {
        Some(path) => Config::load(path, Trust::Named),
        None if args.no_config => return Ok(None),
        None => match find(Path::new("")) {
            Some(path) => Config::load(&path, Trust::Found),
            None => return Ok(None),
        },
    };
    let announce = |announcement: &Announcement| {
        for line in announcement.lines() {
            progress.message(&line);
        }
    };
    match loaded {
        Ok(config) => {
            if config.found_in_working_directory {
                announce(&config.announcement());
            }
            Ok(Some(config))
        }
        Err(error) => {
            if let Some(announcement) = error.announcement() {
                announce(announcement);
            }
            Err(error.into())
        }
    }
}

/// Takes from the controls' parameters what the facts need to know beforehand.
fn settings(catalog: &Catalog, config: Option<&Config>, event_types: BTreeSet<String>) -> Settings {
    let param = |id: &str, name: &str| catalog.find(id).ok().and_then(|d| d.control.params.get(name).cloned());
    let number = |id, name| param(id, name).as_ref().and_then(Value::as_f64);
    let texts = |id, name| {
        let list = param(id, name)?;
        let texts = list.as_array()?.iter().filter_map(|text| text.as_str().map(str::to_owned));
        Some(texts.collect::<Vec<_>>())
    };
    let defaults = Settings::default();
    Settings {
        privileged_roles: texts("2.3", "privileged_roles").unwrap_or(defaults.privileged_roles),
        unprivileged_roles: texts("2.3", "unprivileged_roles").unwrap_or(defaults.unprivileged_roles),
        burst_count: number("E6", "burst_count").map_or(defaults.burst_count, |n| n as u64),
        burst_minutes: number("E6", "burst_minutes").map_or(defaults.burst_minutes, |n| n as u64),
        stale_after_days: number("E5", "stale_after").map_or(defaults.stale_after_days, |n| n as u64),
        widest_ipv4: number("1.4", "widest_ipv4").map_or(defaults.widest_ipv4, |n| n as u8),
        widest_ipv6: number("1.4", "widest_ipv6").map_or(defaults.widest_ipv6, |n| n as u8),
        organization: config.map(|config| config.organization.clone()).unwrap_or_default(),
        event_types,
    }
}

/// The ranges of the log, in whole seconds as the API counts.
fn ranges(args: &ScanArgs, configured: Option<Window>, now: Timestamp, stale_days: u64) -> Result<Ranges, Error> {
    let failed = |source| Error::Time { option: "--since", source };
    let window = match &args.since {
        Some(text) => Some(Window::parse(text).map_err(failed)?),
        None => configured,
    };
    let since = match window {
        Some(window) => window.start(now).map_err(failed)?,
        None => now.saturating_sub(DEFAULT_WINDOW).unwrap_or(Timestamp::MIN),
    };
    let hours = i64::try_from(stale_days).unwrap_or(i64::MAX).saturating_mul(24).min(24 * 3_653);
    let stale = now.saturating_sub(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MIN);
    Ok(Ranges { now, since: whole_second(since), arrivals_since: whole_second(stale) })
}

fn whole_second(instant: Timestamp) -> Timestamp {
    Timestamp::from_second(instant.as_second()).unwrap_or(instant)
}

/// Where the workspace is, and where to send requests.
fn place(args: &ScanArgs, config: Option<&Config>) -> Result<(Region, Origin), Error> {
    let region = match (args.region, &args.login_url, env::var("INTERCOM_REGION")) {
        (Some(RegionName::Us), _, _) => Region::Us,
        (Some(RegionName::Eu), _, _) => Region::Eu,
        (Some(RegionName::Au), _, _) => Region::Au,
        (None, Some(url), _) => Region::from_login_url(url)?,
        (None, None, Ok(word)) if !word.is_empty() => Region::parse(&word)?,
        _ => match config.and_then(|config| config.workspace.region) {
            Some(word) => Region::parse(word)?,
            None => Region::Us,
        },
    };
    let origin = match &args.base_url {
        Some(url) => Origin::parse(url)?,
        None => Origin::of(region),
    };
    Ok((region, origin))
}
