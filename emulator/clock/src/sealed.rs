//! A sealed block: the header of a journal, or a whole snapshot, packed and checked.
//!
//! ```text
//! magic 8 bytes   format u32   length u64   packed length u64   crc32 u32   zstd(payload)
//! ```
//!
//! Numbers are least significant byte first; the checksum covers format, lengths and the packed
//! payload. A block is read whole or refused: a cut, a flipped bit, another kind of file and an
//! unknown format each have a word of their own.

use std::io::Read;

/// Bytes before the packed payload.
const FIXED: usize = 8 + 4 + 8 + 8 + 4;
/// A payload above this many bytes is refused.
pub const PAYLOAD_MAX: u64 = 1 << 30;

/// What kind of block a file must begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The first eight bytes.
    pub magic: &'static [u8; 8],
    /// The format this code writes, and the only one it reads.
    pub format: u32,
    /// As people call it.
    pub name: &'static str,
}

/// Why bytes cannot be read as a block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The first bytes are another file's.
    #[error("this is not a {0} of duplex; there is no good instant")]
    NotOne(&'static str),
    /// A format this code does not know.
    #[error(
        "{name} format {found} is not known; this duplex reads format {known}; there is no good \
         instant"
    )]
    UnknownFormat {
        /// What the block is.
        name: &'static str,
        /// The format it says.
        found: u32,
        /// The format known here.
        known: u32,
    },
    /// Cut or damaged.
    #[error("the header of the {name} is damaged: {reason}; there is no good instant")]
    Damaged {
        /// What the block is.
        name: &'static str,
        /// How.
        reason: &'static str,
    },
}

/// The bytes of a block that holds `payload`.
///
/// # Panics
/// If the payload is longer than [`PAYLOAD_MAX`].
pub fn seal(kind: Kind, payload: &[u8]) -> std::io::Result<Vec<u8>> {
    assert!(payload.len() as u64 <= PAYLOAD_MAX, "less than 1 GiB");
    let packed = zstd::encode_all(payload, 3)?;
    let mut bytes = Vec::with_capacity(FIXED + packed.len());
    bytes.extend_from_slice(kind.magic);
    bytes.extend_from_slice(&kind.format.to_le_bytes());
    bytes.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&(packed.len() as u64).to_le_bytes());
    let crc = checksum(&bytes[8..], &packed);
    bytes.extend_from_slice(&crc.to_le_bytes());
    bytes.extend_from_slice(&packed);
    Ok(bytes)
}

fn checksum(fixed: &[u8], packed: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(fixed);
    hasher.update(packed);
    hasher.finalize()
}

/// Payload of the block at the begin of `bytes`, and where it ends.
pub fn open(kind: Kind, bytes: &[u8]) -> Result<(Vec<u8>, usize), SealError> {
    let damaged = |reason| SealError::Damaged {
        name: kind.name,
        reason,
    };
    let begun = bytes.len() >= 4 && kind.magic.starts_with(&bytes[..bytes.len().min(8)]);
    if !bytes.starts_with(kind.magic) {
        return Err(match begun {
            true => damaged("it is cut"),
            false => SealError::NotOne(kind.name),
        });
    }
    let Some(fixed) = bytes.first_chunk::<FIXED>() else {
        return Err(damaged("it is cut"));
    };
    let number = |at: usize| u64::from_le_bytes(fixed[at..at + 8].try_into().expect("eight bytes"));
    let format = u32::from_le_bytes(fixed[8..12].try_into().expect("four bytes"));
    if format != kind.format {
        return Err(SealError::UnknownFormat {
            name: kind.name,
            found: format,
            known: kind.format,
        });
    }
    let (length, packed) = (number(12), number(20));
    let packed = usize::try_from(packed)
        .ok()
        .and_then(|length| bytes[FIXED..].get(..length))
        .ok_or(damaged("it is cut"))?;
    if checksum(&fixed[8..28], packed).to_le_bytes() != fixed[28..] {
        return Err(damaged("its checksum is wrong"));
    }
    if length > PAYLOAD_MAX {
        return Err(damaged("it is longer than 1 GiB"));
    }
    let mut payload = Vec::new();
    zstd::Decoder::new(packed)
        .and_then(|decoder| decoder.take(length + 1).read_to_end(&mut payload))
        .map_err(|_| damaged("it cannot be unpacked"))?;
    if payload.len() as u64 != length {
        return Err(damaged("it has another length than it says"));
    }
    Ok((payload, FIXED + packed.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: Kind = Kind {
        magic: b"DUPLEXT\n",
        format: 7,
        name: "test",
    };

    #[test]
    fn a_block_is_read_whole_or_refused() {
        let bytes = seal(KIND, b"two machines").expect("memory takes all");
        let end = bytes.len();
        assert_eq!(open(KIND, &bytes), Ok((b"two machines".to_vec(), end)));
        for cut in 0..end {
            assert!(open(KIND, &bytes[..cut]).is_err(), "cut at {cut}");
        }
        for place in 0..end {
            for bit in 0..8 {
                let mut wrong = bytes.clone();
                wrong[place] ^= 1 << bit;
                assert!(open(KIND, &wrong).is_err(), "byte {place}, bit {bit}");
            }
        }
    }

    #[test]
    fn each_refusal_says_why() {
        let bytes = seal(KIND, b"").expect("memory takes all");
        let told = |bytes: &[u8]| open(KIND, bytes).unwrap_err().to_string();
        assert_eq!(
            told(b"(format: 1)"),
            "this is not a test of duplex; there is no good instant"
        );
        assert!(told(&bytes[..9]).contains("it is cut"));
        let mut other = bytes;
        other[8] = 8;
        assert!(told(&other).contains("test format 8 is not known"));
    }
}
