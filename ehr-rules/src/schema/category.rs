//! A category: one file under `categories`.

use crate::schema::part::column;
use crate::schema::part::document;
use crate::schema::part::flag;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::text;
use crate::schema::part::texts;
use crate::schema::part::types;
use serde_json::Value;

pub(super) fn schema() -> Value {
    let columns = column(&[
        ("required", flag("Whether it always holds a value.")),
        ("one_of", texts("The only texts it takes.")),
        ("element", text("The FHIR element it stands for, as in `Patient.gender`.")),
    ]);
    let body = object(
        "",
        vec![
            ("category", text("Its name, which is its file's.")),
            ("resource", text("The FHIR R4 resource it follows.")),
            ("summary", text("What one row is.")),
            ("columns", map_of("Columns by name.", columns)),
        ],
        &["category", "columns"],
    );
    document("category", "A category of the common model", body, vec![("type", types()), ("inner", column(&[]))])
}
