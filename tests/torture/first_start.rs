//! The first start is cut short at any of its steps: the next one finds its way, and nothing that was said is taken back.

use std::thread;

use fastrand::Rng;

use crate::disk::{Cut, Disk};
use crate::power_cut::broken;
use crate::scale::{random, scale};
use crate::support::*;

/// A service that uses the secret beside its database.
struct Victim {
    disk: Disk,
    random: Rng,
}

impl Victim {
    fn new(random: Rng) -> Self {
        Self { disk: Disk::new(), random }
    }

    fn start(&mut self, cut: Cut) -> Node {
        let mut serve = serve(0, &self.disk.database(), "");
        serve.env_remove("CONTACTS_JWT_SECRET");
        self.disk.record(&mut serve, cut, &mut self.random);
        Node::launch_by(serve)
    }

    /// What `contacts token` prints.
    fn token(&self) -> String {
        let mut token = contacts(&self.disk.database(), "token --user ana --workspace demo");
        let said: Said = token.env_remove("CONTACTS_JWT_SECRET").output().unwrap().into();
        assert!(said.success, "{}", said.err);
        said.out.trim().to_owned()
    }

    fn ended(&mut self, mut node: Node) {
        assert!(node.was_killed(), "{}", node.log());
        self.disk.catch_up(&mut self.random);
    }

    /// Starts that end at these moments; then one that says that it listens, and a cut. Says what that took back.
    fn round(&mut self, cuts: &[Cut]) -> Vec<String> {
        for cut in cuts {
            let mut node = self.start(*cut);
            // Later starts have fewer steps, so one may come to its end.
            if node.listens() {
                node.signal("KILL");
            }
            self.ended(node);
            // Or only the process ends: then the next one finds what may not be safe yet.
            if self.random.bool() {
                self.disk.cut(&mut self.random);
            }
        }
        let mut node = self.start(Cut::NEVER);
        node.listening();
        let token = self.token();
        // A secret is told by the service's first words, not only by its first answer.
        let answered = self.random.bool();
        if answered {
            let client = node.caller("ana", "demo").with_token(&token);
            assert_eq!(client.create("Ana").unwrap().status, 200);
        }
        node.signal("KILL");
        self.ended(node);
        self.disk.cut(&mut self.random);

        let mut faults = broken(&self.disk);
        let mut node = self.start(Cut::NEVER);
        node.listening();
        let client = node.caller("ana", "demo").with_token(&token);
        let answer = client.post("contacts/", &json!({})).unwrap();
        if answer.status != 200 {
            faults.push(format!("the secret is another: {answer:?}"));
        } else if column(&answer.body, "first_name").len() != usize::from(answered) {
            faults.push(format!("the contact is lost: {answer:?}"));
        }
        faults
    }
}

/// A moment of a first start, which has some 170 steps; many are those of one write of the schema, and few of the folder.
fn moment(random: &mut Rng) -> Cut {
    let (last, of) = *random.choice(&[(180, ""), (180, ""), (7, Cut::FOLDER)]).unwrap();
    Cut { step: random.usize(1..=last), of }
}

#[test]
fn a_first_start_may_be_cut_short_at_any_step() {
    const LANES: usize = 2;

    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let rounds = scale(25, 500);
    let cuts: usize = thread::scope(|scope| {
        let run = |mut random: Rng| {
            let mut all = 0;
            for _ in 0..rounds {
                let cuts: Vec<_> = (0..random.usize(..3)).map(|_| moment(&mut random)).collect();
                let faults = Victim::new(random.fork()).round(&cuts);
                assert!(faults.is_empty(), "{cuts:?} (seed {seed}): {faults:?}");
                all += cuts.len() + 1;
            }
            all
        };
        let lanes: Vec<_> =
            (0..LANES).map(|_| random.fork()).map(|random| scope.spawn(move || run(random))).collect();
        lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
    });
    println!("{} first starts, {cuts} times cut short (seed {seed})", LANES * rounds);
}

#[test]
fn a_folder_that_is_not_synced_loses_the_secret() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let mut rounds = 0..100;
    let faults = rounds.find_map(|_| {
        let mut victim = Victim::new(random.fork());
        victim.disk.lies = Some(Cut::FOLDER);
        let faults = victim.round(&[]);
        faults.first().cloned()
    });
    println!(
        "without syncs of the folder, after {} first starts: {} (seed {seed})",
        rounds.start,
        faults.expect("a fault")
    );
}
