//! The language server from outside: the program, its protocol spoken over its stdin and stdout, and small rules of invented systems.

#![expect(clippy::unwrap_used, reason = "a test that cannot set its place up has nothing to say")]

mod client;
mod protocol;
mod typing;
