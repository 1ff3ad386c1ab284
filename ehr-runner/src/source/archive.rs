//! Archives and compressed files, unpacked as streams into a folder that goes when the work is done.
//!
//! Nothing is placed by the name it has in an archive: entries are numbered, so that `../../x` leads nowhere.

use crate::context::Context;
use crate::error::Failure;
use crate::source::folder::plain;
use crate::source::leave::Leaving;
use crate::source::unread::Unread;
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
    /// What is left out by name.
    leaving: &'a mut Leaving,
    /// What cannot be unpacked.
    unread: &'a mut Vec<Unread>,
    context: &'a Context,
    made: usize,
}

/// Why a file is not unpacked.
enum Trouble {
    /// Something is wrong with it, which concerns no other file.
    Own(String),
    /// Something is wrong that concerns them all: a disk that is full, a signal to stop.
    Of(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Of(failure)
    }
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
    pub(super) const fn new(context: &'a Context, folder: &'a Path, leaving: &'a mut Leaving, unread: &'a mut Vec<Unread>) -> Self {
        Self { folder, leaving, unread, context, made: 0 }
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
            // Alone it is all that was given.
            if prefix.is_empty() {
                return Err(Failure::Usage(format!("`{}` is an archive of a kind that cannot be opened; unpack it first", file.name)));
            }
            self.unread.push(Unread::new(file.name, "it is an archive of a kind that cannot be opened; unpack it into a folder first"));
            return Ok(());
        }
        let entries = match self.entries(&file, packing, prefix, depth) {
            Ok(entries) => entries,
            Err(Trouble::Own(reason)) => {
                self.unread.push(Unread::new(file.name, &reason));
                return Ok(());
            }
            Err(Trouble::Of(failure)) => return Err(failure),
        };
        for entry in entries {
            let prefix = format!("{}/", entry.name);
            self.one(entry, &prefix, depth + 1, found)?;
        }
        Ok(())
    }

    fn entries(&mut self, file: &InputFile, packing: Packing, prefix: &str, depth: usize) -> Result<Vec<InputFile>, Trouble> {
        if depth == DEPTH {
            return Err(Trouble::Own(format!("it lies in more than {DEPTH} archives, one in the other")));
        }
        let zstd = |stream| zstd::Decoder::new(stream).map_err(|error| damaged(&error));
        match packing {
            Packing::Zip => self.zip(file, prefix),
            Packing::Tar => self.tar(file, opened(file)?, prefix),
            Packing::Gzip if is_tar(file.file_name()) => self.tar(file, MultiGzDecoder::new(opened(file)?), prefix),
            Packing::Zstd if is_tar(file.file_name()) => self.tar(file, zstd(opened(file)?)?, prefix),
            Packing::Gzip => Ok(vec![self.single(file, MultiGzDecoder::new(opened(file)?))?]),
            Packing::Zstd => Ok(vec![self.single(file, zstd(opened(file)?)?)?]),
            Packing::Foreign => Ok(Vec::new()),
        }
    }

    /// Each entry of a zip archive stands for itself: one that is locked or damaged leaves the others whole.
    fn zip(&mut self, file: &InputFile, prefix: &str) -> Result<Vec<InputFile>, Trouble> {
        let fail = |error: zip::result::ZipError| damaged(&error.into());
        let mut archive = ZipArchive::new(opened(file)?).map_err(fail)?;
        let mut entries = Vec::new();
        for at in 0..archive.len() {
            let raw = archive.by_index_raw(at).map_err(fail)?;
            let (name, encrypted, plain) = (plain(raw.name().map_err(fail)?.as_bytes()), raw.encrypted(), raw.is_file());
            drop(raw);
            let name = format!("{prefix}{name}");
            if !self.is_wanted(prefix, &name, plain) {
                continue;
            }
            let written = match archive.by_index(at) {
                _ if encrypted => Err(Trouble::Own("it is locked by a password; unpack it into a folder first".to_owned())),
                Ok(entry) => self.write(file, name.clone(), entry),
                Err(error) => Err(fail(error)),
            };
            match written {
                Ok(entry) => entries.push(entry),
                Err(Trouble::Own(reason)) => {
                    self.unread.push(Unread::new(name, &reason));
                }
                Err(of) => return Err(of),
            }
        }
        Ok(entries)
    }

    /// What is damaged in a stream hides all that comes after, so nothing of it is taken.
    fn tar(&mut self, file: &InputFile, stream: impl Read, prefix: &str) -> Result<Vec<InputFile>, Trouble> {
        let mut archive = Archive::new(stream);
        let mut entries = Vec::new();
        for entry in archive.entries().map_err(|error| damaged(&error))? {
            let entry = entry.map_err(|error| damaged(&error))?;
            let name = format!("{prefix}{}", plain(&entry.path_bytes()).trim_start_matches("./"));
            if self.is_wanted(prefix, &name, entry.header().entry_type().is_file()) {
                entries.push(self.write(file, name, entry)?);
            }
        }
        Ok(entries)
    }

    /// A compressed file on its own, under its name without the ending.
    fn single(&mut self, file: &InputFile, stream: impl Read) -> Result<InputFile, Trouble> {
        let name = file.name.rsplit_once('.').map_or(file.name.as_str(), |(name, _)| name).to_owned();
        self.write(file, name, stream)
    }

    /// Whether an entry is a file of the export. Folders are none; of a link nobody knows whether it stands for one.
    fn is_wanted(&mut self, prefix: &str, name: &str, is_file: bool) -> bool {
        let own = name.strip_prefix(prefix).unwrap_or(name);
        let hidden = own.split('/').any(|part| part.starts_with('.') && part != "." && part != "..") || own.starts_with("__MACOSX/");
        if hidden || own.ends_with('/') || own.is_empty() || self.leaving.takes(name) {
            return false;
        }
        if !is_file {
            self.unread.push(Unread::new(name.to_owned(), "it is no file but a link or a device; unpack the archive into a folder first"));
        }
        is_file
    }

    fn write(&mut self, of: &InputFile, name: String, stream: impl Read) -> Result<InputFile, Trouble> {
        let path = self.place(&name)?;
        let fail = |error: &io::Error| Failure::file("unpacking to", &path, error);
        let mut to = File::create(&path).map_err(|error| fail(&error))?;
        let limit = HARMLESS.max(of.bytes.saturating_mul(RATIO));
        let mut stream = Stoppable { stream, context: self.context }.take(limit + 1);
        let copied = io::copy(&mut stream, &mut to);
        self.context.go_on()?;
        let trouble = match copied {
            Ok(bytes) if bytes <= limit => return Ok(InputFile { name, path, bytes }),
            Ok(_) => {
                Trouble::Own(format!("it unpacks to more than {RATIO} times the size of its archive; unpack it yourself if it is sound"))
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => Trouble::Of(fail(&error)),
            Err(error) => damaged(&error),
        };
        // What is half written takes room that others need.
        drop(fs::remove_file(&path));
        Err(trouble)
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

fn opened(file: &InputFile) -> Result<BufReader<File>, Trouble> {
    File::open(&file.path).map(BufReader::new).map_err(|error| Trouble::Of(Failure::file("opening", &file.path, &error)))
}

fn damaged(error: &io::Error) -> Trouble {
    Trouble::Own(format!("it cannot be unpacked: {error}"))
}
