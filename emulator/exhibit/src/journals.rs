//! The journal of a run that goes on for months: one file after the other.
//!
//! The centre kept its log on tape, reel after reel. Here the reel in work is the file the visitor's
//! host named, `FILE`; when it holds enough it is ended, moved to `FILE.1`, `FILE.2` and so on (the
//! highest number is the newest), and a new one begun. A new file begins from a snapshot of the
//! run, so each replays and verifies alone. Of the moved ones only the newest are kept. A `FILE` that
//! lies there from before is moved too, never written over.
//!
//! Ending a file means waiting for the disk, seconds perhaps; a thread of its own does, so that the site
//! goes on. At most one file is waited for: what went wrong is told when the next one is ended.
//!
//! A file has at most the snapshot it begins from, [`Rotation::bytes_max`] bytes of records, and
//! what one slice adds.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};

use clock::journal::{JournalWriter, State};
use exercise::snapshot;
use exercise::world::Planned;

/// When a journal file is full, and how many stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The file in work.
    pub path: PathBuf,
    /// Bytes of records after which it is ended.
    pub bytes_max: u64,
    /// How many ended files are kept; the oldest go first.
    pub keep: usize,
}

/// Where records go.
#[derive(Debug)]
enum Out {
    File(BufWriter<File>),
    Nowhere,
}

/// Counts what goes through it.
#[derive(Debug)]
pub struct Counted {
    out: Out,
    bytes: u64,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = match &mut self.out {
            Out::File(file) => file.write(bytes)?,
            Out::Nowhere => bytes.len(),
        };
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.out {
            Out::File(file) => file.flush(),
            Out::Nowhere => Ok(()),
        }
    }
}

/// The journal of a run, in files or nowhere.
#[derive(Debug)]
pub struct Journals {
    rotation: Option<Rotation>,
    writer: JournalWriter<Counted>,
    /// Bytes of the header of the file in work.
    header: u64,
    /// The file ended last, on its way to the disk.
    ending: Option<JoinHandle<io::Result<()>>>,
}

impl Journals {
    /// Begins the journal of a run that stands at its begin. Without `rotation` only the digest is
    /// kept.
    pub fn begin(rotation: Option<Rotation>, plan: &impl Planned) -> io::Result<Journals> {
        let Some(rotation) = rotation else {
            let nowhere = Counted {
                out: Out::Nowhere,
                bytes: 0,
            };
            return Ok(Journals {
                rotation: None,
                writer: JournalWriter::headless(nowhere, State::new()),
                header: 0,
                ending: None,
            });
        };
        if rotation.path.exists() {
            put_away(&rotation)?;
        }
        let header = snapshot::journal_header(plan, None);
        let writer = JournalWriter::new(create(&rotation.path)?, &header)?;
        Ok(Journals {
            header: writer.out().bytes,
            rotation: Some(rotation),
            writer,
            ending: None,
        })
    }

    /// Where the records of the next slice go.
    pub fn writer(&mut self) -> &mut JournalWriter<Counted> {
        &mut self.writer
    }

    /// Hands everything written to the system, so that little is lost if the host stops.
    pub fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }

    /// Ends the file in work if it is full, and begins the next from the run as it stands, between
    /// two slices. Gives the name of the file ended.
    pub fn rotate_if_full<P: Planned>(
        &mut self,
        plan: &P,
        run: &P::Run,
    ) -> io::Result<Option<PathBuf>> {
        let Some(rotation) = &self.rotation else {
            return Ok(None);
        };
        if self.writer.out().bytes - self.header < rotation.bytes_max {
            return Ok(None);
        }
        let state = self.writer.state().clone();
        let nowhere = Counted {
            out: Out::Nowhere,
            bytes: 0,
        };
        let full = std::mem::replace(
            &mut self.writer,
            JournalWriter::headless(nowhere, State::new()),
        );
        wait_for(self.ending.take())?;
        self.ending = end(full)?;
        let ended = put_away(rotation)?;
        let header = snapshot::journal_header(plan, Some(run));
        self.writer = JournalWriter::resume(create(&rotation.path)?, &header, state)?;
        self.header = self.writer.out().bytes;
        Ok(Some(ended))
    }

    /// Ends the journal. Gives its digest and count.
    pub fn finish(self) -> io::Result<State> {
        let state = self.writer.state().clone();
        wait_for(self.ending)?;
        wait_for(end(self.writer)?)?;
        Ok(state)
    }
}

/// Ends a file so that it survives the host.
fn end(writer: JournalWriter<Counted>) -> io::Result<Option<JoinHandle<io::Result<()>>>> {
    let (_, counted) = writer.finish()?;
    let Out::File(file) = counted.out else {
        return Ok(None);
    };
    let file = file.into_inner()?;
    let name = "journal".to_owned();
    let thread = thread::Builder::new().name(name);
    thread.spawn(move || file.sync_all()).map(Some)
}

fn wait_for(ending: Option<JoinHandle<io::Result<()>>>) -> io::Result<()> {
    let ended = ending.map(|thread| thread.join().expect("waiting for a disk does not panic"));
    ended.unwrap_or(Ok(()))
}

fn create(path: &Path) -> io::Result<Counted> {
    Ok(Counted {
        out: Out::File(BufWriter::new(File::create_new(path)?)),
        bytes: 0,
    })
}

/// Gives the file in work the next number, and takes away the oldest above the number to keep.
fn put_away(rotation: &Rotation) -> io::Result<PathBuf> {
    let mut numbers = ended_files(&rotation.path)?;
    let next = numbers.last().map_or(1, |last| last + 1);
    let ended = numbered(&rotation.path, next);
    fs::rename(&rotation.path, &ended)?;
    numbers.push(next);
    let spare = numbers.len().saturating_sub(rotation.keep);
    for &number in &numbers[..spare] {
        fs::remove_file(numbered(&rotation.path, number))?;
    }
    Ok(ended)
}

fn numbered(path: &Path, number: u64) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

/// Numbers of the ended files of `path`, rising.
pub fn ended_files(path: &Path) -> io::Result<Vec<u64>> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let prefix = format!("{name}.");
    let mut numbers = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?.file_name();
        let entry = entry.to_string_lossy();
        let number = entry.strip_prefix(&prefix).map(str::parse::<u64>);
        // `.07` is not ours: we would look for `.7`.
        if let Some(Ok(number)) = number
            && entry == format!("{prefix}{number}")
        {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ended_files_are_numbered_on_and_the_oldest_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let rotation = Rotation {
            path: folder.path().join("visits"),
            bytes_max: 1,
            keep: 2,
        };
        // None of ours: another name, another way of writing a number.
        for other in ["visits.07", "visits.txt", "visitors.1", "visits.1.gz"] {
            fs::write(folder.path().join(other), "kept").expect("written");
        }
        for round in 1..=4u64 {
            fs::write(&rotation.path, round.to_string()).expect("written");
            let ended = put_away(&rotation).expect("moved");
            assert_eq!(ended, folder.path().join(format!("visits.{round}")));
            assert_eq!(fs::read_to_string(ended).expect("there"), round.to_string());
        }
        assert_eq!(ended_files(&rotation.path).expect("a folder"), [3, 4]);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 6);
    }
}
