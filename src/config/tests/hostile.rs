//! Configurations that a pull request put into the working directory, and files that are none.

use super::*;

/// What the acceptance of the scan asks to be announced and refused.
const HOSTILE: &str = "\
[workspace]
token_file = 'stolen'
[scan]
fail_on = 'never'
[params.'2.3']
max_admins = 999
[facts]
privileged_roles = []
[organization.saml]
metadata = '../idp.xml'
";

/// An error with every mistake it stands for.
fn whole(error: &ConfigError) -> String {
    match error {
        ConfigError::Invalid { problems, .. } => format!("{error}\n{problems}"),
        _ => error.to_string(),
    }
}

#[test]
fn a_refused_setting_is_not_kept() {
    let (config, _) = check(HOSTILE, Trust::Found);
    assert_eq!(config.workspace.token_file, None);
    assert_eq!(config.organization.saml.unwrap().metadata, None);
}

#[test]
fn files_below_the_folder_may_be_named() {
    let saml = |path: &str| check(&format!("[organization.saml]\nmetadata = '{path}'"), Trust::Found).1;
    assert_eq!(saml("idp/metadata.xml"), Vec::<String>::new());
    assert_eq!(saml("./metadata.xml"), Vec::<String>::new());
    for path in ["/etc/passwd", "../x", "a/../../x", "a/.."] {
        assert_eq!(saml(path).len(), 1, "{path}");
        let second = format!("./idp.xml'\nencryption_certificate = '{path}");
        assert_eq!(saml(&second).len(), 1, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder() {
    use std::os::unix::fs::symlink;

    let (outside, elsewhere) = written("[scan]\nfail_on = 'never'\n");
    fs::write(outside.path().join("idp.xml"), "x").unwrap();

    let (folder, path) = written("[organization.saml]\nmetadata = 'idp.xml'\n");
    symlink(outside.path().join("idp.xml"), folder.path().join("idp.xml")).unwrap();
    let error = whole(&Config::load(&path, Trust::Found).unwrap_err());
    assert!(error.contains(":2: `metadata` names a file outside"), "{error}");
    assert!(Config::load(&path, Trust::Named).is_ok());

    let linked = tempfile::tempdir().unwrap();
    let link = linked.path().join(FILE_NAME);
    symlink(&elsewhere, &link).unwrap();
    assert!(matches!(Config::load(&link, Trust::Found), Err(ConfigError::Outside { .. })));
    assert!(Config::load(&link, Trust::Named).is_ok());
}

#[test]
fn a_linked_folder_in_the_middle_of_a_path_is_followed_too() {
    let (folder, path) = written("[organization.saml]\nmetadata = 'sub/idp.xml'\n");
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/idp.xml"), "x").unwrap();
    assert!(Config::load(&path, Trust::Found).is_ok());
}

#[test]
fn tokens_in_the_file_are_refused_and_never_repeated() {
    for key in ["token", "access_token"] {
        let (config, problems) = check(&format!("[workspace]\n{key} = 'dG9r'"), Trust::Named);
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(!problems[0].contains("dG9r"), "{problems:?}");
        assert!(!format!("{config:?}").contains("dG9r"));
    }
}

#[test]
fn files_that_are_no_configuration_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let load = |path: &Path| Config::load(path, Trust::Named).unwrap_err();
    assert!(matches!(load(&folder.path().join("none.toml")), ConfigError::Missing { .. }));
    assert!(matches!(load(folder.path()), ConfigError::NotRegular { .. }));
    let large = folder.path().join("large.toml");
    fs::write(&large, " ".repeat((1 << 20) + 1)).unwrap();
    assert!(matches!(load(&large), ConfigError::TooLarge { .. }));
    let (_folder, binary) = written("");
    fs::write(&binary, b"[scan]\nlevel = '\xff'").unwrap();
    assert!(whole(&load(&binary)).ends_with(":2: the file is not UTF-8 text"));
}

#[test]
fn the_working_directory_is_searched_without_following_links() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(find(folder.path()), None);
    let path = folder.path().join(FILE_NAME);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", &path).unwrap();
        assert_eq!(find(folder.path()), Some(path.clone()));
        assert!(Config::load(&path, Trust::Found).is_err());
        fs::remove_file(&path).unwrap();
    }
    fs::write(&path, "").unwrap();
    assert_eq!(find(folder.path()), Some(path));
}
