//! Limits checked before parsing. Parser, walk and interpreter recurse with the depth of an expression; within these
//! limits they fit into the smallest stack of a thread.

use super::Refusal;

/// The longest source an expression may have, in bytes.
const MAX_SOURCE: usize = 1024;
/// The deepest nesting of brackets.
const MAX_BRACKETS: usize = 32;
/// The deepest nesting of brackets and operators together; an operator counts as one level.
const MAX_NESTING: usize = 64;

/// The possible depth so far, within one pair of brackets.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Operators, calls and fields since the last `&&` or `||`.
    chained: usize,
    conditionals: usize,
}

/// Refuses a source that is too long or too deep, or has texts or comments that could hide brackets.
pub(super) fn check(source: &str) -> Result<(), Refusal> {
    if source.len() > MAX_SOURCE {
        return Err(Refusal::new(format!(
            "the expression is {} bytes long; at most {MAX_SOURCE} are allowed",
            source.len()
        )));
    }
    let mut levels = vec![Level::default()];
    let mut bytes = source.bytes().peekable();
    // The last three bytes.
    let mut recent = [b' '; 3];
    while let Some(byte) = bytes.next() {
        let innermost = levels.len() - 1;
        let level = &mut levels[innermost];
        if recent[1..] == *b"in" && !is_word(recent[0]) && !is_word(byte) {
            level.chained += 1;
        }
        match byte {
            b'\'' | b'"' if is_word(recent[2]) || recent[2] == byte => {
                return Err(Refusal::new("raw, byte and triple-quoted texts are not allowed"));
            }
            b'\'' | b'"' => skip_text(&mut bytes, byte)?,
            b'/' if bytes.peek() == Some(&b'/') => {
                return Err(Refusal::new(
                    "comments are not allowed in an expression; write them in the file",
                ));
            }
            b'(' | b'[' | b'{' => {
                level.chained += 1;
                levels.push(Level::default());
            }
            b')' | b']' | b'}' if innermost > 0 => {
                levels.pop();
            }
            b',' => *level = Level::default(),
            b'&' | b'|' => level.chained = 0,
            b'?' => level.conditionals += 1,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'!' | b'<' | b'>' | b'.' => level.chained += 1,
            b'=' if bytes.peek() == Some(&b'=') => level.chained += 1,
            _ => {}
        }
        recent = [recent[1], recent[2], byte];
        if levels.len() > MAX_BRACKETS + 1 {
            return Err(Refusal::new(format!("brackets are nested more than {MAX_BRACKETS} deep")));
        }
        if levels.iter().map(|level| level.chained + level.conditionals).sum::<usize>() > MAX_NESTING {
            return Err(Refusal::new(format!("operators are nested more than {MAX_NESTING} deep")));
        }
    }
    Ok(())
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Skips a text up to its closing quote. Anything the parser would not read as a text is refused.
fn skip_text(bytes: &mut impl Iterator<Item = u8>, quote: u8) -> Result<(), Refusal> {
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if bytes.next().is_some_and(|escaped| br#"\'"nrt"#.contains(&escaped)) => {}
            b'\\' => return Err(Refusal::new(r#"a text may escape only \, ', ", n, r and t"#)),
            b'\n' | b'\r' => break,
            _ if byte == quote => return Ok(()),
            _ => {}
        }
    }
    Err(Refusal::new("a text does not end on its line"))
}
