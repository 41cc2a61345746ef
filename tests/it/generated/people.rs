//! Who is in a generated workspace, who has left it, and what the organization says about them.

use serde_json::{Value, json};

use super::Random;
use crate::oracle::Organization;

/// Somebody events may be by.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Their entry in `/admins`; none for people who have left.
    pub(super) entry: Option<Value>,
    /// Their id, as events spell it.
    pub(super) id: Option<u64>,
    /// Their e-mail, where it is one.
    pub(super) email: Option<String>,
    /// Whether nobody else has that e-mail, so that it alone tells who they are.
    pub(super) unique: bool,
}

const NAMES: [&str; 10] =
    ["ana", "bo.b", "cy", "di-di", "jörg", "İlkay", "groß", "ΟΔΥΣΣΕΥΣ", "o'neil", "operator"];

const MALFORMED: [&str; 5] = ["nobody", "", "@fixture.example", "ana@", "a@b@fixture.example"];

const PRIVILEGED: [&str; 5] = ["Owner", "admin", "Administrator", "super admin", "SuperAdmin"];

const UNPRIVILEGED: [&str; 6] = ["teammate", "Support Agent", "viewer", "Read only", "lite", "MEMBER"];

const UNCLASSIFIED: [&str; 5] = ["Ops lead", "ADMİN", "Straße", "admin ops", "Ölgemälde"];

/// The people of a workspace, the bot and people who have left included, and the organization.
pub(super) fn people(random: &mut Random, calm: bool) -> (Vec<Person>, Organization) {
    let mut people = Vec::new();
    let count = if random.chance(5) { 0 } else { 1 + random.below(8) };
    for number in 0..count {
        let email = email(random, number, calm);
        people.push(teammate(random, number, email, calm));
    }
    if !calm && random.chance(30) && count > 0 {
        duplicate(random, &mut people);
    }
    people.extend((0..2).map(|number| {
        let email = Some(format!("gone{number}@fixture.example"));
        Person { entry: None, id: Some(9000 + number), email, unique: true }
    }));
    if random.chance(70) {
        let email = random.recase("operator+fixture1@intercom.io");
        let entry = json!({ "type": "admin", "id": "5000", "email": email, "name": "Fin", "role": null });
        people.push(Person { entry: Some(entry), id: Some(5000), email: Some(email), unique: true });
    }
    (people, organization(random))
}

fn email(random: &mut Random, number: usize, calm: bool) -> Value {
    if !calm && random.chance(7) {
        return random.pick(&[Value::Null, json!(MALFORMED[number % MALFORMED.len()])]).clone();
    }
    let name = NAMES[number % NAMES.len()];
    let domain = match random.below(if calm { 40 } else { 14 }) {
        0 => "gmail.com",
        1 => "GMX.de",
        2 => "ÖL.example",
        3 => "sub.fixture.example",
        4 => "notfixture.example",
        _ => "fixture.example",
    };
    let generic = ["support", "No-Reply", "IT", "İnfo", "supporters"];
    let name = if random.chance(if calm { 1 } else { 8 }) { *random.pick(&generic) } else { name };
    json!(random.recase(&format!("{name}@{domain}")))
}

fn teammate(random: &mut Random, number: usize, email: Value, calm: bool) -> Person {
    let text = email.as_str().map(str::to_owned);
    let text = text.filter(|text| !MALFORMED.contains(&text.as_str()));
    // Without an e-mail only an id tells who somebody is.
    let anonymous = text.is_some() && random.chance(if calm { 3 } else { 8 });
    let id = (!anonymous).then_some(1001 + number as u64);
    let shown = match id {
        None => Value::Null,
        Some(id) if random.chance(30) => json!(id),
        Some(id) => json!(id.to_string()),
    };
    let mut entry = json!({ "type": "admin", "id": shown, "email": email, "name": "Some Body" });
    let roles: &[&str] = match random.below(if calm { 60 } else { 12 }) {
        0 => &[],
        1 | 2 => &UNCLASSIFIED,
        _ if number < 2 => &PRIVILEGED,
        3 | 4 => &PRIVILEGED,
        _ => &UNPRIVILEGED,
    };
    if roles.is_empty() {
        if random.chance(50) {
            entry["role"] = Value::Null;
        }
    } else {
        let name: &str = random.pick::<&str>(roles);
        let name = random.recase(name);
        entry["role"] = json!({ "type": "role", "id": "7", "name": name });
    }
    Person { entry: Some(entry), id, email: text, unique: true }
}

/// Somebody gets a second account, with a tag or in other letters.
fn duplicate(random: &mut Random, people: &mut Vec<Person>) {
    let number = random.below(people.len());
    let (Some(email), Some(_)) = (people[number].email.clone(), people[number].id) else {
        return;
    };
    let (local, domain) = email.split_once('@').unwrap();
    let other = match random.below(3) {
        0 => format!("{local}+two@{domain}"),
        1 => random.recase(&email),
        _ => format!("{local}2@{domain}"),
    };
    people[number].unique = false;
    let mut twin = people[number].clone();
    twin.id = Some(1900);
    let entry = twin.entry.as_mut().unwrap();
    (entry["id"], entry["email"]) = (json!("1900"), json!(other));
    twin.email = Some(other);
    people.push(twin);
}

fn organization(random: &mut Random) -> Organization {
    let texts = |texts: &str| Some(texts.split(' ').map(str::to_owned).collect());
    let allowed_domains = match random.below(5) {
        0 => texts("Fixture.example öl.example gmail.com gmx.DE *.fixture.example notfixture.example"),
        1 => texts("FIXTURE.EXAMPLE ÖL.example"),
        2 => texts("*.Fixture.example fixture.example"),
        _ => None,
    };
    let approved_networks = match random.below(4) {
        0 => texts("192.0.2.0/24 2001:db8::/32"),
        1 => texts("192.0.2.0/25 198.51.100.7/32 2001:DB8:1::/48"),
        _ => None,
    };
    let export_approvers = match random.below(4) {
        0 => texts("ANA@fixture.example gone0@Fixture.Example JÖRG@fixture.example"),
        1 => texts("bo.b@fixture.example"),
        _ => None,
    };
    let required_region = random.chance(60).then(|| (*random.pick(&["EU", "us", "Au", "US"])).to_owned());
    Organization { allowed_domains, approved_networks, export_approvers, required_region }
}
