//! E-mail addresses, for the functions that read them.

use regex::Regex;
use std::sync::LazyLock;

/// A local part and a domain with a dot, of characters that stand there unquoted; stricter than RFC 5322 and laxer than any one server.
static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$",
    )
    .ok()
});

/// An address in small letters, which every server in use takes for the same.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim();
    (text.len() <= 254 && ADDRESS.as_ref()?.is_match(text)).then(|| text.to_lowercase())
}
