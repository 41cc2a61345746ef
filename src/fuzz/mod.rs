//! Fuzzing of what is read from outside, as part of `cargo test`.
//!
//! A target is a test in a module named `fuzz` beside the reader that it feeds. It reads each file of its folder in
//! `tests/corpus`, whose name says how that ends (`read-…` or `refused-…`), then changed copies of its seeds for a second, or
//! for `INTERCOM_HARDEN_FUZZ_SECONDS`. An input that panics, takes long or breaks a law of the target fails the test; it is
//! made as small as possible and kept for the corpus.
//!
//! The changes are drawn and made smaller by proptest. Bolero would need an old version, since its newest asks for one exact
//! release of `indexmap` that `toml` refuses; and on stable it draws bytes, which hardly get past a parser.

use std::cell::Cell;
use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

mod mutate;
mod words;

/// The largest file that serves as a seed, in bytes.
const LARGEST_SEED: u64 = 64 * 1024;
/// The longest that one input may take, on a machine that is busy with other tests.
const LONGEST: Duration = Duration::from_secs(20);
/// The longest message about an input, in bytes.
const LONGEST_MESSAGE: usize = 256 * 1024;
/// How long each target runs as part of `cargo test`.
const USUAL_BUDGET: Duration = Duration::from_secs(1);
/// Inputs between two looks at the clock.
const BATCH: u32 = 8;

/// What is read, and what from.
pub(crate) struct Target {
    /// The folder in `tests/corpus`.
    pub name: &'static str,
    /// Files, and folders of files, that are seeds too.
    pub seeds: &'static [&'static str],
    /// Seeds that are in no file.
    pub made: Vec<Vec<u8>>,
    /// Words of the format that its readers know and seeds lack.
    pub words: &'static [&'static str],
}

impl Target {
    /// Feeds `read`, which panics where a law is broken, and else says whether the input was read or why not.
    pub(crate) fn run<E: ToString + Debug>(&self, read: impl Fn(&[u8]) -> Result<(), E>) {
        let corpus = files(&Path::new("tests/corpus").join(self.name));
        assert!(!corpus.is_empty(), "tests/corpus/{} has no files", self.name);
        let otherwise = corpus.iter().filter_map(|(path, bytes)| {
            let ended = timed(&read, bytes);
            let expected = if ended.is_ok() { "read-" } else { "refused-" };
            let fits = path.file_name()?.to_str()?.starts_with(expected);
            (!fits).then(|| format!("{}: {ended:?}", path.display()))
        });
        let otherwise: Vec<_> = otherwise.collect();
        assert!(otherwise.is_empty(), "{otherwise:#?}");
        let more = self.seeds.iter().flat_map(|path| files(Path::new(path)));
        let mut seeds: Vec<_> = corpus.into_iter().chain(more).map(|(_, bytes)| bytes).collect();
        seeds.extend(self.made.iter().cloned());
        let inputs = mutate::inputs(seeds, self.words);

        let (started, left, budget) = (Instant::now(), Cell::new([0_u64; 2]), budget());
        let is_long = budget > USUAL_BUDGET;
        while started.elapsed() < budget {
            let config = Config {
                cases: BATCH,
                max_shrink_iters: 20_000,
                failure_persistence: None,
                max_shrink_time: 30_000,
                ..Config::default()
            };
            let ended = TestRunner::new(config).run(&inputs, |input| {
                // An input that ends the process, such as a deep one, is found here.
                if is_long {
                    fs::write(kept(self.name, "last"), &input.0).unwrap();
                }
                let ended = timed(&read, &input.0);
                let [was_read, refused] = left.get();
                left.set(if ended.is_ok() { [was_read + 1, refused] } else { [was_read, refused + 1] });
                if ended.is_err_and(|error| !(1..LONGEST_MESSAGE).contains(&error.to_string().len())) {
                    return Err(TestCaseError::fail("a message without text, or a very long one"));
                }
                Ok(())
            });
            if let Err(TestError::Fail(why, input)) = ended {
                let path = kept(self.name, "found");
                fs::write(&path, &input.0).unwrap();
                panic!("{}: {why}, with {}: {input:?}", self.name, path.display());
            }
        }
        let [was_read, refused] = left.get();
        eprintln!("{}: {was_read} inputs were read, {refused} were refused", self.name);
        let both = (was_read > 0 && refused > 0) || was_read + refused < 500;
        assert!(both, "{}: {was_read} inputs were read, {refused} were refused", self.name);
    }
}

fn timed<E>(read: impl Fn(&[u8]) -> Result<(), E>, input: &[u8]) -> Result<(), E> {
    let started = Instant::now();
    let ended = read(input);
    assert!(started.elapsed() < LONGEST, "{} bytes took {:?}", input.len(), started.elapsed());
    ended
}

/// How long each target runs.
fn budget() -> Duration {
    let seconds = std::env::var("INTERCOM_HARDEN_FUZZ_SECONDS").ok().map(|seconds| seconds.parse().unwrap());
    seconds.map_or(USUAL_BUDGET, Duration::from_secs)
}

/// Where an input is kept: beside the built tests.
fn kept(target: &str, what: &str) -> PathBuf {
    let folder = std::env::current_exe().unwrap().ancestors().nth(2).unwrap().join("fuzz");
    fs::create_dir_all(&folder).unwrap();
    folder.join(format!("{target}-{what}"))
}

/// A file, or those of a folder and its folders, in order.
fn files(path: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if !root.is_dir() {
        let small = fs::metadata(&root).unwrap().len() <= LARGEST_SEED;
        return small.then(|| (path.to_owned(), fs::read(root).unwrap())).into_iter().collect();
    }
    let mut names: Vec<_> = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    names.iter().flat_map(|name| files(&path.join(name))).collect()
}
