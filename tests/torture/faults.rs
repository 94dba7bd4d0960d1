//! What happens to the service while it is used.

use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use crate::postgres::Cluster;
use crate::support::*;

/// Something that fails now and then, and works again afterwards.
pub(crate) trait Faults {
    fn strike(&mut self, random: &mut fastrand::Rng);
    /// What has happened so far.
    fn told(&self) -> String;
}

/// A PostgreSQL that stops at once and starts again, or ends its connections one by one.
pub(crate) struct Crashes {
    cluster: Cluster,
    crashes: usize,
    ended: usize,
}

impl Crashes {
    pub(crate) fn new() -> Self {
        Self { cluster: Cluster::start(&[]), crashes: 0, ended: 0 }
    }

    pub(crate) fn address(&self) -> String {
        self.cluster.address("postgres")
    }
}

impl Faults for Crashes {
    fn strike(&mut self, random: &mut fastrand::Rng) {
        if random.bool() {
            self.cluster.crash();
            self.cluster.restart();
            self.crashes += 1;
            return;
        }
        for pid in self.cluster.sessions() {
            self.cluster.end_session(&pid);
            self.ended += 1;
            thread::sleep(Duration::from_millis(random.u64(0..20)));
        }
    }

    fn told(&self) -> String {
        format!("{} crashes, {} connections ended", self.crashes, self.ended)
    }
}

/// Nodes on one SQLite file that are killed and started again, each at its port.
pub(crate) struct Kills {
    nodes: Vec<Node>,
    folder: TempDir,
    kills: usize,
}

impl Kills {
    pub(crate) fn new(nodes: usize) -> Self {
        let mut kills = Self { nodes: Vec::new(), folder: tempfile::tempdir().unwrap(), kills: 0 };
        kills.nodes = (0..nodes).map(|_| kills.start(free_port())).collect();
        kills
    }

    pub(crate) fn port(&self, node: usize) -> u16 {
        self.nodes[node].port
    }

    fn start(&self, port: u16) -> Node {
        let database = sqlite(&self.folder.path().join("contacts.db"));
        let mut node = Node::launch_at(port, &database, "");
        node.listening();
        node
    }
}

impl Faults for Kills {
    fn strike(&mut self, random: &mut fastrand::Rng) {
        let node = random.usize(0..self.nodes.len());
        self.nodes[node].signal("KILL");
        self.nodes[node].wait();
        self.nodes[node] = self.start(self.port(node));
        self.kills += 1;
    }

    fn told(&self) -> String {
        format!("{} kills", self.kills)
    }
}
