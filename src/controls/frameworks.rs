//! What the controls of compliance frameworks are called, by the names that control files use.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::casefold::fold;

/// The key under which a framework's own title stands.
const TITLE: &str = "title";

/// By folded framework and folded id; read when the first title is asked for.
static TITLES: LazyLock<BTreeMap<(String, String), String>> = LazyLock::new(|| {
    let text = include_str!("../../controls/frameworks.toml");
    let read: BTreeMap<String, BTreeMap<String, String>> = toml::from_str(text).unwrap_or_default();
    let entries = read.into_iter().flat_map(|(framework, titles)| {
        titles.into_iter().map(move |(id, title)| ((fold(&framework).into(), fold(&id).into()), title))
    });
    entries.collect()
});

/// The title of a framework; none of one that is not known.
pub(crate) fn framework_title(framework: &str) -> Option<&'static str> {
    title(framework, TITLE)
}

/// The title of a framework's control; none of one that is not known.
pub(crate) fn title(framework: &str, id: &str) -> Option<&'static str> {
    TITLES.get(&(fold(framework).into(), fold(id).into())).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::controls::Catalog;

    #[test]
    fn everything_that_a_built_in_control_maps_to_has_a_title() {
        let catalog = Catalog::load(&[]).unwrap();
        let mut mapped = 0;
        for definition in catalog.of_policy(true).chain(catalog.of_policy(false)) {
            for (framework, ids) in &definition.control.frameworks {
                assert!(framework_title(framework).is_some(), "{framework}");
                for id in ids {
                    assert!(title(framework, id).is_some(), "{framework} {id}");
                    mapped += 1;
                }
            }
        }
        assert!(mapped > 100, "{mapped}");
        assert_eq!(title("CIS-V8", "5.4"), title("cis-v8", "5.4"));
        assert_eq!((framework_title("own"), title("cis-v8", "99.9")), (None, None));
    }
}
