//! Archives and compressed files, unpacked as streams into a folder that goes when the work is done.
//!
//! Nothing is placed by the name it has in an archive: entries are numbered, so that `../../x` leads nowhere.

use crate::context::Context;
use crate::error::Failure;
use crate::source::folder::plain;
use ehr_rules::InputFile;
use flate2::read::MultiGzDecoder;
use std::fs;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::Read;
use std::path::Path;
use std::path::PathBuf;
use tar::Archive;
use zip::ZipArchive;

/// Archives in archives are opened so deep; what is deeper is meant to do harm.
const DEPTH: usize = 4;
/// An entry may be so much larger than its archive …
const RATIO: u64 = 2_000;
/// … once it is larger than this: a few bytes must not fill the disk.
const HARMLESS: u64 = 1 << 30;

/// How a file is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Zip,
    Tar,
    Gzip,
    Zstd,
    /// One that is known and cannot be opened.
    Foreign,
}

/// What is being unpacked, and where to.
pub(super) struct Unpacking<'a> {
    folder: &'a Path,
    /// What was passed over, for people.
    notes: &'a mut Vec<String>,
    context: &'a Context,
    made: usize,
}

/// A stream that ends when a signal asks for it.
struct Stoppable<'a, R> {
    stream: R,
    context: &'a Context,
}

impl<R: Read> Read for Stoppable<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.context.go_on().map_err(io::Error::other)?;
        self.stream.read(buffer)
    }
}

impl<'a> Unpacking<'a> {
    pub(super) const fn new(context: &'a Context, folder: &'a Path, notes: &'a mut Vec<String>) -> Self {
        Self { folder, notes, context, made: 0 }
    }

    /// Opens what is packed and passes on what is not. `whole` says that the one file is all there is.
    pub(super) fn all(&mut self, files: Vec<InputFile>, whole: bool, found: &mut Vec<InputFile>) -> Result<(), Failure> {
        for file in files {
            let prefix = if whole { String::new() } else { format!("{}/", file.name) };
            self.one(file, &prefix, 0, found)?;
        }
        Ok(())
    }

    fn one(&mut self, file: InputFile, prefix: &str, depth: usize, found: &mut Vec<InputFile>) -> Result<(), Failure> {
        let Some(packing) = packing(file.file_name()) else {
            found.push(file);
            return Ok(());
        };
        if packing == Packing::Foreign {
            // Alone it is all that was given; beside others it is a file that nobody recognises.
            if prefix.is_empty() {
                return Err(Failure::Usage(format!("`{}` is an archive of a kind that cannot be opened; unpack it first", file.name)));
            }
            found.push(file);
            return Ok(());
        }
        if depth == DEPTH {
            return Err(Failure::World(format!("`{}` lies in more than {DEPTH} archives, one in the other", file.name)));
        }
        let entries = match packing {
            Packing::Zip => self.zip(&file, prefix)?,
            Packing::Tar => self.tar(&file, File::open(&file.path).map_err(|error| damaged(&file, &error))?, prefix)?,
            Packing::Gzip if is_tar(file.file_name()) => {
                let stream = opened(&file)?;
                self.tar(&file, MultiGzDecoder::new(stream), prefix)?
            }
            Packing::Zstd if is_tar(file.file_name()) => {
                let stream = zstd::Decoder::new(opened(&file)?).map_err(|error| damaged(&file, &error))?;
                self.tar(&file, stream, prefix)?
            }
            Packing::Gzip => vec![self.single(&file, MultiGzDecoder::new(opened(&file)?))?],
            Packing::Zstd => {
                let stream = zstd::Decoder::new(opened(&file)?).map_err(|error| damaged(&file, &error))?;
                vec![self.single(&file, stream)?]
            }
            Packing::Foreign => Vec::new(),
        };
        for entry in entries {
            let prefix = format!("{}/", entry.name);
            self.one(entry, &prefix, depth + 1, found)?;
        }
        Ok(())
    }

    fn zip(&mut self, file: &InputFile, prefix: &str) -> Result<Vec<InputFile>, Failure> {
        let fail = |error: zip::result::ZipError| damaged(file, &error.into());
        let mut archive = ZipArchive::new(opened(file)?).map_err(fail)?;
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            let raw = archive.by_index_raw(at).map_err(fail)?;
            let (name, encrypted, plain) = (plain(raw.name().map_err(fail)?.as_bytes()), raw.encrypted(), raw.is_file());
            drop(raw);
            if !self.is_wanted(file, &name, plain) {
                continue;
            }
            if encrypted {
                return Err(Failure::World(format!("`{}` is locked by a password; unpack it into a folder first", file.name)));
            }
            let entry = archive.by_index(at).map_err(fail)?;
            entries.push(self.write(file, format!("{prefix}{name}"), entry)?);
        }
        Ok(entries)
    }

    fn tar(&mut self, file: &InputFile, stream: impl Read, prefix: &str) -> Result<Vec<InputFile>, Failure> {
        let mut archive = Archive::new(stream);
        let mut entries = Vec::new();
        for entry in archive.entries().map_err(|error| damaged(file, &error))? {
            let entry = entry.map_err(|error| damaged(file, &error))?;
            let name = plain(&entry.path_bytes()).trim_start_matches("./").to_owned();
            if self.is_wanted(file, &name, entry.header().entry_type().is_file()) {
                entries.push(self.write(file, format!("{prefix}{name}"), entry)?);
            }
        }
        Ok(entries)
    }

    /// A compressed file on its own, under its name without the ending.
    fn single(&mut self, file: &InputFile, stream: impl Read) -> Result<InputFile, Failure> {
        let name = file.name.rsplit_once('.').map_or(file.name.as_str(), |(name, _)| name).to_owned();
        self.write(file, name, stream)
    }

    /// Whether an entry is a file of the export. Folders are none; links and the like are said.
    fn is_wanted(&mut self, file: &InputFile, name: &str, plain: bool) -> bool {
        let hidden = name.split('/').any(|part| part.starts_with('.') && part != "." && part != "..") || name.starts_with("__MACOSX/");
        if !plain && !hidden && !name.ends_with('/') && !name.is_empty() {
            self.notes.push(format!("`{name}` in `{}` is no file but a link or a device, and is passed over", file.name));
        }
        plain && !hidden
    }

    fn write(&mut self, of: &InputFile, name: String, stream: impl Read) -> Result<InputFile, Failure> {
        let path = self.place(&name)?;
        let fail = |error: &io::Error| Failure::file("unpacking to", &path, error);
        let mut to = File::create(&path).map_err(|error| fail(&error))?;
        let limit = HARMLESS.max(of.bytes.saturating_mul(RATIO));
        let mut stream = Stoppable { stream, context: self.context }.take(limit + 1);
        let copied = io::copy(&mut stream, &mut to);
        self.context.go_on()?;
        let bytes = copied.map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => fail(&error),
            _ => damaged(of, &error),
        })?;
        if bytes > limit {
            return Err(Failure::World(format!(
                "`{}` unpacks to more than {RATIO} times its size; unpack it yourself if it is sound",
                of.name
            )));
        }
        Ok(InputFile { name, path, bytes })
    }

    /// A place of its own, whose ending is the name's: what a file is called says how it may be written.
    fn place(&mut self, name: &str) -> Result<PathBuf, Failure> {
        fs::create_dir_all(self.folder).map_err(|error| Failure::file("creating", self.folder, &error))?;
        self.made += 1;
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        let plain = !ending.is_empty() && ending.len() < 16 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric());
        Ok(self.folder.join(if plain { format!("{}.{ending}", self.made) } else { self.made.to_string() }))
    }
}

fn packing(file_name: &str) -> Option<Packing> {
    match file_name.rsplit_once('.')?.1.to_ascii_lowercase().as_str() {
        "zip" => Some(Packing::Zip),
        "tar" => Some(Packing::Tar),
        "gz" | "tgz" => Some(Packing::Gzip),
        "zst" | "tzst" => Some(Packing::Zstd),
        "7z" | "rar" | "bz2" | "tbz2" | "xz" | "txz" | "lz4" | "z" => Some(Packing::Foreign),
        _ => None,
    }
}

fn is_tar(file_name: &str) -> bool {
    let lower = file_name.to_ascii_lowercase();
    [".tar.gz", ".tgz", ".tar.zst", ".tzst"].iter().any(|end| lower.ends_with(end))
}

fn opened(file: &InputFile) -> Result<BufReader<File>, Failure> {
    File::open(&file.path).map(BufReader::new).map_err(|error| Failure::file("opening", &file.path, &error))
}

fn damaged(file: &InputFile, error: &io::Error) -> Failure {
    Failure::World(format!("unpacking `{}`: {error}", file.name))
}
