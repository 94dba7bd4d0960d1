//! A tab of a browser: what it is looked at with, and what it complains of.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, thread};

use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::WebDriver;
use thirtyfour::error::WebDriverResult;

use crate::browser::Driver;

/// What a person looks at the page with.
#[derive(Clone, Copy)]
pub(crate) struct Look {
    pub(crate) language: &'static str,
    pub(crate) dark: bool,
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Default for Look {
    /// A desk, in Spanish, in the light.
    fn default() -> Self {
        Self { language: "es-ES", dark: false, width: 1280, height: 800 }
    }
}

impl Look {
    pub(crate) fn phone(self) -> Self {
        Self { width: 390, height: 844, ..self }
    }

    pub(crate) fn dark(self) -> Self {
        Self { dark: true, ..self }
    }

    pub(crate) fn english(self) -> Self {
        Self { language: "en-US", ..self }
    }

    pub(crate) fn is_english(self) -> bool {
        self.language.starts_with("en")
    }
}

/// A tab. At its end the browser must have had nothing to complain of.
pub(crate) struct Tab {
    driver: Arc<Driver>,
    look: Cell<Look>,
    /// There until the tab is dropped.
    browser: Option<WebDriver>,
    downloads: TempDir,
    /// Complaints that the test brings about itself.
    expected: RefCell<Vec<&'static str>>,
}

impl Tab {
    pub(crate) fn new(look: Look) -> Self {
        let driver = Driver::get();
        let browser = driver.browser();
        let downloads = tempfile::tempdir().unwrap();
        let tab = Self {
            driver,
            look: Cell::new(look),
            browser: Some(browser),
            downloads,
            expected: RefCell::default(),
        };
        // What a tab was told (its size, its language, to be offline) ends with it, and so does what a page kept in it.
        tab.run(async |browser| {
            let old = browser.window().await?;
            let new = browser.new_tab().await?;
            browser.switch_to_window(old).await?;
            browser.close_window().await?;
            browser.switch_to_window(new).await?;
            browser.browser_log().await
        });
        let folder = tab.downloads.path();
        tab.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder }));
        tab.look(look);
        tab
    }

    /// Looks at the page with something else.
    pub(crate) fn look(&self, look: Look) {
        self.look.set(look);
        let Look { language, dark, width, height } = look;
        let mobile = width < 600;
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        self.cdp("Emulation.setDeviceMetricsOverride", metrics);
        self.cdp("Emulation.setTouchEmulationEnabled", json!({ "enabled": mobile }));
        let theme = json!({ "name": "prefers-color-scheme", "value": if dark { "dark" } else { "light" } });
        self.cdp("Emulation.setEmulatedMedia", json!({ "features": [theme] }));
        // A tab of a browser without a window has the focus only when it is told so.
        self.cdp("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        let agent = self.script("return navigator.userAgent", &[]);
        let agent = json!({ "userAgent": agent, "acceptLanguage": language });
        self.cdp("Emulation.setUserAgentOverride", agent);
    }

    fn browser(&self) -> &WebDriver {
        self.browser.as_ref().unwrap()
    }

    pub(crate) fn attempt<'a, T, F: Future<Output = WebDriverResult<T>>>(
        &'a self,
        what: impl FnOnce(&'a WebDriver) -> F,
    ) -> WebDriverResult<T> {
        self.driver.runtime.block_on(what(self.browser()))
    }

    pub(crate) fn run<'a, T, F: Future<Output = WebDriverResult<T>>>(
        &'a self,
        what: impl FnOnce(&'a WebDriver) -> F,
    ) -> T {
        self.attempt(what).unwrap()
    }

    pub(crate) fn cdp(&self, method: &str, arguments: Value) -> Value {
        self.run(|browser| {
            let cdp = browser.cdp();
            async move { cdp.send_raw(method, arguments).await }
        })
    }

    /// What a script returns.
    pub(crate) fn script(&self, script: &str, arguments: &[Value]) -> Value {
        self.run(|browser| browser.execute(script, arguments)).json().clone()
    }

    /// What a script gives to the function that is its last argument.
    pub(crate) fn long_script(&self, script: &str, arguments: &[Value]) -> Value {
        self.run(|browser| browser.execute_async(script, arguments)).json().clone()
    }

    pub(crate) fn go(&self, address: &str) {
        self.run(|browser| browser.goto(address));
    }

    pub(crate) fn reload(&self) {
        // A page that begins anew knows nothing of the calls just before, so it may meet the limit, which it waits out.
        self.may_say("429");
        self.run(|browser| browser.refresh());
    }

    pub(crate) fn address(&self) -> String {
        self.run(|browser| browser.current_url()).into()
    }

    /// Does something in a tab of its own, as if one had opened another.
    pub(crate) fn in_another(&self, act: impl FnOnce()) {
        let (old, new) = self.run(async |browser| Ok((browser.window().await?, browser.new_tab().await?)));
        self.run(|browser| browser.switch_to_window(new));
        self.look(self.look.get());
        act();
        self.run(async |browser| {
            browser.close_window().await?;
            browser.switch_to_window(old).await
        });
    }

    /// All that can be read.
    pub(crate) fn text(&self) -> String {
        let text = self.attempt(|browser| browser.execute("return document.body.innerText", Vec::new()));
        text.ok().and_then(|text| text.json().as_str().map(str::to_owned)).unwrap_or_default()
    }

    /// The browser may complain of this: the test brings it about.
    pub(crate) fn may_say(&self, words: &'static str) {
        self.expected.borrow_mut().push(words);
    }

    pub(crate) fn picture(&self) -> Vec<u8> {
        self.run(|browser| browser.screenshot_as_png())
    }

    /// Where files go that the page gives.
    pub(crate) fn downloads(&self) -> &Path {
        self.downloads.path()
    }

    /// What the browser complained of, and the test did not bring about.
    fn complaints(&self) -> Vec<String> {
        let log = match self.attempt(|browser| browser.browser_log()) {
            Ok(log) => log,
            Err(error) => return vec![error.to_string()],
        };
        let expected = self.expected.borrow();
        log.into_iter()
            .filter(|entry| entry.level == "SEVERE" || entry.level == "WARNING")
            .map(|entry| entry.message)
            .filter(|message| !expected.iter().any(|words| message.contains(words)))
            .collect()
    }
}

impl Drop for Tab {
    fn drop(&mut self) {
        let complaints = self.complaints();
        if thread::panicking() {
            let name = thread::current().name().unwrap_or("page").replace("::", "-");
            let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.png"));
            let picture = self.attempt(|browser| browser.screenshot_as_png()).unwrap_or_default();
            let _ = fs::write(&file, picture);
            eprintln!("{name}: a picture of the page is in {}", file.display());
            eprintln!("the browser's log: {complaints:#?}\nthe page shows:\n{}", self.text());
        }
        if let Some(browser) = self.browser.take() {
            self.driver.take_back(browser);
        }
        assert!(thread::panicking() || complaints.is_empty(), "the browser complained: {complaints:#?}");
    }
}
