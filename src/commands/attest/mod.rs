//! `attest`: what a person saw, written into the configuration.

use std::path::Path;

use super::resolve::inputs;
use super::{environment, look};
use crate::casefold::same_name;
use crate::cli::AttestArgs;
use crate::config::{Attestation, Config, EvidenceFile};
use crate::digest;
use crate::edit::{EditError, Entry, Target, outlook};
use crate::error::Error;
use crate::exit::Exit;
use crate::time::parse_expiry;

mod interactive;

/// Adds the attestation, or asks for one after the other.
///
/// # Errors
/// When no control has the id, the dates make no sense, or the configuration cannot be edited.
pub(super) fn run(args: &AttestArgs) -> Result<Exit, Error> {
    match (&args.id, &args.by) {
        (Some(id), Some(by)) => attest(args, id, by),
        _ => interactive::run(args),
    }
}

fn attest(args: &AttestArgs, id: &str, by: &str) -> Result<Exit, Error> {
    let target = Target::new(args.target.config.as_deref());
    let config = target.load()?;
    let (catalog, _) = inputs::rules(&args.catalog.controls, config.as_ref())?;
    let definition = catalog.find(id)?;
    let control = &definition.control;
    let today = environment::today(args.source.connection.now);
    let on = look::day_seen(args.on.as_deref(), today)?;
    let expires = parse_expiry(&args.expires.clone().unwrap_or_else(|| usual(control.attest_for)), on, today)
        .map_err(|source| Error::Time { option: "--expires", source })?;
    let evidence_file = args.evidence_file.as_deref().map(|file| proof(&target, file)).transpose()?;
    let new = Attestation {
        control: control.id.clone(),
        result: args.result.unwrap_or_default(),
        by: by.to_owned(),
        on,
        expires,
        evidence: args.evidence.clone(),
        evidence_file,
        note: args.note.clone(),
    };
    let progress = environment::messages();
    let report = args.report.as_deref().map(look::saved).transpose()?;
    let doubts = outlook::of_attestation(&new, definition, config.as_ref(), report.as_ref(), today);
    progress.message(&record(&target, new)?);
    doubts.iter().for_each(|doubt| progress.message(doubt));
    if let Some(note) = earlier(config.as_ref(), &control.id) {
        progress.message(&note);
    }
    Ok(Exit::Success)
}

/// Writes an attestation, and says so.
fn record(target: &Target, new: Attestation) -> Result<String, EditError> {
    let Attestation { control, result, expires, .. } = &new;
    let done = format!(
        "{}: {control} is attested as {} until {expires}",
        target.path().display(),
        result.into_str()
    );
    target.append(&[Entry::from(new)])?;
    Ok(done)
}

/// How long attestations of a control are valid, as a person would write it.
fn usual(attest_for: u16) -> String {
    format!("{attest_for}d")
}

/// A file with proof, as the configuration names it, and its digest.
fn proof(target: &Target, file: &Path) -> Result<EvidenceFile, EditError> {
    let path = target.name_of(file)?.into();
    let unreadable = |source| EditError::Unreadable { path: file.to_path_buf(), source };
    Ok(EvidenceFile { path, sha256: digest::of_file(file).map_err(unreadable)? })
}

/// A new attestation takes over from an earlier one, but scans point at both until one is taken out.
fn earlier(config: Option<&Config>, control: &str) -> Option<String> {
    let config = config?;
    let of_control = |id: &str| same_name(id, control);
    let earlier = config.attestations.iter().rev().find(|attestation| of_control(&attestation.control))?;
    Some(format!("The attestation of {control} at {}:{} is replaced: delete it.", config.path, earlier.line))
}
