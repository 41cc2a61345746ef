//! Edits of configurations: what is there stays, what is added is read back.

use std::fs;
use std::path::Path;

use jiff::civil::date;
use proptest::prelude::*;
use tempfile::TempDir;

use super::starter::{Policy, Seen, text};
use super::*;
use crate::config::{Attestation, Config, EvidenceFile, Trust, Waiver};
use crate::controls::Catalog;
use crate::digest;
use crate::facts::FactSettings;
use crate::hint::Hint as _;
use crate::verdict::{self, Attested};

fn attestation(control: &str) -> Entry {
    Entry::from(Attestation {
        control: control.to_owned(),
        result: Attested::Fail,
        by: "Dana \"D\" Ruiz".to_owned(),
        on: date(2026, 5, 1),
        expires: date(2026, 8, 1),
        evidence: Some("https://wiki.example/1.3".to_owned()),
        evidence_file: Some(EvidenceFile { path: "proof.png".into(), sha256: "ab".repeat(32) }),
        note: Some("back\\slash, 'quotes' and \u{e9}".to_owned()),
    })
}

fn waiver() -> Entry {
    let subject = Some("cto@example.com".to_owned());
    Entry::from(Waiver {
        control: "2.3".to_owned(),
        subject,
        event: None,
        waiver: accepted("on call", "Dana"),
    })
}

fn accepted(reason: &str, by: &str) -> verdict::Waiver {
    let (on, expires) = (Some(date(2026, 5, 1)), date(2027, 3, 31));
    verdict::Waiver { reason: reason.to_owned(), by: by.to_owned(), on, expires }
}

/// A configuration in a folder of its own, edited as one that was named.
fn target(old: &str) -> (TempDir, Target) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("own.toml");
    fs::write(&path, old).unwrap();
    (folder, Target::new(Some(&path)))
}

#[test]
fn what_is_added_is_read_back() {
    let (_folder, target) = target("");
    target.append(&[attestation("1.3")]).unwrap();
    target.append(&[waiver()]).unwrap();
    let config = target.load().unwrap().unwrap();
    let [attested] = config.attestations.as_slice() else { panic!("{:?}", config.attestations) };
    assert_eq!((attested.control.as_str(), attested.result), ("1.3", Attested::Fail));
    assert_eq!(attested.by, "Dana \"D\" Ruiz");
    assert_eq!((attested.on, attested.expires), (date(2026, 5, 1), date(2026, 8, 1)));
    assert_eq!(attested.note.as_deref(), Some("back\\slash, 'quotes' and \u{e9}"));
    assert_eq!(attested.evidence_file.as_ref().unwrap().sha256, "ab".repeat(32));
    let [waived] = config.waivers.as_slice() else { panic!("{:?}", config.waivers) };
    assert_eq!(
        (waived.subject.as_deref(), waived.waiver.reason.as_str()),
        (Some("cto@example.com"), "on call")
    );
    let written = fs::read_to_string(target.path()).unwrap();
    assert!(written.contains("[[waiver]]\ncontrol = \"2.3\"\n"), "{written}");
    assert!(written.contains("on = 2026-05-01\n"), "dates are dates of TOML: {written}");
}

#[test]
fn nothing_that_was_there_changes() {
    for old in [
        "# a remark",
        "\u{feff}# with a mark\n[scan]\nlevel='l2'   # kept\n",
        "[scan]\r\nstrict = true\r\n\r\n# end\r\n",
        "[[waiver]]\ncontrol='2.3'\nreason='r'\nby='b'\nexpires=2027-01-01\n[workspace]\n  name =   'x'\n\n\n",
    ] {
        let (_folder, target) = target(old);
        target.append(&[attestation("1.3")]).unwrap();
        let new = fs::read_to_string(target.path()).unwrap();
        let added = new.strip_prefix(old).unwrap_or_else(|| panic!("{old:?} became {new:?}"));
        assert_eq!(old.contains("\r\n"), added.contains("\r\n"), "line breaks are the file's own");
        assert!(!added.replace("\r\n", "").contains('\r'));
    }
}

#[test]
fn arrays_in_brackets_are_refused() {
    for array in ["[{ control = '1.3', by = 'B', on = 2026-01-01, expires = 2026-12-31 }]", "[]"] {
        let old = format!("# top\nattestation = {array}  # end\n\n[scan]\nstrict=true\n");
        let (_folder, target) = target(&old);
        let error = target.append(&[attestation("1.2")]).unwrap_err();
        assert!(matches!(error, EditError::Inline { key: "attestation", .. }), "{error}");
        assert!(error.hint().unwrap().contains("[[attestation]]"));
        assert_eq!(fs::read_to_string(target.path()).unwrap(), old);
        target.append(&[waiver()]).unwrap();
    }
}

#[test]
fn only_a_valid_file_is_edited() {
    let old = "[scan]\nlevel = 'l9'\nstrict = 'very'\n";
    let (_folder, target) = target(old);
    let error = target.append(&[waiver()]).unwrap_err();
    assert_eq!(error.problems().unwrap().len(), 2);
    assert_eq!(fs::read_to_string(target.path()).unwrap(), old);
}

#[test]
fn a_file_that_would_grow_too_large_is_left_alone() {
    let old = format!("# {}", "x".repeat(crate::toml_document::LARGEST - 10));
    let (folder, target) = target(&old);
    let error = target.append(&[waiver()]).unwrap_err();
    assert!(matches!(error, EditError::Unfit { .. }), "{error}");
    assert_eq!(fs::read_to_string(target.path()).unwrap(), old);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left behind");
}

#[cfg(unix)]
#[test]
fn permissions_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let (folder, real) = target("# shared\n");
    fs::set_permissions(real.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = elsewhere.path().join("link.toml");
    symlink(real.path(), &link).unwrap();
    Target::new(Some(&link)).append(&[waiver()]).unwrap();
    assert!(link.is_symlink(), "the link is not replaced by a file");
    assert_eq!(fs::metadata(real.path()).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(real.load().unwrap().unwrap().waivers.len(), 1);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn evidence_is_named_from_the_folder_of_the_configuration() {
    let (folder, named) = target("");
    let inside = folder.path().join("proofs/a.png");
    fs::create_dir(folder.path().join("proofs")).unwrap();
    fs::write(&inside, "abc").unwrap();
    assert_eq!(named.name_of(&inside).unwrap(), "proofs/a.png");
    assert_eq!(
        digest::of_file(&inside).unwrap(),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    let outside = tempfile::NamedTempFile::new().unwrap();
    assert!(Path::new(&named.name_of(outside.path()).unwrap()).is_absolute());
    let found = Target::new(None);
    assert!(matches!(found.name_of(outside.path()), Err(EditError::Outside { .. })));
    assert!(digest::of_file(folder.path()).is_err(), "a folder is no evidence");
}

#[test]
fn the_starter_is_valid_as_it_is_and_with_every_example_in_force() {
    let settings = FactSettings::declared();
    let roles = |policy| {
        let starter = text(&Seen::default(), &settings, policy, date(2026, 8, 1));
        let config = starter_is_valid(&starter);
        let names: Vec<String> = config.rbac.roles.into_keys().collect();
        names.join(", ")
    };
    assert_eq!(roles(Policy::Example), "Support Agent");
    assert_eq!(roles(Policy::Declared), "Admin, Developer, Service, Viewer");
}

/// Reads a starter as it is, and gives it with every example in force.
fn starter_is_valid(starter: &str) -> Config {
    let path = Path::new("starter.toml");
    Config::parse(path, starter.as_bytes(), Trust::Found)
        .unwrap_or_else(|error| panic!("{error:?}\n{starter}"));
    let uncommented: String = starter
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(example) if !example.is_empty() && !example.starts_with([' ', ':']) => {
                format!("{example}\n")
            }
            _ => format!("{line}\n"),
        })
        .collect();
    let config = Config::parse(path, uncommented.as_bytes(), Trust::Named)
        .unwrap_or_else(|error| panic!("{error:?}\n{uncommented}"));
    assert_eq!((config.attestations.len(), config.waivers.len()), (1, 1));
    assert_eq!(config.workspace.region, Some(crate::region::Region::Eu));
    assert!(config.organization.saml.is_some() && config.organization.allowed_domains.is_some());
    let mut catalog = Catalog::load(&[]).unwrap();
    catalog.override_params("starter.toml", &config.params).unwrap();
    assert_eq!(FactSettings::in_force("starter.toml", &config.facts).unwrap(), FactSettings::declared());
    config
}

proptest! {
    #[test]
    fn any_visible_text_is_read_back(text in "[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]{1,80}") {
        prop_assume!(!text.trim().is_empty());
        let (_folder, target) = target("# first\n");
        let entry = Waiver {
            control: "2.3".to_owned(),
            subject: None,
            event: None,
            waiver: accepted(&text, &text),
        };
        target.append(&[Entry::from(entry)]).unwrap();
        let config = target.load().unwrap().unwrap();
        prop_assert_eq!(&config.waivers[0].waiver.reason, &text);
        prop_assert_eq!(&config.waivers[0].waiver.by, &text);
    }
}
