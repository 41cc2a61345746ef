//! `[[alert]]`.

use super::*;
use crate::confidential::Place;
use crate::config::{Alert, Occasion, Receiver};
use crate::level::Level;

const THREE: &str = "\
[[alert]]
name = 'soc'
kind = 'webhook'
url_env = 'SOC_URL'
secret_file = 'soc.secret'
level = 'L2'
on = ['new', 'resolved', 'undecided', 'incomplete']
controls = ['2.3']
[[alert]]
name = 'team'
kind = 'slack'
url_file = '/run/secrets/slack'
[[alert]]
name = 'mail'
kind = 'command'
command = ['./notify', '--to', 'soc@acme.example']
";

#[test]
fn each_kind_has_its_receiver_and_the_usual_level_and_occasions() {
    let config = Config::parse(Path::new("conf/c.toml"), THREE.as_bytes(), Trust::Named).unwrap();
    let [soc, team, mail]: [Alert; 3] = config.alerts.try_into().unwrap();
    let (url, secret) = (Place::Variable("SOC_URL".to_owned()), Place::File("conf/soc.secret".into()));
    assert_eq!(soc.receiver, Receiver::Webhook { url, secret: Some(secret) });
    assert_eq!((soc.level, soc.on.len(), &*soc.controls[0].value), (Level::L2, 4, "2.3"));
    assert_eq!(team.receiver, Receiver::Slack { url: Place::File("/run/secrets/slack".into()) });
    assert_eq!((team.level, team.on), (Level::L1, vec![Occasion::New, Occasion::Incomplete]));
    let arguments = ["--to", "soc@acme.example"].map(str::to_owned).to_vec();
    assert_eq!(mail.receiver, Receiver::Command { program: "conf/./notify".into(), arguments });
}

#[test]
fn a_configuration_that_was_found_names_no_receiver() {
    let Err(ConfigError::Invalid { config, problems }) =
        Config::parse(Path::new("c.toml"), THREE.as_bytes(), Trust::Found)
    else {
        panic!("it is refused")
    };
    assert!(config.alerts.is_empty());
    let lines: Vec<_> = problems.as_slice().iter().map(|problem| problem.line).collect();
    assert_eq!(lines, [1, 9, 13], "{problems}");
    assert!(problems.to_string().starts_with("c.toml:1: `[[alert]]` is refused in a configuration found"));
}

#[test]
fn each_mistake_is_named_and_no_address_is_repeated() {
    let problems = problems_of(
        "\
[[alert]]
name = 'a'
kind = 'slack'
url = 'https://hooks.example/secret'
[[alert]]
name = 'b'
kind = 'webhook'
url_env = 'https://hooks.example/secret'
[[alert]]
name = 'A'
kind = 'slack'
url_env = 'URL'
secret_env = 'KEY'
on = ['newest']
[[alert]]
kind = 'command'
command = []
[[alert]]
name = 'c'
kind = 'command'
url_env = 'URL'
[[alert]]
name = 'd'
kind = 'mail'
[[alert]]
name = 'e'
kind = 'webhook'
url_env = 'URL'
url_file = 'file'
on = []
[[alert]]
name = 'a'
kind = 'slack'
url_env = 'URL'
",
    );
    assert_eq!(
        problems,
        [
            "c.toml:1: `url_env` or `url_file` is missing from `alert`",
            "c.toml:4: unknown key `url` in `alert`",
            "c.toml:8: `url_env` is not the name of an environment variable, such as `ALERT_URL`",
            "c.toml:9: `secret_env` has no effect on an alert of this kind",
            "c.toml:14: `on` is one of `new`, `resolved`, `undecided`, `incomplete`, not `newest`",
            "c.toml:15: `name` is missing from `alert`",
            "c.toml:17: `command` names no program",
            "c.toml:18: `command` is missing from `alert`",
            "c.toml:18: `url_env` has no effect on an alert of this kind",
            "c.toml:24: `kind` is one of `webhook`, `slack`, `command`, not `mail`",
            "c.toml:29: `url_env` and `url_file` are both there: leave one out",
            "c.toml:30: `on` is empty: this alert would never send a message",
            "c.toml:31: two alerts have the name `a`",
        ]
    );
}
