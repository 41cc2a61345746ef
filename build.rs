//! Embeds every control file, so that the program needs nothing beside itself.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let root = env::var("CARGO_MANIFEST_DIR")?;
    let mut source = String::from("pub(super) static FILES: &[EmbeddedFile] = &[\n");
    for (folder, pack) in [("guide", "Guide"), ("extended", "Extended"), ("rbac", "Rbac")] {
        let path = Path::new(&root).join("controls").join(folder);
        println!("cargo::rerun-if-changed={}", path.display());
        let mut files = fs::read_dir(&path)?
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
        files.sort();
        for file in files {
            let name = file
                .file_name()
                .and_then(|name| name.to_str())
                .ok_or("a control file's name is not UTF-8")?;
            writeln!(
                source,
                "    EmbeddedFile {{ pack: Pack::{pack}, path: {:?}, text: include_str!({:?}) }},",
                format!("controls/{folder}/{name}"),
                file.display().to_string(),
            )?;
        }
    }
    source.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("embedded.rs"), source)?;
    Ok(())
}
