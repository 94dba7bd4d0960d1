//! The UUIDs of the API document's examples.

pub(super) const CONTACT: &str = "123e4567-e89b-12d3-a456-426614174000";
pub(super) const JANE: &str = "456e7890-e89b-12d3-a456-426614174001";
pub(super) const ACME: &str = "987e6543-e21b-12d3-a456-426614174999";
pub(super) const TECH: &str = "456e7890-e89b-12d3-a456-426614174888";
