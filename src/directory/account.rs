//! The account in a row: its status, its end, and the second factor.

use csv::StringRecord;

use super::columns::Columns;
use super::day::{self, Instant};
use super::meaning::Meaning;
use super::words::{self, Word};
use super::{AccountStatus, Person, RosterFile, Until};
use crate::casefold::fold;

/// Sets the account status and its original word. The most restrictive column counts; with a word that is not
/// understood in any column, no account is active.
pub(super) fn status(columns: &Columns, row: &StringRecord, file: &mut RosterFile, person: &mut Person) {
    let mut said: Vec<(AccountStatus, String)> = Vec::new();
    let mut strange: Vec<String> = Vec::new();
    let mut until = Until::Unsaid;
    let application = columns.cells(row, Meaning::Application).next();
    let elsewhere = application.is_some_and(|name| !fold(name).contains("intercom"));
    let meanings = Meaning::STATUS.iter().chain(&[Meaning::State]);
    for (meaning, at) in
        meanings.flat_map(|meaning| columns.of(*meaning).iter().map(move |at| (*meaning, *at)))
    {
        let cell = row.get(at).and_then(words::text);
        let named = |cell: &str| format!("{}: {cell}", columns.name(at));
        let instant = cell.as_deref().and_then(day::instant);
        let never = |cell: &str| words::is_nothing(cell) || words::says(cell, Word::NoEnd);
        let says_nothing = instant == Some(Instant::Never) || cell.as_deref().is_none_or(never);
        // Rows about other applications do not affect access to Intercom.
        if elsewhere && matches!(meaning, Meaning::Assigned | Meaning::Unassigned) {
            continue;
        }
        let of_word = |cell: &str| words::status(cell).map(|status| (status, cell.to_owned()));
        let flag = |no, yes| {
            move |cell: &str| {
                let known = words::truth(cell).map(|truth| if truth { yes } else { no });
                known.or_else(|| words::status(cell)).map(|status| (status, named(cell)))
            }
        };
        use AccountStatus::{Active, Deprovisioned, Suspended};
        let found = match (meaning, cell) {
            (Meaning::Ends | Meaning::Unassigned, _) if says_nothing => {
                until = until.and(Until::Open, false);
                continue;
            }
            (_, None) => continue,
            (Meaning::StatusLike, Some(_)) => {
                file.unknown_columns.count(columns.name(at));
                strange.push(String::new());
                continue;
            }
            (Meaning::State, Some(cell)) => {
                let word = of_word(&cell).filter(|_| cell.chars().any(char::is_alphabetic));
                file.knows.status |= word.is_some();
                said.extend(word);
                continue;
            }
            (Meaning::Enabled, Some(cell)) => match instant {
                Some(Instant::Between(..)) if words::truth(&cell).is_none() => Ok((Active, named(&cell))),
                _ => flag(Suspended, Active)(&cell).ok_or(cell),
            },
            (Meaning::AccountControl, Some(cell)) => match flags(&cell) {
                Some(flags) => Ok((if flags & DISABLED == 0 { Active } else { Suspended }, named(&cell))),
                None => Err(cell),
            },
            (Meaning::Status | Meaning::Assigned, Some(cell)) => of_word(&cell).ok_or(cell),
            (_, Some(cell)) => {
                let yes = if meaning == Meaning::Suspended { Suspended } else { Deprovisioned };
                match (flag(Active, yes)(&cell), instant) {
                    (Some(found), _) => Ok(found),
                    (None, Some(Instant::Between(early, late))) => {
                        until = until.and(Until::At(early, late, named(&cell)), false);
                        continue;
                    }
                    _ if says_nothing => continue,
                    _ => Err(cell),
                }
            }
        };
        match found {
            Ok(found) => said.push(found),
            Err(cell) => {
                file.unknown_statuses.count(&cell);
                strange.push(cell);
            }
        }
    }
    // A column without a known name may have known words in its cells.
    for (at, cell) in columns.without_meaning().filter_map(|at| Some((at, row.get(at)?))) {
        if words::says(cell, Word::NotActive) {
            file.unknown_columns.count(columns.name(at));
            strange.push(String::new());
        }
    }
    let strictest = said.into_iter().reduce(|most, one| if one.0 > most.0 { one } else { most });
    let (status, word) = match strictest {
        Some((status, word)) => (status, Some(word)),
        None if until != Until::Unsaid => (AccountStatus::Active, None),
        None => (AccountStatus::Unknown, None),
    };
    person.until = until;
    (person.status, person.status_word) = match (status, strange.first()) {
        (AccountStatus::Active | AccountStatus::Unknown, Some(strange)) => {
            (AccountStatus::Unknown, Some(strange.clone()))
        }
        _ => (status, word),
    };
}

/// The flag of a disabled account in `userAccountControl`.
const DISABLED: u32 = 2;

/// The flags of `userAccountControl`, in decimal or as `0x202`.
fn flags(cell: &str) -> Option<u32> {
    match cell.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => cell.parse().ok(),
    }
}

/// Whether there is a second factor, and whether names of factors showed it.
pub(super) fn mfa(columns: &Columns, row: &StringRecord, file: &mut RosterFile) -> (Option<bool>, bool) {
    let mut said = columns.cells(row, Meaning::Mfa).chain(columns.cells(row, Meaning::MfaCapable));
    let (word, mfa, by_factors) = match (said.next(), columns.cells(row, Meaning::Factors).next()) {
        (Some(word), _) => (word, words::mfa(word), false),
        (None, Some(word)) => (word, words::factors(word), true),
        (None, None) => return (None, true),
    };
    if mfa.is_none() {
        file.unknown_mfa.count(&words::text(word).unwrap_or_default());
    }
    // A factor that is not set up, or no longer, is none.
    let is_usable =
        |cell| words::mfa(cell) == Some(true) || words::status(cell) == Some(AccountStatus::Active);
    let unusable = by_factors && !columns.cells(row, Meaning::FactorStatus).all(is_usable);
    (mfa.map(|mfa| mfa && !unusable), by_factors)
}
