//! The names of users and groups, as files like `/etc/passwd` tell them.

use std::collections::HashMap;

/// Returns the name of a user or group id, from a file like `/etc/passwd`; `None` when it has none.
pub fn id_name(file: &str, id: u32) -> Option<String> {
    let text = std::fs::read(file).ok()?;
    let names: HashMap<u32, &[u8]> = text
        .split(|b| *b == b'\n')
        .rev()
        .filter_map(|line| {
            let mut fields = line.split(|b| *b == b':');
            let (name, id) = (fields.next()?, fields.nth(1)?);
            Some((std::str::from_utf8(id).ok()?.parse().ok()?, name))
        })
        .collect();
    names.get(&id).map(|name| String::from_utf8_lossy(name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ids_by_the_first_line_that_has_them() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "root:x:0:0\ntoor:x:0:0\nodd\nme:x:1000:\n").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(id_name(path, 0).as_deref(), Some("root"));
        assert_eq!(id_name(path, 1000).as_deref(), Some("me"));
        assert_eq!(id_name(path, 7), None);
    }
}
