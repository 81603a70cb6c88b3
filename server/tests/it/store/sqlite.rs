//! What SQLite alone does.

use malipo_server::store::{News as _, SqliteStore};

#[tokio::test]
async fn one_file_has_one_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.sqlite");
    let first = SqliteStore::open(&path).unwrap();
    assert!(!first.is_shared());
    let text = SqliteStore::open(&path).unwrap_err().to_string();
    assert!(text.contains("another malipo-server"), "{text}");
    assert!(text.contains("store.sqlite"), "{text}");
    // A command beside it is no server.
    drop(SqliteStore::open_beside(&path).unwrap());
    drop(first);
    SqliteStore::open(&path).unwrap();
}
