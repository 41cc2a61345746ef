//! Reading text files of bounded size, in UTF-8 or UTF-16.

use std::path::Path;

use encoding_rs::UTF_8;

use super::RosterError;
use crate::bounded_file::{self, Unopened};

/// The largest file, in bytes.
pub(super) const LARGEST: u64 = 64 * 1024 * 1024;

/// Reads the bytes of a regular file of bounded size.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, RosterError> {
    let name = path.display().to_string();
    bounded_file::read(path, LARGEST).map_err(|refusal| match refusal {
        Unopened::NotRegular => RosterError::NotRegular { path: name },
        Unopened::TooLarge => RosterError::TooLarge { path: name, limit: LARGEST },
        Unopened::Unreadable(source) => RosterError::Unreadable { path: name, source },
    })
}

/// Decodes the bytes of a file, without the byte order mark.
///
/// Encodings other than UTF-8 and UTF-16 are refused, because a wrongly decoded name matches no teammate.
pub(super) fn decode(path: &str, bytes: &[u8]) -> Result<String, RosterError> {
    let path = || path.to_owned();
    if bytes.starts_with(b"PK\x03\x04") {
        return Err(RosterError::NotText { path: path(), what: "it is a workbook or an archive" });
    }
    let (encoding, mark) = bounded_file::encoding(bytes);
    let content = bytes.get(mark..).unwrap_or_default();
    let text = match encoding.decode_without_bom_handling_and_without_replacement(content) {
        Some(text) => text.into_owned(),
        None if encoding == UTF_8 && content.contains(&0) => {
            return Err(RosterError::NotText { path: path(), what: "it has bytes that no text has" });
        }
        None => {
            let (replaced, _) = encoding.decode_without_bom_handling(content);
            let broken = replaced.find(char::REPLACEMENT_CHARACTER).unwrap_or_default();
            let line = LineNumbers::new(&replaced).at(broken);
            return Err(RosterError::Encoding { path: path(), line, encoding: encoding.name() });
        }
    };
    if text.contains('\0') {
        return Err(RosterError::NotText { path: path(), what: "it has bytes that no text has" });
    }
    Ok(text)
}

/// Finds the lines of ascending positions in a text, in one pass.
pub(super) struct LineNumbers<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl<'a> LineNumbers<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), at: 0, line: 1 }
    }

    /// The line, counted from 1, of a byte position. A line ends with LF, CRLF or CR.
    pub(super) fn at(&mut self, place: usize) -> usize {
        let place = place.min(self.bytes.len());
        if let Some(passed) = self.bytes.get(self.at..place) {
            self.line += memchr::memchr2_iter(b'\n', b'\r', passed)
                .map(|end| self.at + end)
                .filter(|&end| self.bytes[end] == b'\n' || self.bytes.get(end + 1) != Some(&b'\n'))
                .count();
            self.at = place;
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hint::Hint as _;

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "email,name\nzoë@kestrelparcel.example,Zoë 田中\n";
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            marked.as_bytes().to_vec(),
            utf16(&marked, u16::to_le_bytes),
            utf16(&marked, u16::to_be_bytes),
            utf16("email,name\n", u16::to_le_bytes),
            utf16("email,name\n", u16::to_be_bytes),
        ] {
            let decoded = decode("r.csv", &bytes).unwrap();
            assert!(text.starts_with(&decoded) && !decoded.is_empty(), "{decoded:?}");
        }
    }

    #[test]
    fn other_encodings_are_refused_with_their_line() {
        let latin = b"email,name\r\na@b.example,A\r\nzoe@b.example,Zo\xeb\r\n";
        let error = decode("r.csv", latin).unwrap_err();
        assert_eq!(error.to_string(), "r.csv:3: the text is not valid UTF-8");
        assert!(error.hint().unwrap().contains("UTF-8"));
        let mut broken = utf16("\u{feff}email\na", u16::to_le_bytes);
        broken.extend([0x00, 0xd8, b'b', 0]);
        assert_eq!(
            decode("r.csv", &broken).unwrap_err().to_string(),
            "r.csv:2: the text is not valid UTF-16LE"
        );
    }

    #[test]
    fn files_that_are_no_text_are_named() {
        for bytes in [&b"PK\x03\x04\x14\x00"[..], b"\x1f\x8b\x08\x00\x00\x00\xff", b"email\n\0\n"] {
            assert!(matches!(decode("r.xlsx", bytes), Err(RosterError::NotText { .. })), "{bytes:?}");
        }
        assert_eq!(decode("r.csv", b"").unwrap(), "");
    }

    #[test]
    fn only_files_of_bounded_size_are_opened() {
        let large = tempfile::NamedTempFile::new().unwrap();
        large.as_file().set_len(LARGEST + 1).unwrap();
        assert!(read(large.path()).unwrap_err().to_string().ends_with("is larger than 64 MiB"));
    }

    #[test]
    fn lines_end_in_three_ways() {
        let text = "a\nb\r\nc\rd";
        let mut lines = LineNumbers::new(text);
        let found: Vec<_> = [0, 2, 5, 7, 99].map(|place| lines.at(place)).into();
        assert_eq!(found, [1, 2, 3, 4, 4]);
        let mut between = LineNumbers::new(text);
        assert_eq!((between.at(4), between.at(5)), (2, 3));
    }
}
