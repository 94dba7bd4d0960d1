//! What a file holds: for its readers, and after a power cut.

use fastrand::Rng;

/// What a file holds.
#[derive(Default)]
pub(super) struct Content {
    /// For its readers.
    live: Vec<u8>,
    /// After a power cut, whatever happens.
    durable: Vec<u8>,
    /// What has changed since, and may survive or not.
    unsynced: Vec<Change>,
}

pub(super) enum Change {
    Write(usize, Vec<u8>),
    Length(usize),
}

/// What survives of what was not synced.
pub(super) struct Luck {
    /// How much of it, from 0 for nothing to 1.
    pub(super) share: f64,
    /// The bytes that are written whole or not at all.
    grain: usize,
    /// Whether it all comes from before a moment, as if the disk had kept the order.
    in_order: bool,
}

impl Luck {
    pub(super) fn draw(random: &mut Rng) -> Self {
        let share = match random.u8(0..4) {
            0 => 0.0,
            1 => 1.0,
            _ => random.f64(),
        };
        Self { share, grain: if random.bool() { 4096 } else { 512 }, in_order: random.bool() }
    }
}

impl Content {
    pub(super) fn durable(bytes: Vec<u8>) -> Self {
        Self { live: bytes.clone(), durable: bytes, unsynced: Vec::new() }
    }

    pub(super) fn live(&self) -> &[u8] {
        &self.live
    }

    pub(super) fn is_unsynced(&self) -> bool {
        !self.unsynced.is_empty()
    }

    pub(super) fn change(&mut self, change: Change, under_way: bool) {
        if !under_way {
            change.apply(&mut self.live);
        }
        self.unsynced.push(change);
    }

    pub(super) fn sync(&mut self) {
        for change in self.unsynced.drain(..) {
            change.apply(&mut self.durable);
        }
    }

    /// Keeps what luck keeps. The rest is never written any more: a system that failed to write a page forgets it.
    pub(super) fn lose(&mut self, luck: &Luck, random: &mut Rng) {
        let end = if luck.in_order { random.usize(..=self.unsynced.len()) } else { self.unsynced.len() };
        for change in self.unsynced.drain(..).take(end) {
            for part in change.parts(luck.grain) {
                if random.f64() < luck.share {
                    part.apply(&mut self.durable);
                }
            }
        }
    }

    /// What a power cut leaves.
    pub(super) fn cut(&mut self, luck: &Luck, random: &mut Rng) -> Vec<u8> {
        self.lose(luck, random);
        self.durable.clone()
    }
}

impl Change {
    fn apply(&self, content: &mut Vec<u8>) {
        match self {
            Self::Length(length) => content.resize(*length, 0),
            Self::Write(place, bytes) => {
                let end = place + bytes.len();
                content.resize(content.len().max(end), 0);
                content[*place..end].copy_from_slice(bytes);
            }
        }
    }

    /// The parts that a disk writes one by one.
    fn parts(self, grain: usize) -> Vec<Self> {
        let Self::Write(place, bytes) = self else { return vec![self] };
        let mut parts = Vec::new();
        let mut done = 0;
        while done < bytes.len() {
            let end = (done + grain - (place + done) % grain).min(bytes.len());
            parts.push(Self::Write(place + done, bytes[done..end].to_vec()));
            done = end;
        }
        parts
    }
}
