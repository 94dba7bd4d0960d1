//! Certificates for a day or two.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

fn openssl(folder: &Path, arguments: &str) {
    let mut openssl = Command::new("openssl");
    let said = openssl.current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(said.status.success(), "{arguments}: {}", String::from_utf8_lossy(&said.stderr));
}

/// An authority (`ca.pem`), and a certificate of its for `localhost` (`server.pem`).
pub(crate) fn certificates() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(folder.path(), &format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=ca"));
    openssl(folder.path(), &format!("req {key} -keyout server.key -out server.csr -subj /CN=localhost"));
    fs::write(folder.path().join("names"), "subjectAltName=DNS:localhost").unwrap();
    openssl(
        folder.path(),
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 2 -extfile names",
    );
    folder
}
