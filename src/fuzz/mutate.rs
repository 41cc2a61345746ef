//! Changed copies of seeds: their parts are left out, repeated, nested, exchanged and replaced.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::Index;

use super::words::{INSIDE, NESTS, VALUES, WORDS};

/// The largest input, in bytes.
const LARGEST: usize = 256 * 1024;

/// An input of a target.
#[derive(Clone)]
pub(super) struct Input(pub(super) Vec<u8>);

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.len().min(1_000);
        write!(f, "{} bytes, `{}`", self.0.len(), self.0[..shown].escape_ascii())
    }
}

/// A change: which one, two places, and a number to choose by.
type Change = (u8, Index, Index, u32);

/// What changes take from.
struct Stock {
    seeds: Vec<Vec<u8>>,
    words: Vec<&'static str>,
}

/// Seeds with a few changes each.
pub(super) fn inputs(seeds: Vec<Vec<u8>>, words: &[&'static str]) -> impl Strategy<Value = Input> {
    let stock = Arc::new(Stock { seeds, words: [&WORDS, words].concat() });
    let change = (any::<u8>(), any::<Index>(), any::<Index>(), any::<u32>());
    (any::<Index>(), prop::collection::vec(change, 1..5)).prop_map(
        move |(seed, changes): (Index, Vec<Change>)| {
            let mut input = seed.get(&stock.seeds).clone();
            for change in &changes {
                apply(&mut input, change, &stock);
                input.truncate(LARGEST);
            }
            Input(input)
        },
    )
}

fn apply(input: &mut Vec<u8>, (which, at, to, pick): &Change, stock: &Stock) {
    let parts = parts(input);
    let pick = *pick as usize;
    let word = stock.words[pick % stock.words.len()].as_bytes();
    let Some(part) = parts.get(at.index(parts.len().max(1))).cloned() else {
        return input.extend_from_slice(word);
    };
    let span = span(&parts, at, pick);
    let other = to.get(&parts).clone();
    let group = group(input, part.start);
    // Three of four changes leave the whole well-formed, as far as that shows.
    if which % 4 > 0 {
        return apply_inside(input, which / 4, at, to, pick, stock);
    }
    match which / 4 % 17 {
        0 => drop(input.splice(span, [])),
        1 => drop(input.splice(part, word.iter().copied())),
        2 => drop(input.splice(part.start..part.start, word.iter().copied())),
        3 => {
            let times = [1, 2, 40, 2_000][pick % 4];
            let times = times.min(LARGEST / span.len().max(1));
            let copies = input[span.clone()].repeat(times);
            drop(input.splice(span.end..span.end, copies));
        }
        4 => {
            let (first, second) = if part.start < other.start { (part, other) } else { (other, part) };
            let (one, two) = (input[first.clone()].to_vec(), input[second.clone()].to_vec());
            input.splice(second, one);
            drop(input.splice(first, two));
        }
        5 => {
            let from = &stock.seeds[pick % stock.seeds.len()];
            let theirs = self::parts(from);
            if !theirs.is_empty() {
                drop(input.splice(span, from[self::span(&theirs, to, pick)].iter().copied()));
            }
        }
        6 => {
            let from = &stock.seeds[pick % stock.seeds.len()];
            let alike = |theirs: &Range<usize>| class(from[theirs.start]) == class(input[part.start]);
            let theirs: Vec<_> = self::parts(from).into_iter().filter(alike).collect();
            if !theirs.is_empty() {
                drop(input.splice(part, from[to.get(&theirs).clone()].iter().copied()));
            }
        }
        7 => input.truncate(part.start),
        8 => drop(input.splice(group, word.iter().copied())),
        9 => {
            let (open, close) = NESTS[pick % NESTS.len()];
            let deep = [1, 2, 40, 200, 20_000][pick / 8 % 5];
            input.splice(group.end..group.end, close.repeat(deep).into_bytes());
            drop(input.splice(group.start..group.start, open.repeat(deep).into_bytes()));
        }
        10 => {
            let copy = input[group].to_vec();
            drop(input.splice(other, copy));
        }
        11 => *input = encoded(input, pick),
        12 => {
            let numbers = numbers(input);
            if !numbers.is_empty() {
                let number = at.get(&numbers).clone();
                let old: i128 = str::from_utf8(&input[number.clone()]).unwrap_or("").parse().unwrap_or(1);
                let new = [old + 1, old - 1, -old, old.wrapping_mul(1_000), i128::from(i64::MAX), old << 32];
                drop(input.splice(number, new[pick % new.len()].to_string().into_bytes()));
            }
        }
        13 => input[part.start] ^= 1 << (pick % 8),
        14 => {
            let long = input[part.clone()].repeat([10, 400, 5_000][pick % 3].min(LARGEST / part.len()));
            drop(input.splice(part, long));
        }
        15 => input[part].iter_mut().filter(|byte| byte.is_ascii_alphabetic()).for_each(|byte| *byte ^= 0x20),
        _ => drop(input.splice(other, input[part].to_vec())),
    }
}

/// The parts that begin with a digit.
fn numbers(input: &[u8]) -> Vec<Range<usize>> {
    parts(input).into_iter().filter(|part| input[part.start].is_ascii_digit()).collect()
}

/// Changes a text in quotes, a number, or an entry between commas.
fn apply_inside(input: &mut Vec<u8>, which: u8, at: &Index, to: &Index, pick: usize, stock: &Stock) {
    let texts = texts(input);
    let value = VALUES[pick % VALUES.len()].as_bytes();
    let Some(text) = texts.get(at.index(texts.len().max(1))).cloned() else {
        return if let Some(part) = parts(input).get(at.index(input.len())) {
            drop(input.splice(part.clone(), INSIDE[pick % INSIDE.len()].bytes()));
        };
    };
    let content = text.start + 1..text.end - 1;
    match which % 7 {
        0 => drop(input.splice(content, INSIDE[pick % INSIDE.len()].bytes())),
        1 => drop(input.splice(content.start..content.start, INSIDE[pick % INSIDE.len()].bytes())),
        2 => drop(input.splice(text, value.iter().copied())),
        3 => {
            let from = &stock.seeds[pick % stock.seeds.len()];
            let theirs = self::texts(from);
            if !theirs.is_empty() {
                drop(input.splice(text, from[to.get(&theirs).clone()].iter().copied()));
            }
        }
        4 => {
            let numbers = numbers(input);
            if !numbers.is_empty() {
                let new = [0, 1, 7, 60, 86_400, 1_700_000_000, 1_760_000_000, u64::MAX];
                drop(input.splice(to.get(&numbers).clone(), new[pick % new.len()].to_string().into_bytes()));
            }
        }
        // An entry of a list or object goes, or comes once more.
        5 => drop(input.splice(entry(input, text.start), [])),
        _ => {
            let entry = entry(input, text.start);
            let copy = input[entry.clone()].repeat([1, 1, 3, 60][pick % 4]);
            drop(input.splice(entry.start..entry.start, copy));
        }
    }
}

/// The texts in double quotes, with these.
fn texts(input: &[u8]) -> Vec<Range<usize>> {
    let (mut texts, mut start, mut escaped) = (Vec::new(), None, false);
    for (at, byte) in input.iter().enumerate() {
        match (start, byte) {
            (Some(_), b'\\') => {
                escaped = !escaped;
                continue;
            }
            (Some(from), b'"') if !escaped => {
                texts.push(from..at + 1);
                start = None;
            }
            (Some(_), b'\n') => start = None,
            (None, b'"') => start = Some(at),
            _ => {}
        }
        escaped = false;
    }
    texts
}

/// From here to behind the next comma outside brackets and quotes, or to the bracket that closes around it.
fn entry(input: &[u8], from: usize) -> Range<usize> {
    let (mut depth, mut quoted, mut at) = (0_usize, false, from);
    while let Some(byte) = input.get(at) {
        match byte {
            b'\\' if quoted => at += 1,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' if depth == 0 => break,
            b']' | b'}' => depth -= 1,
            b',' if depth == 0 => return from..at + 1,
            _ => {}
        }
        at += 1;
    }
    from..at.min(input.len())
}

/// The whole in another encoding.
fn encoded(input: &[u8], pick: usize) -> Vec<u8> {
    let text = String::from_utf8_lossy(input);
    match pick % 5 {
        0 => [b"\xef\xbb\xbf", input].concat(),
        1 => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        2 => [vec![0xff, 0xfe], text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat(),
        3 => [vec![0xfe, 0xff], text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        _ => text.replace('\n', "\r\n").into_bytes(),
    }
}

/// What a byte is: of a word or number, of space, of other characters, or a mark.
const fn class(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => 0,
        b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-' | b'.' => 1,
        b' ' | b'\t' | b'\n' | b'\r' => 2,
        128.. => 3,
        _ => 4,
    }
}

/// Words, numbers, spaces and marks, one after the other.
fn parts(input: &[u8]) -> Vec<Range<usize>> {
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (at, byte) in input.iter().enumerate() {
        match parts.last_mut() {
            Some(last) if class(*byte) != 4 && class(input[last.start]) == class(*byte) => last.end = at + 1,
            _ => parts.push(at..at + 1),
        }
    }
    parts
}

/// A few parts in a row, or many.
fn span(parts: &[Range<usize>], at: &Index, pick: usize) -> Range<usize> {
    let first = at.index(parts.len());
    let last = (first + [0, 1, 2, 4, 8, 30][pick / 4 % 6]).min(parts.len() - 1);
    parts[first].start..parts[last].end
}

/// The next bracket with all inside, or the rest where it is not closed.
fn group(input: &[u8], from: usize) -> Range<usize> {
    let Some(start) = (from..input.len()).find(|at| b"[{(<\"".contains(&input[*at])) else {
        return from..input.len();
    };
    let (open, close) = (
        input[start],
        match input[start] {
            b'[' => b']',
            b'{' => b'}',
            b'(' => b')',
            b'<' => b'>',
            quote => quote,
        },
    );
    let mut depth = 0_usize;
    for (at, byte) in input.iter().enumerate().skip(start) {
        if *byte == close && depth > 0 {
            depth -= 1;
            if depth == 0 {
                return start..at + 1;
            }
        } else if *byte == open {
            depth += 1;
        }
    }
    start..input.len()
}
