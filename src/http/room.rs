//! The memory that large bodies of requests may take while they come: so much together, and a part of it for each caller.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::caller::Caller;

/// A body up to this size in bytes takes none: there are as many of them as there are connections at most.
const SMALL: usize = 16 << 10;

/// Bytes for all, as many as 32 of the largest bodies need.
const ALL: usize = 32 << 20;

/// Bytes for each caller.
const EACH: usize = 4 << 20;

/// What is taken.
#[derive(Default)]
pub(super) struct Room(Mutex<Taken>);

#[derive(Default)]
struct Taken {
    all: usize,
    each: HashMap<Caller, usize>,
}

impl Room {
    /// Room for a body of so many bytes at most, as long as what is returned is there; nothing if too much is taken.
    pub(super) fn take<'a>(&'a self, caller: &'a Caller, bytes: usize) -> Option<Place<'a>> {
        let mut place = Place { room: self, caller, bytes: 0 };
        place.hold(bytes).then_some(place)
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that is taken.
pub(super) struct Place<'a> {
    room: &'a Room,
    caller: &'a Caller,
    /// How much of it counts.
    bytes: usize,
}

impl Place<'_> {
    /// Makes it room for so many bytes in all, if there are as many.
    pub(super) fn hold(&mut self, bytes: usize) -> bool {
        if bytes <= self.bytes.max(SMALL) {
            return true;
        }
        let mut taken = self.room.taken();
        let own = taken.each.get(self.caller).copied().unwrap_or_default();
        // The first is let in whatever its size, or a larger bound for bodies would mean nothing.
        let full = |taken: usize, most: usize| {
            taken > self.bytes && (taken - self.bytes).saturating_add(bytes) > most
        };
        if full(own, EACH) || full(taken.all, ALL) {
            return false;
        }
        taken.all += bytes - self.bytes;
        taken.each.insert(self.caller.clone(), own + bytes - self.bytes);
        self.bytes = bytes;
        true
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.bytes > 0 {
            let mut taken = self.room.taken();
            taken.all -= self.bytes;
            if let Some(own) = taken.each.get_mut(self.caller) {
                *own -= self.bytes;
                if *own == 0 {
                    taken.each.remove(self.caller);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_has_a_part_of_it_and_gives_it_back() {
        let room = Room::default();
        let callers: Vec<Caller> =
            (0..9).map(|number| Caller::new("demo", &number.to_string()).unwrap()).collect();
        let mut places = Vec::new();
        for caller in &callers[..8] {
            places.extend((0..4).map(|_| room.take(caller, 1 << 20).unwrap()));
            assert!(room.take(caller, 1 << 20).is_none(), "it is the caller's last");
        }
        assert!(room.take(&callers[8], 1 << 20).is_none(), "it is the last of all");
        assert!(room.take(&callers[0], SMALL).is_some());
        places.truncate(31);
        assert!(room.take(&callers[8], 1 << 20).is_some());
        places.clear();
        assert!(room.taken().each.is_empty());
        assert_eq!(room.taken().all, 0);
        assert!(room.take(&callers[0], 2 * ALL).is_some());

        let mut growing: Vec<_> = (0..6).map(|_| room.take(&callers[0], 0).unwrap()).collect();
        assert!(growing.iter_mut().all(|place| place.hold(SMALL)), "small ones take nothing");
        assert!(growing[..4].iter_mut().all(|place| place.hold(EACH / 4)));
        assert!(!growing[4].hold(SMALL + 1) && growing[0].hold(EACH / 4), "it is the caller's last");
        growing.remove(0);
        assert!(growing[3].hold(SMALL + 1) && growing[3].hold(EACH / 4) && !growing[4].hold(EACH / 4));
        drop(growing);
        assert_eq!(room.taken().all, 0);
    }
}
