//! `doctor`: says before a first scan whether one can be made, what keeps it from being made, and what it would
//! be able to decide.

use std::sync::Arc;

use super::destinations::print;
use super::resolve::connection;
use super::{environment, resolve, resolve::inputs};
use crate::adjust::{Named, NamedEvents};
use crate::api::diagnose::{Observations, diagnose};
use crate::api::record::Record;
use crate::cli::{AnswerFormat, DoctorArgs};
use crate::config::{Config, Organization};
use crate::doctor::{self, Access, Diagnosis, Forecast, Saved, Situation, TokenState};
use crate::error::Error;
use crate::exit::Exit;
use crate::hint::Hint as _;
use crate::region::Region;
use crate::report::json_text;
use crate::scan::{ScanError, Source, Span, Target, reviewed};
use crate::snapshot::UnreadEntries;
use crate::snapshot::collect::ReadScope;
use crate::time::day_of;

/// Looks at everything a scan needs, and says what it found.
///
/// # Errors
/// When configuration, options or control files are wrong; everything else is part of what is said.
pub(super) fn run(args: &DoctorArgs) -> Result<Exit, Error> {
    let progress = environment::progress();
    let config = inputs::load(&args.config, &progress)?;
    let (catalog, facts) = inputs::rules(&[], config.as_ref())?;
    let situation = situation(args, config.as_ref(), facts.stale_after)?;
    let organization = config.as_ref().map(|config| config.organization.clone()).unwrap_or_default();
    let judged = catalog.select(&resolve::everything(config.as_ref()))?;
    let forecast = |access: &[Access]| -> Vec<Forecast> {
        doctor::forecast(judged.iter().copied(), access, |name| is_configured(&organization, name))
    };
    let diagnosis: Diagnosis = doctor::diagnose(situation, forecast);
    let text = match args.answer.format {
        AnswerFormat::Table => doctor::table(&diagnosis, environment::style()),
        AnswerFormat::Json => json_text(&diagnosis).map_err(Error::Stdout)?,
    };
    progress.finish();
    print(&text)?;
    Ok(diagnosis.exit)
}

fn situation(args: &DoctorArgs, config: Option<&Config>, stale_after: u64) -> Result<Situation, Error> {
    let connection = &args.source.connection;
    // A window that a scan would refuse is refused here.
    let span = resolve::span(connection, config, stale_after)?;
    if let Some(target) = resolve::saved_target(&args.source) {
        return saved(args, config, &span, &target);
    }
    let now = connection.now.unwrap_or_else(environment::clock);
    let now = span.ranges(now, None).map_err(ScanError::from)?.now;
    let (region, origin) = connection::place(connection, config)?;
    let (token, seen, warnings) = match connection::connection(connection, config) {
        Ok((live, warnings)) => {
            let seen = environment::drive(async {
                let client = live.client(Arc::new(|_| ())).map_err(ScanError::from)?;
                Ok(diagnose(&client, now, live.probe).await)
            })?;
            (TokenState::WellFormed, seen, warnings)
        }
        Err(Error::NoToken) => (TokenState::Missing, Observations::default(), Vec::new()),
        Err(Error::Token(error)) => {
            let fix = error.hint().unwrap_or("give the token again".into()).into_owned();
            let token = TokenState::Unusable { problem: error.to_string(), fix };
            (token, Observations::default(), Vec::new())
        }
        Err(other) => return Err(other),
    };
    Ok(Situation {
        region,
        origin: origin.as_str().to_owned(),
        is_intercom: origin.is_intercom(),
        is_encrypted: origin.is_encrypted(),
        proxy: connection::proxy(&origin)?,
        token,
        pinned: config.and_then(|config| config.workspace.id.clone()),
        without_probe: connection.no_probe,
        seen,
        saved: None,
        warnings,
    })
}

/// Reads a saved workspace: who it is, and how its sources ended.
fn saved(
    args: &DoctorArgs,
    config: Option<&Config>,
    span: &Span,
    target: &Target,
) -> Result<Situation, Error> {
    let source = Source::open(target, Arc::new(|_| ()))?;
    let what = match (&args.source.snapshot, source.taken_at()) {
        (Some(path), Some(at)) => format!("the snapshot {}, saved on {}", path.display(), day_of(at)),
        _ => "the built-in sample workspace".to_owned(),
    };
    let now = args.source.connection.now.or(source.taken_at()).unwrap_or_else(environment::clock);
    let ranges = span.ranges(now, source.known_since()).map_err(ScanError::from)?;
    let mut unread = UnreadEntries::new(ranges, reviewed(config, day_of(ranges.now)));
    let mut events = NamedEvents::of_config(config);
    let (mut me, mut probe) = (None, Vec::new());
    let mut receive = |record: Record<'_>| {
        events.note(&record);
        match record {
            Record::Me(found) => me = Some(found.clone()),
            Record::Probe(answers) => probe = answers.to_vec(),
            Record::Unread(entry) => unread.add(entry),
            Record::Admins(_) | Record::IpAllowlist(_) | Record::Event(..) => {}
        }
        Ok(())
    };
    let mut outcomes = environment::drive(async {
        Ok(source.read(&ranges, false, ReadScope::Everything, &mut receive).await?)
    })?;
    unread.apply(&mut outcomes, |id| events.named(id) == Named::Several);
    Ok(Situation {
        region: Region::default(),
        origin: String::new(),
        is_intercom: true,
        is_encrypted: true,
        proxy: None,
        token: TokenState::NotNeeded,
        // The sample is not a real workspace and is never refused.
        pinned: config.and_then(|config| config.workspace.id.clone()).filter(|_| !args.source.demo),
        without_probe: false,
        seen: Observations { me: me.map(Ok), ..Observations::default() },
        saved: Some(Saved { what, outcomes, probe }),
        warnings: Vec::new(),
    })
}

/// Whether the configuration gives a value that a control may need.
fn is_configured(organization: &Organization, name: &str) -> bool {
    match name {
        "organization.allowed_domains" => organization.allowed_domains.is_some(),
        "organization.approved_networks" => organization.approved_networks.is_some(),
        "organization.required_region" => organization.required_region.is_some(),
        "organization.export_approvers" => organization.export_approvers.is_some(),
        "organization.sso" => organization.sso.is_some(),
        "organization.default_role" => organization.default_role.is_some(),
        _ => false,
    }
}
