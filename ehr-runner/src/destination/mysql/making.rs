//! The statements that make tables.
//!
//! Every statement that makes one ends a transaction here, so that indexes and references are made with the table, while it is empty.

use super::super::comment;
use super::super::store::Slot;
use super::super::store::holds;
use super::Mysql;
use ehr_rules::Kind;
use ehr_rules::TargetColumn;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use std::fmt::Write;

/// The key of a table that has none: invisible, so that it is in nobody's way.
pub(super) const ROW: &str = "_ehr_row";
/// The most bytes an index takes.
const KEY_BYTES: usize = 3072;
/// A character takes at most so many of them.
const WIDEST: usize = 4;
/// The most characters of a text in a key, where its column does not say.
const KEY_TEXT: usize = 255;
/// So many characters of a longer text are looked up by an index.
const LOOKED_UP: usize = 100;
/// So many bytes of a row may be texts that have a length; those beyond lie beside the row.
const ROW_BYTES: usize = 48_000;
/// The most characters of a table's comment, and of a column's.
const COMMENT: usize = 2048;
const COLUMN_COMMENT: usize = 1024;

/// The type of a column.
pub(super) fn type_name(kind: &Kind, max_length: Option<usize>) -> String {
    let name = match kind {
        Kind::Integer => "BIGINT",
        Kind::Boolean => "BOOLEAN",
        Kind::Float => "DOUBLE",
        Kind::Date => "DATE",
        Kind::Time => "TIME(6)",
        // A TIMESTAMP ends in 2038; a point in time is held in UTC.
        Kind::Datetime | Kind::Instant => "DATETIME(6)",
        Kind::Uuid => "CHAR(36) CHARACTER SET ascii COLLATE ascii_bin",
        // Not JSON, which one of the two rewrites.
        Kind::List(_) | Kind::Struct(_) => "LONGTEXT",
        Kind::Decimal { precision, scale } => return format!("DECIMAL({precision},{scale})"),
        Kind::Text => return max_length.map_or_else(|| "LONGTEXT".to_owned(), |most| format!("VARCHAR({most})")),
    };
    name.to_owned()
}

/// Whether a column of that type takes values of this kind without a loss.
pub(super) fn takes(ty: &str, kind: &Kind) -> bool {
    // A column that the database works out itself keeps nothing of what is brought to it.
    if ty.contains(" in ") || ty.ends_with(" of its own making") {
        return false;
    }
    let ty = ty.strip_suffix(" unsigned").unwrap_or(ty);
    let (name, arguments) = ty.split_once('(').map_or((ty, None), |(name, rest)| (name, rest.strip_suffix(')')));
    let integer = matches!(name, "bigint" | "int" | "mediumint" | "smallint" | "tinyint");
    match kind {
        Kind::Integer => integer,
        Kind::Decimal { precision, scale } => {
            name == "decimal" && arguments.is_some_and(|given| holds(given, (*precision).into(), (*scale).into()))
        }
        Kind::Float => name == "double" && arguments.is_none(),
        Kind::Boolean => name == "tinyint",
        // `char` loses blanks at the end.
        Kind::Text => matches!(name, "varchar" | "tinytext" | "text" | "mediumtext" | "longtext"),
        Kind::Date => name == "date",
        Kind::Time => name == "time",
        Kind::Datetime => name == "datetime",
        Kind::Instant => matches!(name, "datetime" | "timestamp"),
        Kind::Uuid => matches!((name, arguments), ("uuid", None) | ("char", Some("36"))) || (name == "varchar" && arguments != Some("0")),
        Kind::List(_) | Kind::Struct(_) => matches!(name, "json" | "text" | "mediumtext" | "longtext"),
    }
}

fn is_long(kind: &Kind) -> bool {
    matches!(kind, Kind::Text | Kind::List(_) | Kind::Struct(_))
}

impl Mysql {
    /// What stands behind the columns of every table.
    pub(super) fn engine(&self) -> String {
        format!("ENGINE=InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE {} ROW_FORMAT=DYNAMIC", self.collation)
    }

    /// The invisible key.
    pub(super) fn row() -> String {
        format!("`{ROW}` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT INVISIBLE PRIMARY KEY")
    }

    /// An index that looks up these columns, of texts without a length by how they begin.
    pub(super) fn looked_up(&self, told: &[Slot]) -> String {
        let long = told.iter().filter(|slot| is_long(&slot.kind)).count();
        let most = LOOKED_UP.min(KEY_BYTES / 2 / WIDEST / long.max(1)).max(1);
        let columns = told.iter().map(|slot| {
            let name = self.name(&slot.name);
            if is_long(&slot.kind) { format!("{name}({most})") } else { name }
        });
        format!("KEY ({})", columns.collect::<Vec<_>>().join(", "))
    }

    /// A name as SQL takes it.
    pub(super) fn name(&self, name: &str) -> String {
        let _ = self;
        format!("`{}`", name.replace('`', "``"))
    }

    /// The statement that makes a table of the target.
    pub(super) fn table(&self, table: &TargetTable, target: &TargetSchema) -> String {
        let mut parts: Vec<String> = Vec::new();
        let mut room = ROW_BYTES;
        let in_key = key_length(table);
        for column in &table.columns {
            let keyed = table.key.contains(&column.name);
            let text = column.ty.kind == Kind::Text;
            let length = if text && (keyed || refers(column, target).is_some()) {
                Some(column.max_length.unwrap_or(in_key))
            } else {
                column.max_length.filter(|most| text && most * WIDEST <= room)
            };
            room = room.saturating_sub(length.unwrap_or(0) * WIDEST);
            let name = self.name(&column.name);
            let mut part = format!("{name} {}", type_name(&column.ty.kind, length));
            if !column.ty.nullable || keyed {
                part.push_str(" NOT NULL");
            }
            if let Some(said) = comment::of_column(column, table, target) {
                let _ = write!(part, " COMMENT {}", literal(&said, COLUMN_COMMENT));
            }
            if let Some(most) = column.max_length.filter(|_| text && length.is_none()) {
                let _ = write!(part, " CHECK (char_length({name}) <= {most})");
            }
            parts.push(part);
        }
        if table.key.is_empty() {
            parts.push(Self::row());
        } else {
            let key: Vec<String> = table.key.iter().map(|name| self.name(name)).collect();
            parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        for column in table.columns.iter().filter(|column| column.references.is_some()) {
            let own = self.name(&column.name);
            match refers(column, target) {
                // An index comes with it.
                Some((to, its)) => parts.push(format!("FOREIGN KEY ({own}) REFERENCES {} ({})", self.name(to), self.name(its))),
                None if table.key.first() != Some(&column.name) => {
                    let long = is_long(&column.ty.kind)
                        && !table.key.contains(&column.name)
                        && column.max_length.is_none_or(|most| most > LOOKED_UP);
                    parts.push(if long { format!("KEY ({own}({LOOKED_UP}))") } else { format!("KEY ({own})") });
                }
                None => {}
            }
        }
        let said = literal(&comment::of_table(table, target), COMMENT);
        format!("CREATE TABLE {} ({}) {} COMMENT={said}", self.name(&table.name), parts.join(", "), self.engine())
    }
}

/// The beginning of a comment as SQL takes it, which heeds no backslashes in this session. The server keeps comments in an encoding of at
/// most three bytes a character, and would put question marks for others.
fn literal(text: &str, most: usize) -> String {
    let kept = |letter: char| if u32::from(letter) > 0xFFFF { char::REPLACEMENT_CHARACTER } else { letter };
    format!("'{}'", text.chars().take(most).map(kept).collect::<String>().replace('\'', "''"))
}

/// The table and column that a reference is made to. References to columns that are no keys are not taken; they were verified before.
fn refers<'a>(column: &'a TargetColumn, target: &TargetSchema) -> Option<(&'a str, &'a str)> {
    let (to, its) = column.references.as_ref()?;
    let key = target.table(to).is_some_and(|to| !to.external && to.key.len() == 1 && to.key.contains(its));
    key.then_some((to.as_str(), its.as_str()))
}

/// How many characters each text of the key may have that does not say, so that they fit into an index together.
fn key_length(table: &TargetTable) -> usize {
    let parts = || table.columns.iter().filter(|column| table.key.contains(&column.name));
    let open = parts().filter(|column| column.ty.kind == Kind::Text && column.max_length.is_none()).count();
    let taken: usize = parts().map(|column| if column.ty.kind == Kind::Text { column.max_length.unwrap_or(0) * WIDEST } else { 36 }).sum();
    KEY_TEXT.min(KEY_BYTES.saturating_sub(taken) / WIDEST / open.max(1)).max(1)
}
