//! How well exports are identified: every version in the rulesets, whole and spoilt in many ways, others that nobody knows,
//! and a catalogue of any size. Nothing is random but by its seed.

pub(crate) mod catalogue;
mod chance;
mod export;
mod foreign;
pub(crate) mod judge;
pub(crate) mod mutate;
mod rivals;
pub(crate) mod tally;
