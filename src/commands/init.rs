//! `init`: a commented configuration to start from, filled in from the workspace.

use super::destinations::print;
use super::{environment, resolve};
use crate::cli::InitArgs;
use crate::edit::starter::{self, Policy, Seen};
use crate::edit::{EditError, Target};
use crate::error::Error;
use crate::exit::Exit;
use crate::facts::FactSettings;

/// Writes the configuration; a file that is there is never touched.
///
/// # Errors
/// When there is a file already, the workspace cannot be read, or the file cannot be written.
pub(super) fn run(args: &InitArgs) -> Result<Exit, Error> {
    let target = Target::new(args.target.config.as_deref());
    if !args.stdout && target.exists() {
        return Err(EditError::Exists { path: target.path().to_path_buf() }.into());
    }
    let progress = environment::progress();
    let today = environment::today(args.source.connection.now);
    let settings = FactSettings::declared();
    let seen = match resolve::job(&args.source, &[], &[], None, None) {
        Ok(resolved) => {
            let run = resolved.run(&progress)?;
            Seen::of(&run.facts, &settings, run.provenance)
        }
        Err(Error::NoToken) => {
            progress.finish();
            progress.message("No token, --snapshot or --demo was given, so nothing is filled in.");
            Seen::default()
        }
        Err(error) => return Err(error),
    };
    let policy = if args.rbac { Policy::Declared } else { Policy::Example };
    let text = starter::text(&seen, &settings, policy, today);
    if args.stdout {
        print(&text)?;
    } else {
        target.create(&text)?;
        progress.message(&format!("Wrote {}. Read it before you rely on it.", target.path().display()));
    }
    Ok(Exit::Success)
}
