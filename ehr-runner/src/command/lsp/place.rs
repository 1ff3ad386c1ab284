//! Places as the protocol says them: URIs for paths, lines and characters for bytes.

use lsp_types::Position;
use lsp_types::PositionEncodingKind;
use lsp_types::Range;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;

/// How characters of a line are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As bytes.
    Utf8,
    /// As units of UTF-16, which every editor knows.
    Utf16,
}

impl Encoding {
    /// The one that both sides know and that costs least.
    pub(super) fn choose(known: Option<&Vec<PositionEncodingKind>>) -> Self {
        if known.is_some_and(|known| known.contains(&PositionEncodingKind::UTF8)) { Self::Utf8 } else { Self::Utf16 }
    }

    /// As the protocol calls it.
    pub(super) fn kind(self) -> PositionEncodingKind {
        if self == Self::Utf8 { PositionEncodingKind::UTF8 } else { PositionEncodingKind::UTF16 }
    }

    /// Where a byte stands.
    pub(super) fn position(self, text: &str, offset: usize) -> Position {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = text.get(..offset).unwrap_or_default();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let inside = before.get(line..).unwrap_or_default();
        let character = if self == Self::Utf8 { inside.len() } else { inside.encode_utf16().count() };
        Position { line: count(before.matches('\n').count()), character: count(character) }
    }

    /// Where some bytes stand.
    pub(super) fn range(self, text: &str, span: &std::ops::Range<usize>) -> Range {
        Range { start: self.position(text, span.start), end: self.position(text, span.end.max(span.start)) }
    }

    /// The byte at a position; the end of a line or text where it has no such place.
    pub(super) fn offset(self, text: &str, position: Position) -> usize {
        let mut start = 0;
        for _ in 0..position.line {
            match text.get(start..).and_then(|rest| rest.find('\n')) {
                Some(at) => start += at + 1,
                None => return text.len(),
            }
        }
        let line = text.get(start..).unwrap_or_default();
        let line = line.split('\n').next().unwrap_or_default().trim_end_matches('\r');
        let wanted = position.character as usize;
        let mut units = 0;
        for (at, letter) in line.char_indices() {
            if units >= wanted {
                return start + at;
            }
            units += if self == Self::Utf8 { letter.len_utf8() } else { letter.len_utf16() };
        }
        start + line.len()
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// The path of a `file:` URI, as the file system says it where it is there.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    let rest = rest.get(rest.find('/')?..)?;
    let mut bytes = Vec::new();
    let mut letters = rest.bytes();
    while let Some(byte) = letters.next() {
        if byte == b'%' {
            let digits = [letters.next()?, letters.next()?];
            bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    // `/C:/rules` on Windows.
    let drive = text.as_bytes().get(2) == Some(&b':') && text.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic);
    let text = if drive { text.get(1..).unwrap_or_default() } else { text.as_str() };
    Some(real(Path::new(text)))
}

/// A path without links, as far as it is there.
pub(super) fn real(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => real(parent).join(name),
        _ => path.to_owned(),
    }
}

/// Folders of rules: those that the command line names, seen from each folder of the editor's; or such a folder itself.
pub(super) fn roots(named: &[PathBuf], folders: &[PathBuf]) -> Vec<PathBuf> {
    let holds = |folder: &Path| ["sources", "categories", "targets"].iter().any(|part| folder.join(part).is_dir());
    let below = folders.iter().flat_map(|folder| named.iter().map(|name| folder.join(name)));
    let mut found: Vec<PathBuf> = below.chain(folders.iter().cloned()).filter(|folder| holds(folder)).map(|folder| real(&folder)).collect();
    if found.is_empty() {
        found = named.iter().filter(|folder| holds(folder)).map(|folder| real(folder)).collect();
    }
    found.sort();
    found.dedup();
    tracing::info!(folders = found.len(), "folders of rules");
    found
}

/// A path as a URI.
pub(super) fn uri(path: &Path) -> String {
    let text = path.display().to_string().replace('\\', "/");
    let mut uri = String::from(if text.starts_with('/') { "file://" } else { "file:///" });
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~:".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_as_the_editor_counts() {
        let text = "a: é\r\n𝒳y: z\n";
        let y = text.find('y').unwrap_or_default();
        assert_eq!(Encoding::Utf16.position(text, y), Position { line: 1, character: 2 });
        assert_eq!(Encoding::Utf8.position(text, y), Position { line: 1, character: 4 });
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            for (offset, _) in text.char_indices().filter(|(_, letter)| !matches!(letter, '\n')) {
                assert_eq!(encoding.offset(text, encoding.position(text, offset)), offset);
            }
        }
        assert_eq!(Encoding::Utf16.offset(text, Position { line: 0, character: 99 }), 5, "before the line's end");
        assert_eq!(Encoding::Utf16.offset(text, Position { line: 99, character: 0 }), text.len());
    }

    #[test]
    fn paths_and_uris_are_each_others() {
        let odd = Path::new("/no such/ä+b/%41.yaml");
        assert_eq!(uri(odd), "file:///no%20such/%C3%A4%2Bb/%2541.yaml");
        assert_eq!(path(&uri(odd)).as_deref(), Some(odd));
        assert_eq!((path("untitled:1"), path("file:///a%zz")), (None, None));
    }
}
