//! Modules depend downwards only: each uses those of the groups that `src/main.rs` lists before its own, and no two files
//! use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use syn::visit::{self, Visit};

/// The path of a module: `["facts", "vocabulary"]`.
type Module = Vec<String>;

/// The modules of the program, each with the absolute paths in its code.
fn modules() -> BTreeMap<Module, BTreeSet<Module>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    read(&root.join("main.rs"), &root, Module::new(), &mut modules);
    modules
}

/// Reads a file and the modules that it declares.
fn read(file: &Path, folder: &Path, module: Module, modules: &mut BTreeMap<Module, BTreeSet<Module>>) {
    let code = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    let mut reader = Reader { module: module.clone(), declared: Vec::new(), mentioned: BTreeSet::new() };
    reader.visit_file(&code);
    modules.insert(module.clone(), reader.mentioned);
    for name in reader.declared {
        let child = [module.as_slice(), std::slice::from_ref(&name)].concat();
        let (own, nested) = (folder.join(format!("{name}.rs")), folder.join(&name));
        let file = if own.exists() { own } else { nested.join("mod.rs") };
        read(&file, &nested, child, modules);
    }
}

struct Reader {
    module: Module,
    declared: Vec<String>,
    mentioned: BTreeSet<Module>,
}

impl Reader {
    /// Records a path within the program.
    fn note(&mut self, path: &[String]) {
        let (first, rest) = path.split_first().unwrap();
        let mut absolute = match first.as_str() {
            "crate" => Module::new(),
            "self" => self.module.clone(),
            "super" => self.module[..self.module.len() - 1].to_vec(),
            _ => return,
        };
        for segment in rest {
            if segment == "super" {
                absolute.pop();
            } else {
                absolute.push(segment.clone());
            }
        }
        self.mentioned.insert(absolute);
    }

    fn note_use(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.note_use(&path.tree, &with(&path.ident)),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.note_use(tree, before)),
            syn::UseTree::Name(name) => self.note(&with(&name.ident)),
            syn::UseTree::Rename(rename) => self.note(&with(&rename.ident)),
            syn::UseTree::Glob(_) => self.note(before),
        }
    }
}

/// Tests may use any module.
fn is_for_tests(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|condition| condition == "test")
    })
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        let attributes = match item {
            syn::Item::Mod(module) => &module.attrs,
            syn::Item::Use(used) => &used.attrs,
            syn::Item::Fn(function) => &function.attrs,
            syn::Item::Impl(implementation) => &implementation.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if !is_for_tests(&function.attrs) {
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_item_mod(&mut self, module: &'ast syn::ItemMod) {
        match module.content {
            Some(_) => visit::visit_item_mod(self, module),
            None => self.declared.push(module.ident.to_string()),
        }
    }

    fn visit_item_use(&mut self, used: &'ast syn::ItemUse) {
        self.note_use(&used.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let path_of: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        self.note(&path_of);
        visit::visit_path(self, path);
    }
}

/// The group of each module in `src/main.rs`; lower groups come first.
fn places() -> BTreeMap<String, usize> {
    let main = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/main.rs")).unwrap();
    let groups = main.split("\n\n").zip(0..);
    let listed = groups.flat_map(|(group, place)| {
        let names = group.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
        names.map(move |name| (name.to_owned(), place)).collect::<Vec<_>>()
    });
    listed.collect()
}

#[test]
fn each_module_uses_those_of_the_groups_before_its_own() {
    let places = places();
    let mut upwards = BTreeSet::new();
    for (module, mentioned) in modules() {
        let Some(own) = module.first() else { continue };
        for used in mentioned.iter().filter_map(|path| path.first()) {
            if used != own
                && places.get(used.as_str()) >= places.get(own.as_str())
                && places.contains_key(used.as_str())
            {
                upwards.insert(format!("{} uses {used}", module.join("::")));
            }
        }
    }
    assert!(upwards.is_empty(), "{upwards:#?}");
}

#[test]
fn no_two_files_use_each_other() {
    let modules = modules();
    // A module and its parent may use each other: the parent has what its children share.
    let file_of = |path: &Module| {
        (0..=path.len()).rev().map(|end| path[..end].to_vec()).find(|part| modules.contains_key(part))
    };
    let uses = |module: &Module| -> BTreeSet<Module> {
        let used = modules[module].iter().filter_map(file_of);
        used.filter(|used| !module.starts_with(used) && !used.starts_with(module)).collect()
    };
    for start in modules.keys() {
        let (mut reached, mut next) = (BTreeSet::new(), vec![(start.clone(), vec![start.join("::")])]);
        while let Some((module, way)) = next.pop() {
            for used in uses(&module) {
                let way = [way.as_slice(), &[used.join("::")]].concat();
                assert!(used != *start, "a circle: {}", way.join(" -> "));
                if reached.insert(used.clone()) {
                    next.push((used, way));
                }
            }
        }
    }
}

/// The lists in CONTRIBUTING.md of the files that a token and an event pass through.
#[test]
fn the_ways_through_the_program_exist_and_go_downwards() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let places = places();
    let place = |path: &str| {
        let module = path.strip_prefix("src/").unwrap().split(['/', '.']).next().unwrap();
        places[module]
    };
    for heading in ["### The way of a token", "### The way of an event"] {
        let section = text.split(heading).nth(1).unwrap().split("\n#").next().unwrap();
        let mut above = usize::MAX;
        let steps: Vec<_> = section.lines().filter_map(|line| line.split_once(". `")).collect();
        assert!(steps.len() >= 4, "{heading}");
        for (_, step) in steps {
            let mut quoted = step.split('`');
            let (path, item) = (quoted.next().unwrap(), quoted.nth(1).unwrap());
            let code = fs::read_to_string(root.join(path)).unwrap_or_else(|_| panic!("{path} is not there"));
            let defined = ["fn ", "struct ", "enum ", "type "].iter().any(|word| {
                code.match_indices(&format!("{word}{item}")).any(|(at, found)| {
                    !code[at + found.len()..].starts_with(|ch: char| ch.is_alphanumeric() || ch == '_')
                })
            });
            assert!(defined, "{path} has no {item}");
            assert!(place(path) <= above, "{path} stands above what comes before it");
            above = place(path);
        }
    }
}
