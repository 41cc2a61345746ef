//! Reading a workspace: every source side by side, none of them able to end the others.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;

use tokio::sync::watch;

use super::Record;
use crate::api::client::{Client, Request};
use crate::api::error::ApiError;
use crate::api::log::{LogError, LogQuery, LogReader};
use crate::api::model::{Admin, AdminList, Event, IpAllowlist, Me, ProbeAnswer};
use crate::event_type::EventType;
use crate::hint::Hint;
use crate::sources::{Failure, Feed, Outcome, Outcomes, Ranges, SourceStatus};
use crate::warning::Warning;

mod options;

pub(crate) use options::{CollectOptions, Reach};

/// What the token probe asks for: configuration lists that a posture scan has no need to read.
pub(crate) const PROBE_PATHS: [&str; 6] = [
    "/tags",
    "/segments",
    "/data_attributes",
    "/ticket_types",
    "/help_center/collections",
    "/news/newsfeeds",
];

/// How far back state-setting events are read where the workspace's age is not known, in seconds.
const DEFAULT_HISTORY: i64 = 730 * 86_400;
/// Intercom was founded in 2011: no workspace is older than that year.
const OLDEST_WORKSPACE: i64 = 1_293_840_000;

/// Why nothing can be said about a workspace at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError<E> {
    /// Neither the token's admin nor the teammates may be read.
    #[error("the workspace could not be read: {0}")]
    BadToken(ApiError),
    /// This machine's address is not allowed to use the API.
    #[error("the workspace could not be read: {0}")]
    NotAllowed(ApiError),
    /// No usable answer was had.
    #[error("the API could not be reached: {0}")]
    Unreachable(ApiError),
    /// The receiver of the records failed.
    #[error("what was read could not be kept: {0}")]
    Sink(E),
}

impl<E: std::error::Error> Hint for CollectError<E> {
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

/// Reads a workspace and hands every record to `sink`, as described at [`Record`].
pub(crate) async fn collect<E>(
    client: &Client,
    ranges: &Ranges,
    options: &CollectOptions,
    sink: &mut impl FnMut(Record<'_>) -> Result<(), E>,
) -> Result<Outcomes, CollectError<E>> {
    let sink = RefCell::new(sink);
    let refused = RefCell::new(None);
    let deliver = |record: Record<'_>| match (sink.borrow_mut())(record) {
        Ok(()) => ControlFlow::Continue(()),
        Err(error) => {
            refused.borrow_mut().get_or_insert(error);
            ControlFlow::Break(())
        }
    };
    let receive = |feed: Feed, event: &Event<'_>| deliver(Record::Event(feed, event));
    let (open, gate) = watch::channel(false);
    let (age, born) = watch::channel(None);
    let log = LogReader::new(client, gate, &receive);
    let run = Run { client, ranges, options, deliver: &deliver, log: &log };

    let outcomes = tokio::try_join!(
        run.head(open, age),
        run.if_wanted(Feed::IpAllowlist, run.allowlist()),
        run.if_wanted(Feed::TokenProbe, run.probe()),
        run.if_wanted(Feed::LogWindow, run.window()),
        run.if_wanted(Feed::LogHistory, run.history(born)),
        run.if_wanted(Feed::LogArrivals, run.arrivals()),
    );
    match outcomes {
        Ok((head, allowlist, probe, window, history, arrivals)) => {
            let mut result = Outcomes { feeds: head.feeds.into(), warnings: head.warnings };
            let rest = [
                (Feed::IpAllowlist, allowlist),
                (Feed::TokenProbe, probe),
                (Feed::LogWindow, window),
                (Feed::LogHistory, history),
                (Feed::LogArrivals, arrivals),
            ];
            result.feeds.extend(rest);
            result.warnings.extend(log.warnings());
            Ok(result)
        }
        Err(Stop::Fatal(error)) => Err(match *error {
            error @ ApiError::IpNotAllowed(_) => CollectError::NotAllowed(error),
            error if error.is_unreachable() => CollectError::Unreachable(error),
            error => CollectError::BadToken(error),
        }),
        Err(Stop::Sink) => match refused.take() {
            Some(error) => Err(CollectError::Sink(error)),
            None => unreachable!("only a sink that failed stops the collection"),
        },
    }
}

/// Why everything stops at once.
enum Stop {
    /// The workspace cannot be read at all.
    Fatal(Box<ApiError>),
    /// The receiver failed.
    Sink,
}

/// How the two sources ended that everything else rests on.
struct Head {
    feeds: [(Feed, Outcome); 2],
    warnings: Vec<Warning>,
}

struct Run<'a, 'l> {
    client: &'a Client,
    ranges: &'a Ranges,
    options: &'a CollectOptions,
    deliver: &'a dyn Fn(Record<'_>) -> ControlFlow<()>,
    log: &'a LogReader<'l>,
}

impl Run<'_, '_> {
    /// Reads `/me` and `/admins`, opens the gate for events when both are delivered, and ends it all
    /// when neither can be read.
    async fn head(&self, open: watch::Sender<bool>, age: watch::Sender<Option<i64>>) -> Result<Head, Stop> {
        let me = async {
            let answer = self.get::<Me>(Feed::Me, "/me").await;
            let created = answer.as_ref().ok().and_then(|me| me.app.as_ref()?.created_at);
            age.send_replace(Some(self.history_start(created)));
            answer
        };
        let (me, admins) = tokio::join!(me, self.get::<AdminList>(Feed::Admins, "/admins"));
        if let (Err(me), Err(admins)) = (&me, &admins) {
            let refused = |error: &ApiError| error.source_status() == SourceStatus::Forbidden;
            if (refused(me) && refused(admins)) || (me.is_unreachable() && admins.is_unreachable()) {
                let blocked = matches!(me, ApiError::IpNotAllowed(_));
                return Err(Stop::Fatal(Box::new(if blocked { me } else { admins }.clone())));
            }
        }
        let mut warnings = Vec::new();
        if let Ok(me) = &me {
            self.hand_over(Record::Me(me))?;
        } else {
            warnings.push(Warning::MeUnread);
        }
        let mut odd = None;
        let admins: Result<Vec<Admin>, ApiError> = admins.map(|list| {
            let all = list.admins.len();
            let known: Vec<Admin> = list.admins.into_iter().flatten().collect();
            if known.len() < all {
                // Whoever cannot be read may be anybody: what was read can prove a fail, but no pass.
                let detail = format!("{} of {all} entries of the list are no teammates", all - known.len());
                odd = Some(ApiError::UnexpectedShape { endpoint: "GET /admins".to_owned(), detail });
            }
            known
        });
        if let Ok(admins) = &admins {
            self.hand_over(Record::Admins(admins))?;
        }
        open.send_replace(true);
        let records = admins.as_ref().map_or(0, |admins| admins.len() as u64);
        let mut team = self.outcome(Feed::Admins, odd.map_or(admins.map(|_| records), Err));
        team.records = records;
        let feeds = [(Feed::Me, self.outcome(Feed::Me, me.map(|_| 1))), (Feed::Admins, team)];
        Ok(Head { feeds, warnings })
    }

    /// Reads a feed, or leaves it out without a request.
    async fn if_wanted(
        &self,
        feed: Feed,
        reading: impl Future<Output = Result<Outcome, Stop>>,
    ) -> Result<Outcome, Stop> {
        if self.options.wants(feed) { reading.await } else { Ok(Outcome::skipped()) }
    }

    async fn allowlist(&self) -> Result<Outcome, Stop> {
        let answer = self.get::<IpAllowlist>(Feed::IpAllowlist, "/ip_allowlist").await;
        if let Ok(list) = &answer {
            self.hand_over(Record::IpAllowlist(list))?;
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

    async fn probe(&self) -> Result<Outcome, Stop> {
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
        self.hand_over(Record::Probe(&answers))?;
        let records = answers.len() as u64;
        let mut outcome = self.outcome(Feed::TokenProbe, failure.map_or(Ok(records), Err));
        outcome.records = records;
        Ok(outcome)
    }

    async fn window(&self) -> Result<Outcome, Stop> {
        self.events(Feed::LogWindow, self.ranges.since.as_second(), self.ranges.now.as_second(), None).await
    }

    async fn history(&self, mut born: watch::Receiver<Option<i64>>) -> Result<Outcome, Stop> {
        let start = match born.wait_for(Option::is_some).await {
            Ok(start) => *start,
            Err(_) => None,
        };
        let since = start.unwrap_or_else(|| self.history_start(None));
        let until = self.ranges.since.as_second() - 1;
        self.events(Feed::LogHistory, since, until, Some(EventType::history())).await
    }

    async fn arrivals(&self) -> Result<Outcome, Stop> {
        let (since, until) = (self.ranges.arrivals_since.as_second(), self.ranges.since.as_second() - 1);
        self.events(Feed::LogArrivals, since, until, Some(EventType::arrivals())).await
    }

    /// Where the history starts: at the workspace's creation, if that is believable.
    fn history_start(&self, created: Option<i64>) -> i64 {
        let now = self.ranges.now.as_second();
        let believable = created.filter(|created| (1..=now).contains(created));
        believable.map_or(now - DEFAULT_HISTORY, |created| created.max(OLDEST_WORKSPACE))
    }

    async fn events(
        &self,
        feed: Feed,
        since: i64,
        until: i64,
        types: Option<&'static [&'static str]>,
    ) -> Result<Outcome, Stop> {
        let read = if since > until {
            Ok(())
        } else {
            match self.log.read(LogQuery { feed, since, until, types }).await {
                Ok(()) => Ok(()),
                Err(LogError::Api(error)) => Err(error),
                Err(LogError::Stopped) => return Err(Stop::Sink),
            }
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

    fn hand_over(&self, record: Record<'_>) -> Result<(), Stop> {
        if (self.deliver)(record).is_break() { Err(Stop::Sink) } else { Ok(()) }
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
