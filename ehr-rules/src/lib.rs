#![doc = include_str!("../ARCHITECTURE.md")]
#![expect(dead_code, reason = "rooms are being furnished")]

mod codes;
mod dataset;
mod detect;
mod diagnostic;
mod engine;
mod error;
mod finding;
mod functions;
mod ir;
mod load;
mod read;
mod records;
mod rule;
mod script;
mod yaml;

pub use dataset::input::InputFile;
pub use dataset::order::Order;
pub use diagnostic::Diagnostic;
pub use diagnostic::Diagnostics;
pub use error::Error;
pub use finding::Finding;
