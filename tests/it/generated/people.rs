//! The teammates and former teammates of a generated workspace, and the configuration about them.

use serde_json::{Value, json};

use super::Random;
use super::configuration::configuration;
use crate::oracle::Configuration;

/// A person in events.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Their entry in `/admins`; none for people who have left, and for outsiders.
    pub(super) entry: Option<Value>,
    /// The id in events.
    pub(super) id: Option<u64>,
    /// The e-mail address, if valid.
    pub(super) email: Option<String>,
    /// Whether the e-mail address alone identifies the person.
    pub(super) unique: bool,
}

/// The id of Intercom's own bot.
pub(super) const BOT: u64 = 5000;

const NAMES: [&str; 11] =
    ["ana", "bo.b", "cy", "di-di", "jörg", "İlkay", "groß", "ΟΔΥΣΣΕΥΣ", "o'neil", "operator", "\u{212a}im"];

const MALFORMED: [&str; 5] = ["no-address", "", "@fixture.example", "ana@", "a@b@fixture.example"];

const PRIVILEGED: [&str; 8] = [
    "Owner",
    "admin",
    "Administrator",
    "super admin",
    "SuperAdmin",
    " Super\u{a0} Admin ",
    "ＡＤＭＩＮ",
    "Ow\u{200b}ner",
];

const UNPRIVILEGED: [&str; 9] = [
    "teammate",
    "Support Agent",
    "viewer",
    "Read only",
    "lite",
    "MEMBER",
    "ｖiewer",
    "Support \u{2009} Agent",
    "read-\u{ad}only",
];

/// Roles in no list; the last ones look like privileged ones.
const UNCLASSIFIED: [&str; 8] =
    ["Ops lead", "\u{212a}eeper", "Straße", "admin ops", "Ölgemälde", "аdmin", "Оwner", "admіnіstrator"];

/// The people of a workspace, the bot and people who have left included, and the configuration.
pub(super) fn people(random: &mut Random, calm: bool, with_me: bool) -> (Vec<Person>, Configuration) {
    let mut people = Vec::new();
    let count = if random.chance(4) { 0 } else { 1 + random.below(9) };
    for number in 0..count {
        let email = email(random, number, calm);
        people.push(teammate(random, number, email, calm));
    }
    if !calm && random.chance(30) && count > 0 {
        second_account(random, &mut people);
    }
    if !calm && random.chance(25) && count > 0 {
        second_entry(random, &mut people);
    }
    people.extend((0..2).map(|number| {
        let email = Some(format!("gone{number}@fixture.example"));
        Person { entry: None, id: Some(9000 + number), email, unique: false }
    }));
    let outsider = Some("outsider@elsewhere.example".to_owned());
    people.push(Person { entry: None, id: None, email: outsider, unique: true });
    bots(random, &mut people, calm, with_me);
    let mut configuration = configuration(random);
    if !calm && random.chance(10) {
        let texts = |texts: &[&str]| Some(texts.iter().map(|text| (*text).to_owned()).collect());
        configuration.privileged_roles = texts(&["OPS  lead", "ｏwner", "keeper"]);
        configuration.unprivileged_roles = texts(&["STRASSE", "viewer", "Administrator"]);
    }
    if random.chance(20) {
        configuration.max_admins = Some(2 + random.below(4));
    }
    (people, configuration)
}

/// Intercom's own bot, and other addresses that look like it.
fn bots(random: &mut Random, people: &mut Vec<Person>, calm: bool, with_me: bool) {
    let entry = |id: u64, email: &str| {
        let entry =
            json!({ "type": "admin", "id": id.to_string(), "email": email, "name": "Fin", "role": null });
        let email = Some(email.to_owned());
        Person { entry: Some(entry), id: Some(id), email, unique: true }
    };
    if random.chance(70) {
        let mut email = random.recase("operator+fixture1@intercom.io");
        if random.chance(20) {
            email.push('.');
        }
        people.push(entry(BOT, &email));
    }
    if !calm && random.chance(if with_me { 6 } else { 40 }) {
        let looks = ["operator+other2@intercom.io", "operator+fix-ture1@intercom.io", "operator@intercom.io"];
        let look = *random.pick(&looks);
        people.push(entry(5001, look));
    }
}

fn email(random: &mut Random, number: usize, calm: bool) -> Value {
    if !calm && random.chance(5) {
        return random.pick(&[Value::Null, json!(MALFORMED[number % MALFORMED.len()])]).clone();
    }
    let name = NAMES[number % NAMES.len()];
    let domain = match random.below(if calm { 60 } else { 20 }) {
        0 => "gmail.com",
        1 => "GMX.de",
        2 => "ÖL.example",
        3 => "sub.fixture.example",
        4 => "notfixture.example",
        5 => "xn--l-0ga.example",
        6 => "ｆixture.example",
        7 => "fixture.example.",
        _ => "fixture.example",
    };
    let generic = ["support", "No-Reply", "IT+one", "o\u{fb03}ce", "ｓupport", "ſales", "supporters"];
    let name = if random.chance(if calm { 1 } else { 6 }) { *random.pick(&generic) } else { name };
    json!(random.recase(&format!("{name}@{domain}")))
}

fn role(random: &mut Random, number: usize, calm: bool) -> Value {
    let roles: &[&str] = match random.below(if calm { 60 } else { 14 }) {
        0 => return random.pick(&[Value::Null, json!({ "type": "role", "id": "7", "name": "" })]).clone(),
        1 | 2 => &UNCLASSIFIED,
        _ if number < 2 => &PRIVILEGED,
        3 | 4 => &PRIVILEGED,
        _ => &UNPRIVILEGED,
    };
    let name = *random.pick(roles);
    let name = if random.chance(50) { random.recase(name) } else { name.to_owned() };
    json!({ "type": "role", "id": "7", "name": name })
}

fn teammate(random: &mut Random, number: usize, email: Value, calm: bool) -> Person {
    let text = email.as_str().map(str::to_owned);
    let text = text.filter(|text| !MALFORMED.contains(&text.as_str()));
    let id = 1001 + number as u64;
    let shown = if random.chance(30) { json!(id) } else { json!(id.to_string()) };
    let role = role(random, number, calm);
    let mut entry =
        json!({ "type": "admin", "id": shown, "email": email, "name": "Some Body", "role": role });
    if role.is_null() && random.chance(50) {
        entry.as_object_mut().unwrap().remove("role");
    }
    Person { entry: Some(entry), id: Some(id), email: text, unique: true }
}

/// Adds a second account of a teammate, with a tag or other letters.
fn second_account(random: &mut Random, people: &mut Vec<Person>) {
    let number = random.below(people.len());
    let Some(email) = people[number].email.clone() else { return };
    let (local, domain) = email.split_once('@').unwrap();
    let other = match random.below(4) {
        0 => format!("{local}+two@{domain}"),
        1 => random.recase(&email),
        2 => format!("{email}."),
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

/// Lists a teammate twice, with another role, and perhaps another address.
fn second_entry(random: &mut Random, people: &mut Vec<Person>) {
    let number = random.below(people.len());
    let mut again = people[number].clone();
    if again.email.is_none() {
        return;
    }
    let seniority = random.below(9);
    let role = role(random, seniority, false);
    let entry = again.entry.as_mut().unwrap();
    entry["role"] = role;
    if random.chance(50) {
        let other = format!("else{number}@fixture.example");
        entry["email"] = json!(other);
        (again.email, again.unique) = (Some(other), true);
    }
    let place = random.below(people.len() + 1);
    people.insert(place, again);
}
