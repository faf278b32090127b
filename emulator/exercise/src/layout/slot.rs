//! The slot: where an entry's changes are committed before any record is touched.
//!
//! | word | content |
//! |---|---|
//! | 0 | sequence q |
//! | 1 | file address of the slot |
//! | 2 | check of words 0, 1 and 3 to 15 |
//! | SLSET | file address of the set record |
//! | SLSER | serial of the entry |
//! | SLCNT | number of images |
//! | SLADR | file addresses of the images |
//! | 16 ... | the images, each a whole valid record; then q again |
//!
//! Assumed: all of it; the idea is older than its name, write-ahead log.

use super::{
    FileAddress, Invalid, Kind, Layout, PARITY_SYNDROME, SLOT_HEADER, SLOT_IMAGES_MAX, record_check,
};

/// Images of a slot where they stand: address and words of each.
pub type SlotImages<'w> = Vec<(FileAddress, &'w [u64])>;

/// A valid slot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Ordinal, 0-29.
    pub ordinal: u32,
    /// Sequence number.
    pub q: u64,
    /// File address of the set record.
    pub set: FileAddress,
    /// Serial of the entry.
    pub serial: u16,
    /// Whole records as they are to stand, with their addresses.
    pub images: Vec<(FileAddress, Vec<u64>)>,
}

impl Layout {
    /// Reads the header alone (16 words or more, as stored): q and the addresses of the images.
    /// It may be good although the slot is torn further on.
    pub fn read_slot_header(
        &self,
        ordinal: u32,
        words: &[u64],
    ) -> Result<(u64, Vec<FileAddress>), Invalid> {
        let header = words.get(..SLOT_HEADER).ok_or(Invalid::Header)?;
        if header.iter().any(|&cell| cell & PARITY_SYNDROME != 0) {
            return Err(Invalid::Parity);
        }
        if header[1] != FileAddress::new(Kind::Slot, ordinal).word() {
            let never = header.iter().all(|&word| word == 0);
            return Err(if never {
                Invalid::NeverWritten
            } else {
                Invalid::Address
            });
        }
        if header[2] != record_check(header) {
            return Err(Invalid::Check);
        }
        let count = header[self.at.slcnt] as usize;
        if !(1..=SLOT_IMAGES_MAX).contains(&count) {
            return Err(Invalid::Header);
        }
        let addresses = &header[self.at.sladr..self.at.sladr + count];
        let addresses: Option<Vec<FileAddress>> = addresses
            .iter()
            .map(|&word| FileAddress::from_word(word))
            .collect();
        Ok((header[0], addresses.ok_or(Invalid::Header)?))
    }

    /// The images of a slot as stored, where they stand, after judging the whole slot.
    pub fn slot_images<'w>(
        &self,
        ordinal: u32,
        words: &'w [u64],
    ) -> Result<(u64, SlotImages<'w>), Invalid> {
        let (q, addresses) = self.read_slot_header(ordinal, words)?;
        let mut first = SLOT_HEADER;
        let mut images = Vec::with_capacity(addresses.len());
        for address in addresses {
            let end = first + self.words_of(address.kind);
            let image = words.get(first..end).ok_or(Invalid::Header)?;
            self.version_of(address, image)?;
            images.push((address, image));
            first = end;
        }
        let trailer = *words.get(first).ok_or(Invalid::Header)?;
        if trailer & PARITY_SYNDROME != 0 {
            return Err(Invalid::Parity);
        }
        if trailer != q {
            return Err(Invalid::Versions);
        }
        Ok((q, images))
    }

    /// Reads a slot as stored, judging it wholly.
    pub fn read_slot(&self, ordinal: u32, words: &[u64]) -> Result<Slot, Invalid> {
        let (q, images) = self.slot_images(ordinal, words)?;
        let images = images
            .into_iter()
            .map(|(address, image)| (address, image.to_vec()));
        Ok(Slot {
            ordinal,
            q,
            set: FileAddress::from_word(words[self.at.slset]).ok_or(Invalid::Header)?,
            serial: (words[self.at.slser] & 0o7777) as u16,
            images: images.collect(),
        })
    }

    /// The words of a slot, for tests and tools; `None` if the images do not fit.
    pub fn write_slot(&self, slot: &Slot) -> Option<Vec<u64>> {
        let mut words = self.blank(FileAddress::new(Kind::Slot, slot.ordinal));
        words[0] = slot.q;
        words[self.at.slset] = slot.set.word();
        words[self.at.slser] = u64::from(slot.serial);
        words[self.at.slcnt] = slot.images.len() as u64;
        let mut first = SLOT_HEADER;
        for (index, (address, image)) in slot.images.iter().enumerate() {
            *words
                .get_mut(self.at.sladr + index)
                .filter(|_| index < SLOT_IMAGES_MAX)? = address.word();
            words
                .get_mut(first..first + image.len())?
                .copy_from_slice(image);
            first += image.len();
        }
        *words.get_mut(first)? = slot.q;
        words[2] = record_check(&words[..SLOT_HEADER]);
        Some(words)
    }
}
