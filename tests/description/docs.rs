//! The page that shows the description, in a browser.

use crate::support::*;

#[test]
fn the_page_shows_every_call_and_its_policy_is_never_in_the_way() {
    let folder = Folder::new();
    let service = folder.serve("");
    let said: Said = folder
        .command("timeout")
        .args(["120", "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
        .arg(format!("--user-data-dir={}", folder.path("profile").display()))
        // What the page writes to its console goes to standard error; what it has become, to standard output.
        .args(["--enable-logging=stderr", "--virtual-time-budget=30000", "--dump-dom"])
        .arg(format!("{}/docs", service.base))
        .output()
        .unwrap()
        .into();
    assert!(said.success, "{}", said.err);
    let description: Value = serde_json::from_str(contacts::http::openapi()).unwrap();
    let mut calls = 0;
    for call in
        description["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values())
    {
        let (tag, id) = (call["tags"][0].as_str().unwrap(), call["operationId"].as_str().unwrap());
        assert!(said.out.contains(&format!("id=\"operations-{tag}-{id}\"")), "{id}\n{}", said.err);
        calls += 1;
    }
    assert!(calls > 10 && said.out.contains("Authorize"), "{}", said.out);
    assert!(!said.err.contains(":CONSOLE"), "{}", said.err);
}
