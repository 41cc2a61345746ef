//! Reading a workspace: every source side by side, none of them able to end the others.

use std::borrow::Cow;
use std::io;

use crate::api::client::{Client, Request};
use crate::api::error::ApiError;
use crate::api::log::{self, LogError, LogQuery, LogReader, OLDEST_EVENT};
use crate::api::model::{Admin, AdminList, IpAllowlist, Me, PROBE_PATHS, ProbeAnswer};
use crate::api::record::{Receive, Record, Sink};
use crate::event_type::EventType;
use crate::hint::Hint;
use crate::sources::{Failure, Feed, Outcome, Outcomes, Ranges, SourceStatus};
use crate::warning::Warning;

/// How far back state-setting events count where the workspace's age is not known, in seconds.
const DEFAULT_HISTORY: i64 = 730 * 86_400;

/// What to read beside the two sources that everything rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CollectOptions {
    /// How much of the workspace the question is about.
    pub scope: ReadScope,
    /// Whether to find out what else the token can read.
    pub probe: bool,
}

/// How much of a workspace is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadScope {
    /// Everything a scan needs.
    Everything,
    /// The workspace's own record and its teammates: two requests, and no activity log.
    Teammates,
    /// The same, and the activity log; the settings are left out.
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

/// Why nothing can be said about a workspace at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    #[error("the workspace could not be read: {0}")]
    BadToken(ApiError),
    #[error("the workspace could not be read: {0}")]
    NotAllowed(ApiError),
    #[error("the API could not be reached: {0}")]
    Unreachable(ApiError),
    #[error("what was read could not be kept: {0}")]
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
            Self::Sink(_) => None,
        }
    }
}

/// Reads a workspace and hands every record to `receive`, as described at [`Record`].
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
    let run = Run { client, options, now, sink: &sink, log: &log };
    let range = |feed, since, until, types| run.events(LogQuery { feed, since, until, types });

    // Where not all requests can be sent at once, the first to go are those that decide what else is to be asked for.
    // The history is shorter than what is asked for, but waiting for `/me` to say so would cost a round trip.
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
    outcomes.warnings.extend(log.warnings());
    Ok(outcomes)
}

struct Run<'a, 's> {
    client: &'a Client,
    options: &'a CollectOptions,
    now: i64,
    sink: &'a Sink<'s>,
    log: &'a LogReader<'s>,
}

impl Run<'_, '_> {
    /// Reads `/me` and `/admins`, lets events through when both are emitted, and ends it all when neither can be read.
    async fn basis(&self) -> Result<Outcomes, CollectError> {
        let (me, admins) =
            tokio::join!(self.get::<Me>(Feed::Me, "/me"), self.get::<AdminList>(Feed::Admins, "/admins"));
        if let (Err(me), Err(admins)) = (&me, &admins) {
            let refused = |error: &ApiError| error.source_status() == SourceStatus::Forbidden;
            if (refused(me) && refused(admins)) || (me.is_unreachable() && admins.is_unreachable()) {
                let blocked = matches!(me, ApiError::IpNotAllowed(_));
                return Err(match if blocked { me } else { admins }.clone() {
                    error @ ApiError::IpNotAllowed(_) => CollectError::NotAllowed(error),
                    error if error.is_unreachable() => CollectError::Unreachable(error),
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
        let mut odd = None;
        let admins: Result<Vec<Admin>, ApiError> = admins.map(|list| {
            let all = list.admins.len();
            let known: Vec<Admin> = list.admins.into_iter().flatten().collect();
            if known.len() < all {
                // An entry that cannot be read may be any teammate: the others can prove a fail, but no pass.
                let detail = format!("{} of {all} entries of the list are no teammates", all - known.len());
                odd = Some(ApiError::UnexpectedShape { endpoint: "GET /admins".to_owned(), detail });
            }
            known
        });
        if let Ok(admins) = &admins {
            self.sink.emit(Record::Admins(admins))?;
        }
        let created = me.as_ref().ok().and_then(|me| me.app.as_ref()?.created_at);
        self.sink.open(self.history_since(created));
        let records = admins.as_ref().map_or(0, |admins| admins.len() as u64);
        let mut team = self.outcome(Feed::Admins, odd.map_or(admins.map(|_| records), Err));
        team.records = records;
        let me = self.outcome(Feed::Me, me.map(|_| 1));
        Ok(Outcomes { feeds: [(Feed::Me, me), (Feed::Admins, team)].into(), warnings })
    }

    /// Where the history starts: at the workspace's creation, if that is believable.
    fn history_since(&self, created: Option<i64>) -> i64 {
        let believable = created.filter(|created| (1..=self.now).contains(created));
        believable.map_or(self.now - DEFAULT_HISTORY, |created| created.max(OLDEST_EVENT))
    }

    async fn allowlist(&self) -> Result<Outcome, CollectError> {
        if !self.options.wants(Feed::IpAllowlist) {
            return Ok(Outcome::skipped());
        }
        let answer = self.get::<IpAllowlist>(Feed::IpAllowlist, "/ip_allowlist").await;
        if let Ok(list) = &answer {
            self.sink.emit(Record::IpAllowlist(list))?;
        }
        // An endpoint that is new in 2026: a workspace that does not offer it has nothing to show, and nothing failed.
        let not_offered = matches!(answer, Err(ApiError::NotFound(_) | ApiError::BadRequest(_)));
        let records = answer.map(|list| list.ip_allowlist.map_or(0, |ranges| ranges.len() as u64));
        let mut outcome = self.outcome(Feed::IpAllowlist, records);
        if not_offered {
            outcome.status = SourceStatus::Forbidden;
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
                && !matches!(error.status(), Some(400..=428))
            {
                failure.get_or_insert(error);
            }
        }
        self.sink.emit(Record::Probe(&answers))?;
        let records = answers.len() as u64;
        let mut outcome = self.outcome(Feed::TokenProbe, failure.map_or(Ok(records), Err));
        outcome.records = records;
        Ok(outcome)
    }

    async fn events(&self, query: LogQuery) -> Result<Outcome, CollectError> {
        let feed = query.feed;
        if !self.options.wants(feed) {
            return Ok(Outcome::skipped());
        }
        let read = if query.since > query.until { Ok(()) } else { log::read(self.log, query).await };
        let read = match read {
            Ok(()) => Ok(()),
            Err(LogError::Api(error)) => Err(error),
            Err(LogError::Sink(error)) => return Err(error.into()),
        };
        let records = self.log.records(feed);
        let mut outcome = self.outcome(feed, read.map(|()| records));
        outcome.records = records;
        outcome.unreadable = self.log.unreadable(feed);
        if outcome.unreadable > 0 {
            outcome.failure.get_or_insert(Failure::UnreadableEntries(outcome.unreadable));
        }
        Ok(outcome)
    }

    async fn get<T: serde::de::DeserializeOwned>(&self, feed: Feed, path: &str) -> Result<T, ApiError> {
        self.client.json(feed, &Request::get(path), |body| serde_json::from_str(&body)).await
    }

    fn outcome(&self, feed: Feed, read: Result<u64, ApiError>) -> Outcome {
        let requests = self.client.requests(feed);
        match read {
            Ok(records) => {
                Outcome { status: SourceStatus::Complete, records, requests, ..Outcome::skipped() }
            }
            Err(error) => Outcome {
                status: error.source_status(),
                failure: Some(error.failure()),
                records: 0,
                requests,
                unreadable: 0,
            },
        }
    }
}

#[cfg(test)]
mod tests;
