//! Files of the user, replaced in one step: all of a file or, if something goes wrong, none of it.
//! Knows nothing of what is in them.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file, and the folders above it if need be. Nobody but the user can read it.
///
/// # Errors
/// When it cannot be written; the old file is still there then.
pub fn replace(path: &Path, contents: &[u8]) -> io::Result<()> {
    // A link (to a folder of dotfiles, say) stays one: what it points at is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    put(&target, contents, true)
}

/// The same, but a file that is there already stays as it is.
///
/// # Errors
/// When it cannot be written, or there is one already.
pub fn create(path: &Path, contents: &[u8]) -> io::Result<()> {
    put(path, contents, false)
}

fn put(target: &Path, contents: &[u8], replace: bool) -> io::Result<()> {
    let dir = target.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir)?;
    // Created with mode 0600, and removed again if we fail before the rename.
    let mut file = tempfile::NamedTempFile::new_in(dir)?;
    file.write_all(contents)?;
    file.as_file().sync_all()?;
    let put = match replace {
        true => file.persist(target),
        false => file.persist_noclobber(target),
    };
    put.map_err(|error| error.error)?;
    // So that the rename outlives a power cut too; not every file system can do it.
    #[cfg(unix)]
    let _ = fs::File::open(dir).and_then(|dir| dir.sync_all());
    Ok(())
}

/// Moves a damaged file out of the way, to `NAME.damaged-N`, and says where to.
///
/// # Errors
/// When it cannot be renamed.
pub fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut number = 1;
    let aside = loop {
        let candidate = path.with_file_name(format!("{name}.damaged-{number}"));
        if fs::symlink_metadata(&candidate).is_err() {
            break candidate;
        }
        number += 1;
    };
    fs::rename(path, &aside)?;
    Ok(aside)
}
