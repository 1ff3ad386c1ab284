//! What a scan found, written for people and for other tools.

pub(crate) mod page;
pub(crate) mod white_rabbit;
