//! Days and times, as vendors write them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::fmt::rfc2822;
use jiff::tz::Offset;

use super::words;
use crate::time::day_of;

/// What a cell says about an instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Instant {
    /// A date that stands for none, such as `0001-01-01` and `9999-12-31`.
    Never,
    /// The earlier and the later reading: `03/04/2026` has two.
    Between(Timestamp, Timestamp),
}

/// Days before this year stand for none: services write zero as a date of 1, 1601, 1899, 1900 or 1970.
const FIRST_YEAR: i16 = 1980;
/// Days from this year on stand for none.
const LAST_YEAR: i16 = 9000;
/// Seconds between the epoch of Windows, 1601, and that of Unix.
const WINDOWS_EPOCH: i64 = 11_644_473_600;

/// The instant in a cell, in UTC if it has no zone; a day counts to its end.
pub(super) fn instant(cell: &str) -> Option<Instant> {
    let cell = cell.trim();
    // Most cells are words, and every form has a digit.
    if !cell.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if let Ok(at) = cell.parse::<Timestamp>() {
        return Some(once(at));
    }
    if let Ok(at) = rfc2822::parse(cell) {
        return Some(once(at.timestamp()));
    }
    if cell.contains(':')
        && let Ok(time) = cell.parse::<DateTime>()
    {
        return Some(of_day(time.date(), utc(time)));
    }
    if let Some(at) = number(cell) {
        return Some(at);
    }
    let cell = without_time(without_weekday(cell));
    let formats = ["%Y-%m-%d", "%d %b %Y", "%d-%b-%Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%b %d %Y"];
    if let Some(day) = formats.iter().find_map(|format| Date::strptime(format, cell).ok()) {
        let day = Date::new(full(day.year(), cell), day.month(), day.day()).unwrap_or(day);
        return Some(of_day(day, end_of(day)));
    }
    numeric(cell)
}

fn utc(time: DateTime) -> Option<Timestamp> {
    Offset::UTC.to_timestamp(time).ok()
}

fn end_of(day: Date) -> Option<Timestamp> {
    utc(day.tomorrow().ok()?.at(0, 0, 0, 0))
}

fn once(at: Timestamp) -> Instant {
    of_day(day_of(at), Some(at))
}

fn of_day(day: Date, at: Option<Timestamp>) -> Instant {
    match at.filter(|_| (FIRST_YEAR..LAST_YEAR).contains(&day.year())) {
        Some(at) => Instant::Between(at, at),
        None => Instant::Never,
    }
}

/// A cell of digits: `20260731`, `20260731100000.0Z`, seconds or milliseconds since 1970, or tenths of microseconds since
/// 1601, of which the largest is never.
fn number(cell: &str) -> Option<Instant> {
    let (digits, rest) = cell.split_at(cell.find(|c: char| !c.is_ascii_digit()).unwrap_or(cell.len()));
    if digits.len() == 14 && (rest == "Z" || (rest.starts_with('.') && rest.ends_with('Z'))) {
        let time = DateTime::strptime("%Y%m%d%H%M%S", digits).ok();
        return time.map(|time| of_day(time.date(), utc(time)));
    }
    let number: i64 = digits.parse().ok().filter(|_| rest.is_empty())?;
    let of_seconds = |seconds| Timestamp::from_second(seconds).map_or(Instant::Never, once);
    match digits.len() {
        8 => {
            let day = Date::strptime("%Y%m%d", digits).ok();
            day.map(|day| of_day(day, end_of(day)))
        }
        9 | 10 => Some(of_seconds(number)),
        12 | 13 => Some(of_seconds(number / 1000)),
        17..=19 => Some(of_seconds(number / 10_000_000 - WINDOWS_EPOCH)),
        _ => None,
    }
}

/// `Friday, July 31, 2026` without the day of the week.
fn without_weekday(cell: &str) -> &str {
    const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let (first, rest) = cell.split_once([' ', ',']).unwrap_or((cell, ""));
    let word = words::plain(first);
    let is_weekday = WEEKDAYS.iter().any(|day| word.starts_with(day));
    if is_weekday { rest.trim_start_matches([' ', ',']) } else { cell }
}

/// `7/31/2026 10:00:00 AM` without the time.
fn without_time(cell: &str) -> &str {
    let Some(colon) = cell.find(':') else { return cell };
    let end = cell.get(..colon).and_then(|before| before.rfind([' ', 'T']));
    end.and_then(|end| cell.get(..end)).unwrap_or(cell).trim_end_matches([' ', ','])
}

/// The year in a cell: one of this century where it has two digits. `0001` has four.
fn full(year: i16, cell: &str) -> i16 {
    let is_short = cell.split(|c: char| !c.is_ascii_digit()).all(|digits| digits.len() <= 2);
    if is_short { 2000 + year } else { year }
}

/// A day of three numbers. Where its order is open, the earliest and the latest reading count.
fn numeric(cell: &str) -> Option<Instant> {
    let mut numbers = cell.split(['/', '.', '-']).map(|part| part.trim().parse::<i16>());
    let [Some(Ok(a)), Some(Ok(b)), Some(Ok(c)), None] = std::array::from_fn(|_| numbers.next()) else {
        return None;
    };
    let day = |year: i16, month: i16, day: i16| {
        let day = Date::new(full(year, cell), i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
        Some((day, end_of(day)))
    };
    let readings = if a > 31 { [day(a, b, c), None] } else { [day(c, a, b), day(c, b, a)] };
    let earliest = readings.into_iter().flatten().min()?;
    let latest = readings.into_iter().flatten().max()?;
    match (of_day(earliest.0, earliest.1), of_day(latest.0, latest.1)) {
        (Instant::Between(from, _), Instant::Between(_, to)) => Some(Instant::Between(from, to)),
        _ => Some(Instant::Never),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cell: &str) -> Option<String> {
        Some(match instant(cell)? {
            Instant::Never => "never".to_owned(),
            Instant::Between(from, to) if from == to => from.to_string(),
            Instant::Between(from, to) => format!("{from} or {to}"),
        })
    }

    #[test]
    fn days_and_times_are_read_as_vendors_write_them() {
        for (expected, cells) in [
            (
                "2026-10-01T10:00:00Z",
                "2026-10-01 10:00:00Z|2026-10-01T10:00:00|Thu, 1 Oct 2026 10:00:00 GMT|1790848800",
            ),
            ("2026-10-01T10:00:00Z", "1790848800000|20261001100000Z|20261001100000.0Z|134353224000000000"),
            (
                "2026-10-02T00:00:00Z",
                "2026-10-01|2026/10/01|1 Oct 2026|Oct 1, 2026|2026/10/01 09:30:00|1-Oct-2026|20261001|01-Oct-26",
            ),
            (
                "2026-10-02T00:00:00Z",
                "Thursday, October 1, 2026|Thu Oct 1 2026|October 1, 2026 10:00:00 AM|2026-10-01 10:00:00 UTC",
            ),
            ("2027-01-01T00:00:00Z", "31.12.2026|12/31/26|31/12/2026 23:59|12/31/2026 11:59:00 PM"),
            ("2026-03-05T00:00:00Z or 2026-04-04T00:00:00Z", "03/04/2026|3/4/26"),
            (
                "never",
                "0001-01-01T00:00:00Z|1/1/1601|1601-01-01|1970-01-01T00:00:00Z|12/31/9999|9999-12-31|9223372036854775807",
            ),
            ("never", "31.12.9999 00:00:00|0001-01-01 00:00:00|0001-01-01|01/01/0001|1 Jan 0001|1900-01-01"),
        ] {
            for cell in cells.split('|') {
                assert_eq!(read(cell).as_deref(), Some(expected), "{cell}");
            }
        }
        for odd in ["soon", "", "12", "99/99/2026", "1/2/3/4", "Monday", "99999999", "46023", "1:2"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
