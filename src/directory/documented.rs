//! The names and words of directory exports. The tables of `docs/directory-exports.md` are their only source.

const DOCUMENT: &str = include_str!("../../docs/directory-exports.md");

/// The rows of the table with that heading in its first cell: the first cell, and the code spans of the second.
pub(super) fn rows(heading: &'static str) -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    let lines = DOCUMENT.lines().map(|line| line.strip_prefix("| ").and_then(|row| row.split_once(" | ")));
    let table = lines.skip_while(move |cells| cells.is_none_or(|(first, _)| first != heading)).skip(2);
    let cells = table.map_while(|cells| cells);
    cells.map(|(first, spans)| (first, spans.split('`').skip(1).step_by(2).collect()))
}
