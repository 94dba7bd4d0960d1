//! One driver for all tests, and browsers that tests take turns with.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread;

use tempfile::TempDir;
use thirtyfour::{
    ChromeCapabilities, ChromiumLikeCapabilities as _, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
};
use tokio::runtime::{Builder, Runtime};

/// `chromedriver`, which ends with the last test that holds it, and browsers that no test uses just now.
pub(crate) struct Driver {
    process: Child,
    port: u16,
    pub(crate) runtime: Runtime,
    idle: Mutex<Vec<WebDriver>>,
    /// What browsers leave lying about.
    _litter: TempDir,
}

impl Driver {
    /// The one that runs, or a new one.
    pub(crate) fn get() -> Arc<Self> {
        static RUNNING: Mutex<Weak<Driver>> = Mutex::new(Weak::new());
        let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
        running.upgrade().unwrap_or_else(|| {
            let driver = Arc::new(Self::start());
            *running = Arc::downgrade(&driver);
            driver
        })
    }

    fn start() -> Self {
        let litter = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", litter.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is there after: make tools");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| {
            line.strip_prefix("ChromeDriver was started successfully on port ")?
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        let port = port.expect("chromedriver says its port");
        // A pipe that nobody empties would fill up and hold it up.
        thread::spawn(move || lines.for_each(drop));
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        Self { process, port, runtime, idle: Mutex::default(), _litter: litter }
    }

    /// A browser that shows nothing yet.
    pub(crate) fn browser(&self) -> WebDriver {
        let idle = self.idle.lock().unwrap().pop();
        idle.unwrap_or_else(|| self.runtime.block_on(WebDriver::new(self.address(), capabilities())).unwrap())
    }

    /// Takes a browser back. Of one whose test failed nobody knows what state it is in.
    pub(crate) fn take_back(&self, browser: WebDriver) {
        if thread::panicking() {
            let _ = self.runtime.block_on(browser.quit());
        } else {
            self.idle.lock().unwrap().push(browser);
        }
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn capabilities() -> ChromeCapabilities {
    let mut wanted = DesiredCapabilities::chrome();
    for argument in [
        "--headless=new",
        // Root has no sandbox, and containers little memory that is shared.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-extensions",
        "--hide-scrollbars",
        "--no-first-run",
    ] {
        wanted.add_arg(argument).unwrap();
    }
    wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    // What a page asks on its way out is for people; a test that leaves means it.
    wanted.as_mut().set("unhandledPromptBehavior", "accept").unwrap();
    wanted
}

impl Drop for Driver {
    fn drop(&mut self) {
        for browser in self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = self.runtime.block_on(browser.quit());
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
