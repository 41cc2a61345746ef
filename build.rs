//! Embeds every control file, so that the program needs nothing beside itself, and notes what it was built from.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-env=INTERCOM_HARDEN_TARGET={}", env::var("TARGET")?);
    let (commit, date) = commit(&root).unwrap_or_else(|| ("unknown".to_owned(), String::new()));
    println!("cargo::rustc-env=INTERCOM_HARDEN_COMMIT={commit}");
    println!("cargo::rustc-env=INTERCOM_HARDEN_DATE={date}");
    let mut source = String::from("pub(super) static FILES: &[EmbeddedFile] = &[\n");
    for (folder, pack) in [("guide", "Guide"), ("extended", "Extended"), ("rbac", "Rbac")] {
        let path = Path::new(&root).join("controls").join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        let mut files = fs::read_dir(&path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        for file in files {
            let name = file
                .file_name()
                .and_then(|name| name.to_str())
                .ok_or("a control file's name is not UTF-8")?;
            writeln!(
                source,
                "    EmbeddedFile {{ pack: Pack::{pack}, path: {:?}, text: include_str!({:?}) }},",
                format!("controls/{folder}/{name}"),
                file.display().to_string(),
            )?;
        }
    }
    source.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), source)?;
    Ok(())
}

/// The commit that is checked out, and its day, where the sources are a repository of their own and git is there.
fn commit(root: &str) -> Option<(String, String)> {
    let git = |arguments: &[&str]| {
        let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
        let text = String::from_utf8(output.stdout).ok().filter(|_| output.status.success())?;
        Some(text.trim().to_owned())
    };
    let top = fs::canonicalize(git(&["rev-parse", "--show-toplevel"])?).ok()?;
    if top != fs::canonicalize(root).ok()? {
        return None;
    }
    // The log of HEAD changes with every commit and checkout.
    let log = Path::new(root).join(git(&["rev-parse", "--git-path", "logs/HEAD"])?);
    if log.exists() {
        println!("cargo::rerun-if-changed={}", log.display());
    }
    let said = git(&["log", "-1", "--abbrev=12", "--format=%h %cs"])?;
    let (commit, date) = said.split_once(' ')?;
    Some((commit.to_owned(), date.to_owned()))
}
