//! How a report for people may look: with or without colour, and how wide.

use anstyle::{AnsiColor, Style as Ansi};

use crate::verdict::Status;

/// The width where the terminal's is not known.
const DEFAULT_WIDTH: usize = 100;

/// Below this a table is not readable, so lines may then be longer than the terminal.
const MIN_WIDTH: usize = 60;

/// Above this lines are too long for the eye to follow.
const MAX_WIDTH: usize = 200;

/// What the surroundings of the program say about the place the report goes to.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Surroundings<'a> {
    pub is_terminal: bool,
    /// Its width in columns, where known or chosen.
    pub columns: Option<u16>,
    /// The environment variable `NO_COLOR`: not empty means no colour, see <https://no-color.org>.
    pub no_color: Option<&'a str>,
    /// The environment variable `CLICOLOR_FORCE`: neither empty nor `0` means colour even outside a
    /// terminal, see <https://bixense.com/clicolors/>.
    pub clicolor_force: Option<&'a str>,
    /// The environment variable `TERM`: `dumb` means a terminal that cannot show colour.
    pub term: Option<&'a str>,
}

/// How a report for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether colours are used. Nothing is told by colour alone.
    pub color: bool,
    /// The longest line, in columns.
    pub width: usize,
}

/// What a piece of text means, as far as its looks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Status(Status),
    Heading,
    Good,
    Bad,
    Caution,
    /// What merely labels the text beside it.
    Label,
}

impl Style {
    /// Decides from the surroundings: colour on terminals unless `NO_COLOR` says otherwise, which
    /// outweighs everything else; the terminal's width within what is readable.
    pub(crate) fn detect(surroundings: &Surroundings<'_>) -> Self {
        let Surroundings { is_terminal, columns, no_color, clicolor_force, term } = *surroundings;
        let refused = no_color.is_some_and(|value| !value.is_empty());
        let forced = clicolor_force.is_some_and(|value| !value.is_empty() && value != "0");
        let able = is_terminal && term != Some("dumb");
        let width = columns.map_or(DEFAULT_WIDTH, usize::from);
        Self { color: !refused && (forced || able), width: width.clamp(MIN_WIDTH, MAX_WIDTH) }
    }

    /// Without colour, for files.
    pub(crate) const fn plain(width: usize) -> Self {
        Self { color: false, width }
    }

    /// Gives text the looks of its role.
    pub(crate) fn paint(self, role: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let looks = match role {
            Tone::Status(Status::Pass) | Tone::Good => AnsiColor::Green.on_default(),
            Tone::Status(Status::Fail) | Tone::Bad => AnsiColor::Red.on_default().bold(),
            Tone::Status(Status::Manual) | Tone::Caution => AnsiColor::Yellow.on_default(),
            Tone::Status(Status::Unknown) => AnsiColor::Magenta.on_default(),
            Tone::Heading => Ansi::new().bold(),
            Tone::Label => Ansi::new().dimmed(),
        };
        format!("{looks}{text}{looks:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERMINAL: Surroundings<'static> = Surroundings {
        is_terminal: true,
        columns: Some(120),
        no_color: None,
        clicolor_force: None,
        term: Some("xterm-256color"),
    };

    #[test]
    fn a_terminal_gets_colour_and_its_own_width() {
        assert_eq!(Style::detect(&TERMINAL), Style { color: true, width: 120 });
        assert!(!Style::detect(&Surroundings { term: Some("dumb"), ..TERMINAL }).color);
    }

    #[test]
    fn a_file_gets_neither() {
        let file = Surroundings { is_terminal: false, columns: None, ..TERMINAL };
        assert_eq!(Style::detect(&file), Style { color: false, width: 100 });
        assert!(Style::detect(&Surroundings { clicolor_force: Some("1"), ..file }).color);
        assert!(!Style::detect(&Surroundings { clicolor_force: Some("0"), ..file }).color);
    }

    #[test]
    fn no_color_outweighs_everything_unless_it_is_empty() {
        let wanted = Surroundings { clicolor_force: Some("1"), ..TERMINAL };
        assert!(!Style::detect(&Surroundings { no_color: Some("1"), ..wanted }).color);
        assert!(Style::detect(&Surroundings { no_color: Some(""), ..TERMINAL }).color);
    }

    #[test]
    fn widths_stay_readable() {
        for (columns, width) in [(Some(20), 60), (Some(80), 80), (Some(999), 200), (None, 100)] {
            assert_eq!(Style::detect(&Surroundings { columns, ..TERMINAL }).width, width);
        }
    }
}
