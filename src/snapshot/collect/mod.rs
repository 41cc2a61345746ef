//! Reading a workspace: all sources are read concurrently, and a failing source does not stop the rest.

use std::borrow::Cow;
use std::cell::Cell;
use std::io;

use serde::de::DeserializeOwned;

use crate::api::client::{Client, Request};
use crate::api::error::ApiError;
use crate::api::log::{self, LogError, LogQuery, LogReader};
use crate::api::model::{self, AdminList, IpAllowlist, Me, OLDEST_EVENT, PROBE_PATHS, Paging, ProbeAnswer};
use crate::api::record::{Receive, Record, Sink};
use crate::event_type::EventType;
use crate::hint::Hint;
use crate::region::Region;
use crate::sources::{Feed, Outcome, Outcomes, Ranges, SourceId, SourceStatus};
use crate::time::ClockSkew;
use crate::warning::Warning;

/// How far back to read state-setting events if the workspace's age is not known, in seconds.
const DEFAULT_HISTORY: i64 = 730 * 86_400;

/// What to read besides `/me` and `/admins`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CollectOptions {
    pub scope: ReadScope,
    /// Whether to probe what else the token can read.
    pub probe: bool,
    /// Whether the window ends by this machine's clock, which must then be right.
    pub by_clock: bool,
}

/// The extent of reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadScope {
    /// Everything for a scan.
    Everything,
    /// The workspace's own record and its teammates: two requests.
    Teammates,
    /// The same, and the activity log, without the settings.
    Log,
}

impl CollectOptions {
    const fn wants(&self, feed: Feed) -> bool {
        match feed {
            Feed::Me | Feed::Admins => true,
            Feed::LogWindow | Feed::LogHistory | Feed::LogArrivals => {
                matches!(self.scope, ReadScope::Everything | ReadScope::Log)
            }
            Feed::IpAllowlist => matches!(self.scope, ReadScope::Everything),
            Feed::TokenProbe => self.probe && matches!(self.scope, ReadScope::Everything),
        }
    }
}

/// Why a workspace could not be read at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("the workspace could not be read: {0}")]
    BadToken(ApiError),
    #[error("the workspace could not be read: {0}")]
    NotAllowed(ApiError),
    #[error("the API could not be reached: {0}")]
    Unreachable(ApiError),
    /// What refused it names the host of another region.
    #[error("the workspace is in region {}: {error}", .region.label())]
    OtherRegion { region: Region, error: ApiError },
    /// The window ends in the future of the server's clock.
    #[error("this machine's clock is {0} the server's")]
    Clock(ClockSkew),
    #[error("what was read could not be saved: {0}")]
    Sink(#[from] io::Error),
}

impl Hint for CollectError {
    fn hint(&self) -> Option<Cow<'static, str>> {
        match self {
            Self::BadToken(ApiError::Forbidden(_) | ApiError::PlanRestricted(_)) => Some(
                "give the app the permission Read admins in the Developer Hub, then regenerate its token"
                    .into(),
            ),
            Self::BadToken(error) | Self::NotAllowed(error) | Self::Unreachable(error) => error.hint(),
            Self::OtherRegion { region, .. } => Some(format!("use --region {}", region.into_str()).into()),
            Self::Clock(_) | Self::Sink(_) => None,
        }
    }
}

/// The largest answer but for the list of teammates, in bytes.
const LARGEST_RECORD: usize = 8 << 20;

async fn get<T: DeserializeOwned>(client: &Client, feed: Feed, path: &str) -> Result<(T, Paging), ApiError> {
    // A line of a snapshot may be as long as the teammates' alone.
    let limit = (feed != Feed::Admins).then_some(LARGEST_RECORD);
    client.json(feed, &Request { limit, ..Request::get(path) }, |body| model::read(&body)).await
}

/// Reads a workspace and passes every record to `receive`, as described at [`Record`].
pub(crate) async fn collect(
    client: &Client,
    ranges: &Ranges,
    options: &CollectOptions,
    receive: &mut Receive<'_>,
) -> Result<Outcomes, CollectError> {
    let sink = Sink::new(receive);
    let log = LogReader::new(client, &sink);
    let [now, since, arrivals_since] =
        [ranges.now, ranges.since, ranges.arrivals_since].map(|instant| instant.as_second());
    let run = Run { client, options, now, sink: &sink, log: &log, refused: Cell::new(false) };
    let range = |feed, since, until, types| run.events(LogQuery { feed, since, until, types });

    // If requests are limited, the first ones decide what else to request. The history may be shorter than requested, but
    // waiting for `/me` to know would cost a round trip.
    let (window, history, arrivals, mut outcomes, allowlist, probe) = tokio::try_join!(
        range(Feed::LogWindow, since, now, None),
        range(Feed::LogHistory, OLDEST_EVENT, since - 1, Some(EventType::history())),
        range(Feed::LogArrivals, arrivals_since, since - 1, Some(EventType::arrivals())),
        run.basis(),
        run.allowlist(),
        run.probe(),
    )?;
    outcomes.feeds.extend([
        (Feed::IpAllowlist, allowlist),
        (Feed::TokenProbe, probe),
        (Feed::LogWindow, window),
        (Feed::LogHistory, history),
        (Feed::LogArrivals, arrivals),
    ]);
    // A token without the permission reads no part of the log. If a part was read, the token lost the permission midway, which
    // is a failure, not a refusal.
    let of_log = |feed: &Feed| feed.source() == SourceId::ActivityLog;
    if log.answered() && run.refused.get() {
        let read = outcomes
            .feeds
            .iter_mut()
            .filter(|(feed, one)| of_log(feed) && one.status != SourceStatus::Skipped);
        read.for_each(|(_, outcome)| outcome.status = SourceStatus::Failed);
    }
    outcomes.without_search = log.is_listed();
    outcomes.rate = client.rate_used();
    outcomes.warnings.extend(log.warnings());
    outcomes.warnings.extend(client.skew().and_then(Warning::of_clock));
    Ok(outcomes)
}

struct Run<'a, 's> {
    client: &'a Client,
    options: &'a CollectOptions,
    now: i64,
    sink: &'a Sink<'s>,
    log: &'a LogReader<'s>,
    /// Whether a part of the log was refused, for any reason.
    refused: Cell<bool>,
}

impl Run<'_, '_> {
    /// Emits `/me` and `/admins`, then lets events through; fails if neither can be read.
    async fn basis(&self) -> Result<Outcomes, CollectError> {
        let (me, admins) = tokio::join!(
            get::<Me>(self.client, Feed::Me, "/me"),
            get::<AdminList>(self.client, Feed::Admins, "/admins")
        );
        let me = me.map(|(me, _)| me);
        // The readable teammates, and the reason why some are missing.
        let admins = admins.map(|(list, paging)| list.teammates(&paging));
        let skew = self.client.skew().filter(|skew| self.options.by_clock && skew.is_misleading());
        if let Some(skew) = skew {
            return Err(CollectError::Clock(skew));
        }
        if let (Err(me), Err(admins)) = (&me, &admins) {
            let asked = self.client.origin().as_str();
            if let Some((region, error)) =
                [me, admins].into_iter().find_map(|error| Some((error.other_region(asked)?, error.clone())))
            {
                return Err(CollectError::OtherRegion { region, error });
            }
            let refused = |error: &ApiError| {
                error.source_status() == SourceStatus::Forbidden || matches!(error, ApiError::IpNotAllowed(_))
            };
            if (refused(me) && refused(admins)) || (me.is_unreachable() && admins.is_unreachable()) {
                let blocked = matches!(me, ApiError::IpNotAllowed(_));
                return Err(match if blocked { me } else { admins }.clone() {
                    error @ ApiError::IpNotAllowed(_) => CollectError::NotAllowed(error),
                    error if error.is_unreachable() => CollectError::Unreachable(error.joined_with(me)),
                    error => CollectError::BadToken(error),
                });
            }
        }
        let mut warnings = Vec::new();
        if let Ok(me) = &me {
            self.sink.emit(Record::Me(me))?;
        } else {
            warnings.push(Warning::MeUnread);
        }
        if let Ok((admins, _)) = &admins {
            self.sink.emit(Record::Admins(admins))?;
        }
        let created = me.as_ref().ok().and_then(|me| me.app.as_ref()?.created_at);
        self.sink.open(self.history_since(created));
        let team = self.outcome(
            Feed::Admins,
            admins.map(|(admins, problem)| {
                (admins.len() as u64, problem.map(|problem| ApiError::odd("GET /admins", problem)))
            }),
        );
        let me = self.outcome(Feed::Me, me.map(|_| (1, None)));
        Ok(Outcomes { feeds: [(Feed::Me, me), (Feed::Admins, team)].into(), warnings, ..Outcomes::default() })
    }

    /// The start of the history: the workspace's creation, if plausible.
    fn history_since(&self, created: Option<i64>) -> i64 {
        let believable = created.filter(|created| (1..=self.now).contains(created));
        believable.map_or(self.now - DEFAULT_HISTORY, |created| created.max(OLDEST_EVENT))
    }

    async fn allowlist(&self) -> Result<Outcome, CollectError> {
        if !self.options.wants(Feed::IpAllowlist) {
            return Ok(Outcome::skipped());
        }
        let answer = get::<IpAllowlist>(self.client, Feed::IpAllowlist, "/ip_allowlist").await;
        let refused = answer.as_ref().err().map(ApiError::allowlist_status);
        let answer = match answer {
            Ok((list, paging)) => {
                // An answer of any shape shows that the token can read the list.
                self.sink.emit(Record::IpAllowlist(&list))?;
                let problem =
                    list.problem(&paging).map(|problem| ApiError::odd("GET /ip_allowlist", problem));
                Ok((list.ip_allowlist.map_or(0, |ranges| ranges.len() as u64), problem))
            }
            Err(error) => Err(error),
        };
        let mut outcome = self.outcome(Feed::IpAllowlist, answer);
        if let Some(status) = refused {
            outcome.status = status;
        }
        Ok(outcome)
    }

    async fn probe(&self) -> Result<Outcome, CollectError> {
        if !self.options.wants(Feed::TokenProbe) {
            return Ok(Outcome::skipped());
        }
        let ask =
            async |path: &'static str| (path, self.client.probe(Feed::TokenProbe, &Request::get(path)).await);
        let asked = futures_util::future::join_all(PROBE_PATHS.map(ask)).await;
        let (mut answers, mut failure) = (Vec::new(), None);
        for (path, asked) in asked {
            let status = match &asked {
                Ok(status) => Some(*status),
                Err(error) => error.status(),
            };
            answers.push(ProbeAnswer { endpoint: path.to_owned(), status });
            if let Err(error) = asked
                && !error.answers_probe()
            {
                failure.get_or_insert(error);
            }
        }
        self.sink.emit(Record::Probe(&answers))?;
        Ok(self.outcome(Feed::TokenProbe, Ok((answers.len() as u64, failure))))
    }

    async fn events(&self, query: LogQuery) -> Result<Outcome, CollectError> {
        let feed = query.feed;
        if !self.options.wants(feed) {
            return Ok(Outcome::skipped());
        }
        let read = if query.since > query.until { Ok(()) } else { log::read(self.log, query).await };
        let failure = match read {
            Ok(()) => None,
            Err(LogError::Api(error)) => {
                let refused = matches!(error.status(), Some(400..=407 | 409..=428 | 430..=499));
                self.refused.set(self.refused.get() || refused);
                Some(error)
            }
            Err(LogError::Sink(error)) => return Err(error.into()),
        };
        Ok(self.outcome(feed, Ok((self.log.records(feed), failure))))
    }

    /// The outcome of a feed with this number of records and this error.
    fn outcome(&self, feed: Feed, read: Result<(u64, Option<ApiError>), ApiError>) -> Outcome {
        let (records, error) = read.unwrap_or_else(|error| (0, Some(error)));
        Outcome {
            status: error.as_ref().map_or(SourceStatus::Complete, ApiError::source_status),
            failure: error.as_ref().map(ApiError::failure),
            records,
            requests: self.client.requests(feed),
        }
    }
}

#[cfg(test)]
mod tests;
