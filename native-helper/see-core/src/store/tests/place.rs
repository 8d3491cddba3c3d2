//! Where a store may lie: nowhere that others control.

use super::*;

#[test]
fn refuses_places_that_others_control() {
    let dir = tempfile::tempdir().unwrap();
    let code = |root: &Path| Store::open(Some(root)).map(|_| ()).unwrap_err().code;
    let open = dir.path().join("open");
    std::fs::create_dir(&open).unwrap();
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o777)).unwrap();
    assert_eq!(code(&open), ErrorCode::StoreUnusable);
    assert_eq!(code(&open.join("store")), ErrorCode::StoreUnusable);
    std::fs::set_permissions(&open, std::fs::Permissions::from_mode(0o1777)).unwrap();
    Store::open(Some(&open.join("store"))).unwrap();
    let full = dir.path().join("full");
    std::fs::create_dir_all(full.join("photos")).unwrap();
    assert_eq!(code(&full), ErrorCode::StoreUnusable);
    assert_eq!(std::fs::metadata(&full).unwrap().permissions().mode() & 0o7777, 0o755, "left as it was");
    let file = dir.path().join("file");
    std::fs::write(&file, "").unwrap();
    assert_eq!(code(&file), ErrorCode::StoreUnusable);
    assert_eq!(code(Path::new("/proc/alcatraz")), ErrorCode::StoreUnusable);
    if rustix::process::geteuid().is_root() {
        let planted = dir.path().join("planted");
        std::fs::create_dir(&planted).unwrap();
        std::os::unix::fs::chown(&planted, Some(12345), None).unwrap();
        assert_eq!(code(&planted), ErrorCode::StoreUnusable);
        assert_eq!(code(&planted.join("store")), ErrorCode::StoreUnusable);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink("/etc", &link).unwrap();
        std::os::unix::fs::lchown(&link, Some(12345), None).unwrap();
        assert_eq!(code(&link.join("store")), ErrorCode::StoreUnusable);
        assert!(!Path::new("/etc/store").exists());
    }
}

#[test]
fn follows_symlinks_of_safe_owners_only_by_their_real_place() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("real")).unwrap();
    std::os::unix::fs::symlink("real/../real", dir.path().join("link")).unwrap();
    let store = Store::open(Some(&dir.path().join("link/store"))).unwrap();
    assert_eq!(store.root(), dir.path().canonicalize().unwrap().join("real/store"));
    std::os::unix::fs::symlink("loop", dir.path().join("loop")).unwrap();
    let error = Store::open(Some(&dir.path().join("loop/store"))).unwrap_err();
    assert_eq!(error.code, ErrorCode::StoreUnusable);
}
