//! How a report for people may look: with or without colour, and how wide.

use std::borrow::Cow;

use anstyle::{Ansi256Color, Style as Ansi};

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
    /// Whether colours were asked for or refused on the command line, which outweighs the environment.
    pub color: Option<bool>,
    /// The environment variables `LC_ALL`, `LC_CTYPE` and `LANG`: the first that is not empty names the locale.
    pub locale: [Option<&'a str>; 3],
}

// The sixteen colours look as the terminal's theme likes, and yellow on white cannot be read. These are fixed, and as far
// from white as from black.
const GREEN: Ansi256Color = Ansi256Color(28);
const RED: Ansi256Color = Ansi256Color(160);
const BROWN: Ansi256Color = Ansi256Color(130);
const PURPLE: Ansi256Color = Ansi256Color(97);
const GRAY: Ansi256Color = Ansi256Color(243);

/// How a report for people looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Style {
    /// Whether colours are used. Nothing is told by colour alone.
    pub color: bool,
    /// The longest line, in columns.
    pub width: usize,
    /// Whether lines and marks of the program's own are made of ASCII alone.
    pub ascii: bool,
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
        let Surroundings { is_terminal, columns, no_color, clicolor_force, term, color, locale } =
            *surroundings;
        let refused = no_color.is_some_and(|value| !value.is_empty());
        let forced = clicolor_force.is_some_and(|value| !value.is_empty() && value != "0");
        let able = is_terminal && term != Some("dumb");
        let width = columns.map_or(DEFAULT_WIDTH, usize::from);
        let locale = locale.into_iter().flatten().find(|name| !name.is_empty());
        Self {
            color: color.unwrap_or(!refused && (forced || able)),
            width: width.clamp(MIN_WIDTH, MAX_WIDTH),
            ascii: matches!(locale, Some("C" | "POSIX")),
        }
    }

    /// Without colour, for files.
    pub(crate) const fn plain(width: usize) -> Self {
        Self { color: false, width, ascii: false }
    }

    /// Gives text the looks of its role.
    pub(crate) fn paint(self, role: Tone, text: &str) -> String {
        if !self.color || text.is_empty() {
            return text.to_owned();
        }
        let looks = match role {
            Tone::Status(Status::Pass) | Tone::Good => GREEN.on_default(),
            Tone::Status(Status::Fail) | Tone::Bad => RED.on_default().bold(),
            Tone::Status(Status::Manual) | Tone::Caution => BROWN.on_default(),
            Tone::Status(Status::Unknown) => PURPLE.on_default(),
            Tone::Heading => Ansi::new().bold(),
            Tone::Label => GRAY.on_default(),
        };
        format!("{looks}{text}{looks:#}")
    }

    /// A line with the signs that the program itself puts there as this place can show them, wherever they stand.
    pub(crate) fn decorated(self, line: &str) -> Cow<'_, str> {
        if self.ascii && !line.is_ascii() {
            let line = line.replace(['─', '–'], "-").replace('…', "~");
            line.replace('∷', ": :").replace('♯', " #").into()
        } else {
            line.into()
        }
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
        color: None,
        locale: [None; 3],
    };

    #[test]
    fn a_terminal_gets_colour_and_its_own_width() {
        assert_eq!(Style::detect(&TERMINAL), Style { color: true, width: 120, ascii: false });
        assert!(!Style::detect(&Surroundings { term: Some("dumb"), ..TERMINAL }).color);
    }

    #[test]
    fn a_file_gets_neither() {
        let file = Surroundings { is_terminal: false, columns: None, ..TERMINAL };
        assert_eq!(Style::detect(&file), Style { color: false, width: 100, ascii: false });
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
    fn the_command_line_outweighs_the_environment() {
        let refused = Surroundings { no_color: Some("1"), ..TERMINAL };
        assert!(Style::detect(&Surroundings { color: Some(true), ..refused }).color);
        assert!(!Style::detect(&Surroundings { color: Some(false), ..TERMINAL }).color);
    }

    #[test]
    fn the_first_locale_that_is_set_decides_about_decoration() {
        let ascii = |locale| Style::detect(&Surroundings { locale, ..TERMINAL }).ascii;
        assert!(ascii([Some("C"), Some("de_DE.UTF-8"), None]));
        assert!(ascii([Some(""), None, Some("POSIX")]));
        assert!(!ascii([Some("C.UTF-8"), Some("C"), None]));
        assert!(!ascii([None; 3]));
        let style = Style { ascii: true, ..Style::plain(80) };
        assert_eq!(style.decorated("── 2–3 Zoë…"), "-- 2-3 Zoë~");
        assert_eq!(style.decorated("∷error #♯[x"), ": :error # #[x");
        assert_eq!(Style::plain(80).decorated("──"), "──");
    }

    #[test]
    fn colours_can_be_read_on_white_and_on_black() {
        // The cube of 216 colours, and the grays behind it.
        let channels = |number: u8| match number {
            16..=231 => {
                [36, 6, 1].map(|step| [0_u8, 95, 135, 175, 215, 255][usize::from((number - 16) / step % 6)])
            }
            gray => [8 + 10 * (gray - 232); 3],
        };
        let linear = |value: u8| (f64::from(value) / 255.0).powf(2.2);
        for Ansi256Color(number) in [GREEN, RED, BROWN, PURPLE, GRAY] {
            let [red, green, blue] = channels(number).map(linear);
            let luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
            let (on_white, on_black) = (1.05 / (luminance + 0.05), (luminance + 0.05) / 0.05);
            assert!(
                on_white > 3.8 && on_black > 3.8,
                "{number}: {on_white:.1} on white, {on_black:.1} on black"
            );
        }
    }

    #[test]
    fn widths_stay_readable() {
        for (columns, width) in [(Some(20), 60), (Some(80), 80), (Some(999), 200), (None, 100)] {
            assert_eq!(Style::detect(&Surroundings { columns, ..TERMINAL }).width, width);
        }
    }
}
