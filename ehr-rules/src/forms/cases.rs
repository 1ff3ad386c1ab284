//! The form of a file of cases.

use super::Form;
use super::Holds;
use super::key;
use super::required;

/// A file of cases: a list.
pub(crate) const CASES: Holds = Holds::List(&Holds::Form(CASE));

const CASE: &Form = &Form {
    name: "a case",
    keys: &[
        required("name", Holds::Free, "What it shows, as a sentence."),
        key("target", Holds::Target, "The target that is made; left out in a source's folder, where only categories are."),
        key(
            "source",
            Holds::Source,
            "The source, as `system/version`, where `given` holds tables of a source and the folder is a target's.",
        ),
        key("today", Holds::Free, "The order's date."),
        key("set", Holds::Map(&Holds::Parameter, &Holds::Free), "Parameters and their values."),
        required("given", Holds::Map(&Holds::Free, &Holds::Free), "Rows by table."),
        required(
            "expect",
            Holds::Map(&Holds::Free, &Holds::Free),
            "Rows by table made, compared in the columns named; every row made must be expected. `rejects` are rows set aside.",
        ),
    ],
};
