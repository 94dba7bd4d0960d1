//! The service that a page belongs to, on a database of its own.

use std::cell::OnceCell;
use std::fs;

use tempfile::TempDir;

use crate::proxy::Proxy;
use crate::support::{Client, Node, SECRET, Said, contacts, done, serve, sqlite};
use crate::tab::{Look, Tab};

/// The user and the workspace of all tests.
pub(crate) const OWNER: &str = "--user ana --workspace demo";

/// A service with the limit that it has by itself, for the page has to live with it.
pub(crate) struct Site {
    database: String,
    secret: &'static str,
    pub(crate) node: Node,
    /// A second process, so that what a test asks for does not count for the page.
    other: OnceCell<Node>,
    folder: TempDir,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self::with("--rate-limit 10")
    }

    pub(crate) fn with(arguments: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = sqlite(&folder.path().join("contacts.db"));
        let node = Node::start(&database, arguments);
        Self { database, secret: SECRET, node, other: OnceCell::new(), folder }
    }

    /// The same with these contacts: the lines of a file to import, without the one of the headings.
    pub(crate) fn holding(rows: &str) -> Self {
        let site = Self::new();
        site.import(rows);
        site
    }

    pub(crate) fn import(&self, rows: &str) {
        let file = self.folder.path().join("people.csv");
        fs::write(&file, format!("first_name,last_name,email,phone,account,role\n{rows}\n")).unwrap();
        let mut import = contacts(&self.database, "import");
        let said = import.arg(&file).args(OWNER.split(' ')).output().unwrap();
        assert!(String::from_utf8_lossy(&said.stdout).contains("rejected none"), "{said:?}");
    }

    /// Fills it with what `contacts demo` makes.
    pub(crate) fn demo() -> Self {
        let site = Self::new();
        done(&site.database, "demo");
        site
    }

    /// What the service holds: first name, last name, email and phone of each contact.
    pub(crate) fn export(&self) -> Vec<String> {
        done(&self.database, &format!("export {OWNER}")).lines().skip(1).map(str::to_owned).collect()
    }

    /// Ends the program at once, without a farewell.
    pub(crate) fn stop(&mut self) {
        self.node.signal("KILL");
        assert!(self.node.was_killed());
    }

    /// Starts it again at the same port.
    pub(crate) fn start_again(&mut self) {
        self.node = Node::launch_at(self.node.port, &self.database, "--rate-limit 10");
        self.node.listening();
    }

    /// Another program in its place that trusts other tokens.
    pub(crate) fn with_another_secret(mut self, arguments: &str) -> Self {
        self.stop();
        let mut serve = serve(self.node.port, &self.database, &format!("--rate-limit 10 {arguments}"));
        self.secret = "0c1d2e3f4a5b6c7d8e9fa0b1c2d3e4f5";
        serve.env("CONTACTS_JWT_SECRET", self.secret);
        self.node = Node::launch_by(serve);
        self.node.listening();
        self
    }

    /// How many calls were refused because of the limit.
    pub(crate) fn refused(&self) -> usize {
        self.node.says("\"status\":429")
    }

    pub(crate) fn address(&self) -> String {
        format!("http://127.0.0.1:{}/", self.node.port)
    }

    /// Ana, as a program that calls the service.
    pub(crate) fn ana(&self) -> Client {
        self.other.get_or_init(|| Node::start(&self.database, "")).caller("ana", "demo")
    }

    pub(crate) fn token(&self) -> String {
        self.token_of("ana")
    }

    /// Of somebody of the workspace.
    pub(crate) fn token_of(&self, user: &str) -> String {
        let mut token = contacts(&self.database, &format!("token --user {user} --workspace demo"));
        let said: Said = token.env("CONTACTS_JWT_SECRET", self.secret).output().unwrap().into();
        said.out.trim().to_owned()
    }

    /// The page, before one has entered.
    pub(crate) fn visit(&self, look: Look) -> Tab {
        let tab = Tab::new(look);
        tab.go(&self.address());
        tab
    }

    /// The page in Spanish on a desk, after Ana has entered by the address that `contacts serve` prints.
    pub(crate) fn enter(&self) -> Tab {
        self.enter_with(Look::default())
    }

    pub(crate) fn enter_with(&self, look: Look) -> Tab {
        self.enter_at(&self.address(), look)
    }

    /// The page with a proxy before the service.
    pub(crate) fn enter_through(&self, proxy: &Proxy, look: Look) -> Tab {
        self.enter_at(&format!("http://127.0.0.1:{}/", proxy.port), look)
    }

    fn enter_at(&self, address: &str, look: Look) -> Tab {
        let tab = Tab::new(look);
        tab.go(&format!("{address}#token={}", self.token()));
        tab
    }
}
