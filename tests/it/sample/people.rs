//! The people of the parcel carrier.

pub(super) const DOMAIN: &str = "kestrelparcel.example";

/// Given name, family name, role. Five are privileged by role; all have a role.
pub(super) const PEOPLE: [(&str, &str, &str); 41] = [
    ("Maren", "Holt", "Owner"),
    ("Idris", "Vale", "Admin"),
    ("Petra", "Lindqvist", "Admin"),
    ("Tomas", "Okafor", "Admin"),
    ("Yuki", "Brandt", "Super admin"),
    ("Sol", "Amari", "Support agent"),
    ("Nadia", "Ferro", "Support agent"),
    ("Lars", "Quist", "Support agent"),
    ("Oona", "Pell", "Support agent"),
    ("Ravi", "Santos", "Support agent"),
    ("Greta", "Mbeki", "Support agent"),
    ("Emil", "Tran", "Support agent"),
    ("Zofia", "Reyes", "Support agent"),
    ("Dario", "Kemp", "Support agent"),
    ("Hana", "Novak", "Support agent"),
    ("Bram", "Castell", "Support agent"),
    ("Ines", "Dahl", "Support agent"),
    ("Otis", "Marlow", "Support agent"),
    ("Lena", "Abebe", "Support agent"),
    ("Kofi", "Strand", "Support agent"),
    ("Vera", "Lomax", "Support agent"),
    ("Jonas", "Petit", "Support agent"),
    ("Amina", "Rowe", "Support agent"),
    ("Cleo", "Varga", "Support agent"),
    ("Niels", "Ortega", "Support agent"),
    ("Rosa", "Whitlock", "Support agent"),
    ("Taavi", "Moreau", "Support agent"),
    ("Linh", "Ashby", "Support agent"),
    ("Pavel", "Grant", "Support agent"),
    ("Esme", "Kuroda", "Support agent"),
    ("Anton", "Silva", "Teammate"),
    ("Mira", "Joffe", "Teammate"),
    ("Caleb", "Nyman", "Teammate"),
    ("Freya", "Duarte", "Teammate"),
    ("Samir", "Holm", "Teammate"),
    ("Wanda", "Iyer", "Teammate"),
    ("Ruben", "Eklund", "Viewer"),
    ("Tess", "Moyo", "Viewer"),
    ("Hugo", "Larsen", "Viewer"),
    ("Alma", "Prasad", "Viewer"),
    ("Joris", "Beck", "Read only"),
];

/// People who joined in the last months, and how many days ago; the rest joined at the start.
pub(super) const ARRIVALS: [(usize, i64); 5] = [(38, 6), (39, 11), (INVITED, 20), (36, 75), (35, 130)];

/// The one of them who accepted an invite, the person without activity for months, and the two who sign in by
/// password.
pub(super) const INVITED: usize = 33;
pub(super) const DORMANT: usize = 40;
pub(super) const BY_PASSWORD: [usize; 2] = [3, 17];

/// A person who has left: in the log, but no longer in the list.
pub(super) const LEFT: (&str, &str, &str) = ("Corin", "Blake", "9099");

pub(super) fn id(person: usize) -> String {
    (9001 + person).to_string()
}

pub(super) fn email(person: usize) -> String {
    let (given, family, _) = PEOPLE[person];
    format!("{}.{}@{DOMAIN}", given.to_lowercase(), family.to_lowercase())
}

pub(super) fn name(person: usize) -> String {
    let (given, family, _) = PEOPLE[person];
    format!("{given} {family}")
}

/// The office's address for most, a home address for some, IPv6 for a few.
pub(super) fn address(person: usize, day: i64) -> String {
    match (person as i64 + day) % 7 {
        0 => format!("198.51.100.{}", 10 + person),
        1 => format!("2001:db8:40::{:x}", 16 + person),
        _ => format!("192.0.2.{}", 1 + person % 4),
    }
}
