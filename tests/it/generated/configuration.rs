//! The configuration of a generated workspace, and its file.

use jiff::ToSpan;
use serde_json::{Value, json};

use super::Random;
use crate::oracle::Configuration;
use crate::oracle::extended::{APPS, DESTRUCTION, SETTINGS};

/// The section `[organization]`.
pub(super) fn configuration(random: &mut Random) -> Configuration {
    let texts = |texts: &str| Some(texts.split(' ').map(str::to_owned).collect());
    let allowed_domains = match random.below(6) {
        0 => texts(
            "Fixture.example öl.example gmail.com gmx.DE *.fixture.example notfixture.example intercom.io",
        ),
        1 => texts("FIXTURE.EXAMPLE ÖL.example"),
        2 => texts("*.Fixture.example fixture.example xn--l-0ga.example."),
        _ => None,
    };
    let approved_networks = match random.below(8) {
        0 | 1 => texts("192.0.2.0/24 2001:db8::/32 198.51.100.0/24 203.0.113.0/24"),
        2 => texts("192.0.2.0/25 198.51.100.7/32 2001:DB8:1::/48"),
        3 => texts("::ffff:192.0.2.0/120 198.51.100.7 2001:db8::/33 2001:db8:8000::/33"),
        4 => texts("192.0.0.0/9 192.128.0.0/9 198.51.100.7/32"),
        5 => texts("192.0.0.0/9 192.128.0.0/9 192.0.2.0/24"),
        _ => None,
    };
    let export_approvers = match random.below(4) {
        0 => texts("ANA@fixture.example gone0@Fixture.Example. JÖRG@fixture.example bo.b@ｆixture.example"),
        1 => texts("bo.b@fixture.example outsider@elsewhere.example else0@fixture.example"),
        _ => None,
    };
    let required_region = random.chance(60).then(|| (*random.pick(&["EU", "us", "Au", "US"])).to_owned());
    Configuration {
        allowed_domains,
        approved_networks,
        export_approvers,
        required_region,
        ..Configuration::default()
    }
}

/// Reviews of some or all events, of events that cannot be reviewed, and left-out types.
pub(super) fn review(random: &mut Random, configuration: &mut Configuration, events: &[Value]) {
    let share = *random.pick(&[0, 0, 30, 95]);
    let listed = |event: &Value| {
        let name = event["activity_type"].as_str().unwrap_or("");
        let lists: [&[&str]; 3] = [&SETTINGS, &APPS, &DESTRUCTION];
        lists.iter().any(|list| list.contains(&name)) || name.starts_with("admin_impersonation")
    };
    let mut reviewed: Vec<(String, i64)> = Vec::new();
    for event in events {
        let Some(id) = event["id"].as_str() else { continue };
        let unreadable = id.starts_with('e');
        let chance = if listed(event) || unreadable { share } else { share / 20 };
        if random.chance(chance) && reviewed.iter().all(|(known, _)| known != id) {
            let tomorrow = !unreadable && random.chance(5);
            reviewed.push((id.to_owned(), if tomorrow { -1 } else { random.below(60) as i64 }));
        }
    }
    configuration.reviewed = reviewed;
    let lists: [(&'static str, &[&str]); 3] = [("E7", &SETTINGS), ("E8", &APPS), ("E13", &DESTRUCTION)];
    for (control, list) in lists {
        for name in list {
            if share > 0 && random.chance(10) {
                configuration.except.push((control, (*name).to_owned()));
            }
        }
    }
}

/// The configuration as a file.
pub(super) fn text(configuration: &Configuration) -> String {
    let today = jiff::civil::date(2026, 8, 1);
    let mut text = String::new();
    let mut section = |name: &str, values: &[(&str, Value)]| {
        let known = values.iter().filter(|(_, value)| !value.is_null());
        let lines = known.map(|(key, value)| format!("{key} = {value}\n"));
        text += &format!("[{name}]\n{}", lines.collect::<String>());
    };
    section(
        "organization",
        &[
            ("allowed_domains", json!(configuration.allowed_domains)),
            ("approved_networks", json!(configuration.approved_networks)),
            ("export_approvers", json!(configuration.export_approvers)),
            ("required_region", json!(configuration.required_region)),
        ],
    );
    section(
        "facts",
        &[
            ("privileged_roles", json!(configuration.privileged_roles)),
            ("unprivileged_roles", json!(configuration.unprivileged_roles)),
        ],
    );
    section("params.\"2.3\"", &[("max_admins", json!(configuration.max_admins))]);
    for control in ["E7", "E8", "E13"] {
        let except = configuration.except.iter().filter(|(of, _)| *of == control);
        let except: Vec<_> = except.map(|(_, name)| name).collect();
        if !except.is_empty() {
            section(&format!("params.{control}"), &[("except", json!(except))]);
        }
    }
    for (id, ago) in &configuration.reviewed {
        let on = today.saturating_sub(ago.days());
        text += &format!("[[reviewed]]\nevent = \"{id}\"\nby = \"Dana Ruiz\"\non = {on}\n");
    }
    text
}
