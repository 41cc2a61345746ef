//! The order of control ids: as people count, 1.9 before 1.10 and the guide before its extension.

/// A key that sorts ids naturally.
pub(crate) fn natural(id: &str) -> Vec<(bool, u64, String)> {
    let mut key = Vec::new();
    let mut rest = id;
    while let Some(first) = rest.chars().next() {
        let digits = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(rest.len());
        let (part, tail) = rest.split_at(end);
        key.push((!digits, part.parse().unwrap_or(u64::MAX), part.to_owned()));
        rest = tail;
    }
    key
}

#[cfg(test)]
mod tests {
    use super::natural;

    #[test]
    fn ids_sort_as_people_count() {
        let mut ids = ["E10", "1.10", "E2", "5.1", "1.9", "X1"];
        ids.sort_by_key(|id| natural(id));
        assert_eq!(ids, ["1.9", "1.10", "5.1", "E2", "E10", "X1"]);
    }
}
