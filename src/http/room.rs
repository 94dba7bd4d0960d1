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
        if bytes > SMALL {
            let mut taken = self.taken();
            let own = taken.each.get(caller).copied().unwrap_or_default();
            // The first is let in whatever its size, or a larger bound for bodies would mean nothing.
            let full = |taken: usize, most: usize| taken > 0 && taken + bytes > most;
            if full(own, EACH) || full(taken.all, ALL) {
                return None;
            }
            taken.all += bytes;
            taken.each.insert(caller.clone(), own + bytes);
        }
        Some(Place { room: self, caller, bytes })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room that is taken.
pub(super) struct Place<'a> {
    room: &'a Room,
    caller: &'a Caller,
    bytes: usize,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        if self.bytes > SMALL {
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
    }
}
