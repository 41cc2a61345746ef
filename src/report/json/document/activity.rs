//! What went on in the window: the numbers behind the plots.

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::values::Day;
use crate::facts::activity::{self, Groups, MAX_METHODS, MAX_PERIODS, SignInMethod};

/// Sign-ins by method, and events by group and period.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Activity<'a> {
    /// Whether every event of the window was read; otherwise there were at least so many.
    complete: bool,
    /// Sign-ins by method, the commonest first.
    sign_ins: Vec<SignIns<'a>>,
    /// Sign-ins by methods that are not listed.
    other_sign_ins: u64,
    /// How many days a period has.
    days_per_period: u32,
    /// The periods of the window, without a gap.
    periods: Vec<Period>,
}

/// How often people signed in by one method.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct SignIns<'a> {
    /// The method as the log calls it; null where it does not say.
    method: Option<Cow<'a, str>>,
    /// How many sign-ins.
    count: u64,
}

/// How many events there were of each group in a few days.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Period {
    /// The first day, UTC.
    from: Day,
    /// Sign-ins, failed ones among them, and what else is about authentication.
    authentication: u64,
    /// Changes of roles, permissions and people.
    roles: u64,
    /// Exports.
    exports: u64,
    /// Changes of settings and integrations.
    configuration: u64,
    /// All others.
    other: u64,
}

impl<'a> From<&'a activity::Activity> for Activity<'a> {
    fn from(activity: &'a activity::Activity) -> Self {
        let sign_ins = activity.sign_ins.iter().map(|method| SignIns {
            method: method.method.as_deref().map(Cow::Borrowed),
            count: method.count,
        });
        let periods = activity.periods.iter().map(|&activity::Period { from, events }| {
            let Groups { authentication, roles, exports, configuration, other } = events;
            Period { from: Day(from), authentication, roles, exports, configuration, other }
        });
        Self {
            complete: activity.complete,
            sign_ins: sign_ins.collect(),
            other_sign_ins: activity.other_sign_ins,
            days_per_period: activity.days,
            periods: periods.collect(),
        }
    }
}

impl From<Activity<'_>> for activity::Activity {
    fn from(object: Activity<'_>) -> Self {
        let sign_ins = object
            .sign_ins
            .into_iter()
            .map(|method| SignInMethod { method: method.method.map(Cow::into_owned), count: method.count });
        let periods = object.periods.into_iter().map(|period| {
            let Period { from, authentication, roles, exports, configuration, other } = period;
            activity::Period {
                from: from.0,
                events: Groups { authentication, roles, exports, configuration, other },
            }
        });
        Self {
            complete: object.complete,
            sign_ins: sign_ins.take(MAX_METHODS).collect(),
            other_sign_ins: object.other_sign_ins,
            days: object.days_per_period,
            periods: periods.take(MAX_PERIODS).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample::sample;

    #[test]
    fn it_comes_back_as_it_was_written() {
        let activity = sample().activity.unwrap();
        let json = serde_json::to_string(&Activity::from(&activity)).unwrap();
        let back: Activity<'_> = serde_json::from_str(&json).unwrap();
        assert_eq!(activity::Activity::from(back), activity);
    }
}
