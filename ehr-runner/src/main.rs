//! ehr-runner
fn main() {}
