//! What a person does in a tab, and waits for. Nothing waits for a fixed time.

use std::future::Future;
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};
use thirtyfour::components::SelectElement;
use thirtyfour::error::WebDriverResult;
use thirtyfour::{By, Key, WebElement};

use crate::tab::Tab;
use crate::target::Target;

/// How long one waits for something, at most. It is long, for machines that do much at once.
const PATIENCE: Duration = Duration::from_secs(20);

impl Tab {
    /// Looks again and again until there is something.
    pub(crate) fn wait<T>(&self, what: &str, mut look: impl FnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look() {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "no {what}; the page shows:\n{}", self.text());
            thread::sleep(Duration::from_millis(15));
        }
    }

    /// Waits until one can read this.
    pub(crate) fn sees(&self, text: &str) {
        self.wait(&format!("text {text:?}"), || self.text().contains(text).then_some(()));
    }

    /// Waits until one can't read this any more.
    pub(crate) fn sees_no(&self, text: &str) {
        self.wait(&format!("end of the text {text:?}"), || (!self.text().contains(text)).then_some(()));
    }

    /// The things that a screen reader finds.
    pub(crate) fn all(&self, target: &Target) -> Vec<Value> {
        let root = self.cdp("DOM.getDocument", json!({ "depth": 0 }))["root"]["nodeId"].clone();
        let query = |role: &str| {
            let found = self.attempt(|browser| {
                let cdp = browser.cdp();
                let query = json!({ "nodeId": root, "role": role });
                async move { cdp.send_raw("Accessibility.queryAXTree", query).await }
            });
            // The document has gone in between.
            found.ok().and_then(|found| found["nodes"].as_array().cloned()).unwrap_or_default()
        };
        let mut found: Vec<Value> = target.roles.iter().flat_map(|role| query(role)).collect();
        found.retain(|node| {
            node["ignored"] == false && target.has_name(node["name"]["value"].as_str().unwrap_or_default())
        });
        found
    }

    pub(crate) fn has(&self, target: &Target) -> bool {
        !self.all(target).is_empty()
    }

    /// Waits until there is such a thing.
    pub(crate) fn finds(&self, target: &Target) -> WebElement {
        self.wait(&target.to_string(), || self.element(target.pick(&self.all(target))?).ok())
    }

    /// Waits until there is no such thing any more.
    pub(crate) fn loses(&self, target: &Target) {
        self.wait(&format!("end of the {target}"), || (!self.has(target)).then_some(()));
    }

    fn element(&self, node: &Value) -> WebDriverResult<WebElement> {
        self.attempt(|browser| {
            let cdp = browser.cdp();
            let id = node["backendDOMNodeId"].clone();
            async move {
                let object = cdp.send_raw("DOM.resolveNode", json!({ "backendNodeId": id })).await?;
                let mark = json!({
                    "objectId": object["object"]["objectId"],
                    "functionDeclaration": "function () { globalThis.found = this; }",
                });
                cdp.send_raw("Runtime.callFunctionOn", mark).await?;
                browser.execute("return globalThis.found", Vec::new()).await?.element()
            }
        })
    }

    /// Does something to a thing as soon as it can be done.
    fn act<F: Future<Output = WebDriverResult<()>>>(&self, target: &Target, act: impl Fn(WebElement) -> F) {
        let mut problem = String::new();
        let start = Instant::now();
        loop {
            let element = self.finds(target);
            match self.attempt(|_| act(element)) {
                Ok(()) => return,
                // It was replaced just now, or something is before it that goes away.
                Err(error) => problem = format!("{problem}\n{error}"),
            }
            assert!(start.elapsed() < PATIENCE, "{target}: {problem}\nthe page shows:\n{}", self.text());
            thread::sleep(Duration::from_millis(15));
        }
    }

    pub(crate) fn click(&self, target: &Target) {
        self.act(target, |element| async move { element.click().await });
    }

    /// Chooses one of what a field offers.
    pub(crate) fn choose(&self, target: &Target, option: &str) {
        self.act(target, |element| async move {
            SelectElement::new(&element).await?.select_by_exact_text(option).await
        });
    }

    /// What is chosen of what a field offers.
    pub(crate) fn chosen(&self, target: &Target) -> String {
        let field = self.finds(target);
        self.run(|_| async { SelectElement::new(&field).await?.first_selected_option().await?.text().await })
    }

    pub(crate) fn attribute(&self, element: &WebElement, name: &'static str) -> String {
        self.run(|_| element.attr(name)).unwrap_or_default()
    }

    /// Waits until nothing moves any more.
    pub(crate) fn still(&self) {
        let moves = "return document.getAnimations().some((one) => \
                     one.playState === 'running' && one.effect.getComputedTiming().endTime < 3000)";
        self.wait("stillness", || (self.script(moves, &[]) == false).then_some(()));
    }

    /// Types into a field, over what is in it.
    pub(crate) fn fill(&self, target: &Target, text: &str) {
        self.act(target, |element| async move {
            element.click().await?;
            element.send_keys(Key::Control + "a").await?;
            element.send_keys(Key::Delete + text).await
        });
    }

    /// Types where the focus is.
    pub(crate) fn keys(&self, text: &str) {
        self.run(|browser| {
            let keys = browser.action_chain().send_keys(text);
            async move { keys.perform().await }
        });
    }

    pub(crate) fn key(&self, key: Key) {
        self.keys(&key.value().to_string());
    }

    pub(crate) fn keys_with(&self, held: Key, text: &str) {
        self.run(|browser| {
            let keys = browser.action_chain().key_down(held.value()).send_keys(text).key_up(held.value());
            async move { keys.perform().await }
        });
    }

    /// What a field holds.
    pub(crate) fn value(&self, target: &Target) -> String {
        let field = self.finds(target);
        self.run(|_| async { field.prop("value").await }).unwrap_or_default()
    }

    /// What has the focus, as a screen reader tells it: role and name.
    pub(crate) fn focus(&self) -> (String, String) {
        let node = self.wait("focus", || {
            self.attempt(|browser| {
                let cdp = browser.cdp();
                async move {
                    let id = browser.active_element().await?.cdp_backend_node_id().await?;
                    let which = json!({ "backendNodeId": id, "fetchRelatives": false });
                    cdp.send_raw("Accessibility.getPartialAXTree", which).await
                }
            })
            .ok()
        });
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        let node = &node["nodes"][0];
        (text(&node["role"]), text(&node["name"]))
    }

    /// Waits until something of this role has the focus, with this in its name.
    pub(crate) fn has_focus(&self, role: &str, part: &str) {
        self.wait(&format!("focus on the {role} {part:?}"), || {
            let focus = self.focus();
            (focus.0 == role && focus.1.contains(part)).then_some(())
        });
    }

    /// Gives a way back a minute instead of seven seconds, in which a slow machine does not do what comes before it.
    pub(crate) fn takes_its_time(&self) {
        let longer = "const set = window.setTimeout;
            window.setTimeout = (act, ms, ...rest) => set(act, ms === 7000 ? 60000 : ms, ...rest);";
        self.script(longer, &[]);
    }

    /// Waits until this contact or account is open beside the list.
    pub(crate) fn has_open(&self, name: &str) {
        let open = "return document.querySelector('.person-name')?.textContent ?? ''";
        self.wait(&format!("panel of {name}"), || (self.script(open, &[]) == name).then_some(()));
    }

    /// Gives a file of so many people to the only field for files, and waits until it is read.
    pub(crate) fn choose_people(&self, count: usize) {
        let rows: String = (0..count).map(|number| format!("Ana,Número {number}\n")).collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        fs::write(&file, format!("first_name,last_name\n{rows}")).unwrap();
        self.choose_file(&file);
        let read = "return document.querySelector('.mapping') !== null";
        self.wait("file that is read", || (self.script(read, &[]) == true).then_some(()));
    }

    /// Gives a file to the only field for files.
    pub(crate) fn choose_file(&self, file: &Path) {
        let file = file.to_str().unwrap();
        self.wait("field for a file", || {
            self.attempt(async |browser| {
                browser.find(By::Css("input[type=file]")).await?.send_keys(file).await
            })
            .ok()
        });
    }

    /// Waits until a file has come whose name ends so, and is whole: the browser keeps its place with an empty one.
    pub(crate) fn downloaded(&self, end: &str) -> String {
        self.wait(&format!("file {end:?}"), || {
            let files = fs::read_dir(self.downloads()).unwrap().map(|file| file.unwrap().path());
            let file =
                files.into_iter().find(|file| file.to_str().is_some_and(|name| name.ends_with(end)))?;
            fs::read_to_string(file).ok().filter(|text| !text.is_empty())
        })
    }

    pub(crate) fn offline(&self, offline: bool) {
        let conditions =
            json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.cdp("Network.enable", json!({}));
        self.cdp("Network.emulateNetworkConditions", conditions);
    }
}
