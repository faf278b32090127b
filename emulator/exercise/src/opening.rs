//! The opening files: what stands on drums and disks when a run begins.
//!
//! SABRE took over a business that was running: seats had been sold by pencil and telephone long
//! before the first set was installed. So each flight, date and class begins with an *opening
//! count* of seats sold before our records, in a field of its own, and some ten thousands of
//! bookings that do have a record. All of it is drawn from the files' own seed: every run of a
//! site begins with the same files.
//!
//! * Load: falls from the first date to the last and with the rank of the flight
//!   ([`Demand`]), with some noise, scaled so that all seats together meet the load factor.
//! * Popular flights: the first ranks, on the soonest dates, have a few coach seats left.
//! * Bookings: drawn by the same demand; the opening count is what they leave of the load.
//!
//! Source: load factors of 53-56 % (literature). Assumed: everything else; every traveller is
//! invented ([`crate::people`]).

use clock::random::Stream;

use crate::demand::Demand;
use crate::files::FilesDescription;
use crate::layout::{
    Booking, Counts, DAYS_PER_INVENTORY, DAYS_PER_SUMMARY, FileAddress, INVENTORIES_PER_FLIGHT,
    InventoryRecord, Kind, Layout, NAME_BUCKETS, NO_FLIGHT, NameBucket, PassengerRecord, Place,
    SUMMARIES_PER_SHEET, Segment, SegmentStatus, SetRecord, SummaryRecord, bcd, index_word,
    locator, name_bucket_of, seal,
};
use crate::people;
use crate::schedule::{Class, Schedule};

/// A flight on a date that opens nearly full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PopularDate {
    /// Flight ordinal.
    pub flight: u16,
    /// Day index.
    pub day: u16,
    /// Coach seats left.
    pub left: u16,
}

/// The opening files, before they are laid out in records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Dates for sale.
    pub days: u16,
    /// Counts by flight x days + day and class.
    pub counts: Vec<[Counts; 2]>,
    /// Bookings on file, ordinals from 1.
    pub passengers: Vec<PassengerRecord>,
    /// The popular flights and dates.
    pub popular: Vec<PopularDate>,
}

/// The opening files cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpeningError {
    /// More bookings than the seats sold can hold.
    #[error("no seats for {0} passenger records: only {1} could be placed at this load factor")]
    TooManyPassengers(u32, u32),
    /// A bucket of the name index and the next one are full.
    #[error("the name index is full after {0} names")]
    IndexFull(u32),
}

impl Opening {
    /// Draws the opening files.
    pub fn draw(schedule: &Schedule, files: &FilesDescription) -> Result<Opening, OpeningError> {
        let demand = Demand::new(schedule, files);
        let mut opening = Opening {
            days: files.days,
            counts: Vec::new(),
            passengers: Vec::new(),
            popular: Vec::new(),
        };
        opening.draw_loads(schedule, files, &demand);
        opening.draw_passengers(schedule, files, &demand)?;
        Ok(opening)
    }

    fn index(&self, flight: u16, day: u16) -> usize {
        usize::from(flight) * usize::from(self.days) + usize::from(day)
    }

    /// Counts of a flight, day and class; beyond the days for sale nothing is sold.
    pub fn counts(&self, flight: u16, day: u16, class: Class) -> Counts {
        match day < self.days {
            true => self.counts[self.index(flight, day)][class as usize],
            false => Counts {
                authorised: self.counts[self.index(flight, 0)][class as usize].authorised,
                ..Counts::default()
            },
        }
    }

    /// Seats for sale and seats sold, all flights, dates and classes.
    pub fn totals(&self) -> (u64, u64) {
        self.counts
            .iter()
            .flatten()
            .fold((0, 0), |(seats, sold), counts| {
                (
                    seats + u64::from(counts.authorised),
                    sold + u64::from(counts.sold),
                )
            })
    }

    /// Sets authorised and sold of every flight, date and class; opening is all that is sold.
    fn draw_loads(&mut self, schedule: &Schedule, files: &FilesDescription, demand: &Demand) {
        let mut noise = Stream::new(files.seed, "files/load");
        let mut left = Stream::new(files.seed, "files/popular");
        let flights = schedule.flights.len() as u16;
        let mut wishes: Vec<[f64; 2]> = Vec::new();
        for flight in 0..flights {
            let rank = f64::from(demand.rank[usize::from(flight)]) / f64::from(flights);
            for day in 0..self.days {
                let date = f64::from(day) / f64::from(files.days);
                let wish = (1.5 - date) * (1.25 - 0.5 * rank);
                wishes.push([(); 2].map(|()| wish * (0.8 + 0.4 * noise.unit())));
                let seats = schedule.flights[usize::from(flight)].seats;
                let mut both = seats.map(|authorised| Counts {
                    authorised,
                    ..Counts::default()
                });
                if demand.is_popular(flight, day) && seats[1] > 0 {
                    let most = files.popular.seats_left_at_most.min(seats[1]);
                    let left = 1 + left.below(u64::from(most)) as u16;
                    both[1].sold = seats[1] - left;
                    self.popular.push(PopularDate { flight, day, left });
                }
                self.counts.push(both);
            }
        }
        let popular: Vec<bool> = self.counts.iter().map(|both| both[1].sold > 0).collect();
        let seats = self.totals().0;
        let target = (files.load_factor * seats as f64) as u64;
        let (mut low, mut high) = (0.0, 4.0);
        for _ in 0..30 {
            let scale = (low + high) / 2.0;
            for ((both, wish), &popular) in self.counts.iter_mut().zip(&wishes).zip(&popular) {
                for class in Class::ALL.map(|class| class as usize) {
                    if class == 1 && popular {
                        continue;
                    }
                    let counts = &mut both[class];
                    let load = (scale * wish[class]).min(0.96);
                    counts.sold = (load * f64::from(counts.authorised)) as u16;
                }
            }
            if self.totals().1 < target {
                low = scale
            } else {
                high = scale
            }
        }
        for counts in self.counts.iter_mut().flatten() {
            counts.opening = counts.sold;
        }
    }

    /// Draws the bookings on file; their confirmed seats come off the opening counts.
    fn draw_passengers(
        &mut self,
        schedule: &Schedule,
        files: &FilesDescription,
        demand: &Demand,
    ) -> Result<(), OpeningError> {
        let mut trips = Stream::new(files.seed, "files/trips");
        let mut names = Stream::new(files.seed, "files/people");
        for ordinal in 1..=files.passenger_records {
            let persons = 1 + trips.weighted(&[60, 25, 10, 5]) as u16;
            let wanted = 1 + trips.weighted(&[70, 25, 5]);
            let mut segments: Vec<Segment> = Vec::with_capacity(wanted);
            for _ in 0..wanted {
                let drawn =
                    (0..40).find_map(|_| self.draw_segment(schedule, demand, persons, &mut trips));
                let segment = match (drawn, segments.is_empty()) {
                    (None, true) => self.first_room(schedule, persons),
                    (drawn, _) => drawn,
                };
                segments.extend(segment);
            }
            if segments.is_empty() {
                let placed = ordinal - 1;
                return Err(OpeningError::TooManyPassengers(
                    files.passenger_records,
                    placed,
                ));
            }
            segments.sort_by_key(|segment| (segment.day, segment.flight, segment.class));
            let booking = self.draw_person(files, persons, segments, &mut names);
            self.passengers.push(PassengerRecord {
                version: 1,
                ordinal,
                locator: locator(ordinal),
                state: 1,
                booking,
            });
        }
        Ok(())
    }

    /// Draws one segment; `None` if the seats sold there are all spoken for.
    fn draw_segment(
        &mut self,
        schedule: &Schedule,
        demand: &Demand,
        persons: u16,
        trips: &mut Stream,
    ) -> Option<Segment> {
        let (flight, day) = (demand.flight(trips), demand.day(trips));
        let class = if trips.chance(0.25) {
            Class::First
        } else {
            Class::Coach
        };
        let wait = trips.chance(0.2) && class == Class::Coach && demand.is_popular(flight, day);
        self.take(schedule, (flight, day, class), persons, wait)
    }

    /// Seats anywhere, when drawing found none.
    fn first_room(&mut self, schedule: &Schedule, persons: u16) -> Option<Segment> {
        let found = self
            .counts
            .iter()
            .position(|both| both[1].opening >= persons)?;
        let days = usize::from(self.days);
        let place = ((found / days) as u16, (found % days) as u16, Class::Coach);
        self.take(schedule, place, persons, false)
    }

    /// Takes seats from the opening count, or asks for them on the wait-list.
    fn take(
        &mut self,
        schedule: &Schedule,
        (flight, day, class): (u16, u16, Class),
        persons: u16,
        wait: bool,
    ) -> Option<Segment> {
        let index = self.index(flight, day);
        let counts = &mut self.counts.get_mut(index)?[class as usize];
        if wait {
            if counts.waiting + persons > 500 {
                return None;
            }
            counts.waiting += persons;
        } else {
            counts.opening = counts.opening.checked_sub(persons)?;
        }
        let status = if wait {
            SegmentStatus::FiledWait
        } else {
            SegmentStatus::FiledConfirmed
        };
        Some(Segment {
            seats: persons,
            status: status as u8,
            class: class as u8,
            flight,
            day,
            cities: bcd(&schedule.flights[usize::from(flight)].cities()),
        })
    }

    fn draw_person(
        &self,
        files: &FilesDescription,
        persons: u16,
        segments: Vec<Segment>,
        names: &mut Stream,
    ) -> Booking {
        let surname = people::surname(names);
        let first_day = segments.first().map_or(0, |segment| segment.day);
        let ticketing = match names.weighted(&[50, 50]) {
            0 => "T-".to_string(),
            _ => format!("TAW{}/", files.date(first_day)),
        };
        let remark = match names.weighted(&[85, 5, 5, 5]) {
            0 => "",
            1 => "CALL BEFORE 6P",
            2 => "WINDOW SEAT",
            _ => "FIRST FLIGHT EVER",
        };
        Booking {
            persons,
            segments,
            names: people::party(names, &surname, persons),
            phone: people::phone(names),
            ticketing,
            received: format!("{} {surname}", names.choose(&people::TITLES)),
            remark: remark.to_string(),
        }
    }

    /// Lays the files out in records and hands each to `write`, both copies. Slots stay as they
    /// are: a store never written reads as zeros, and a slot of zeros is not valid.
    pub fn write(
        &self,
        layout: &Layout,
        schedule: &Schedule,
        sets: u32,
        write: &mut dyn FnMut(Place, &[u64]),
    ) -> Result<(), OpeningError> {
        let mut both = |kind: Kind, ordinal: u32, words: &[u64]| {
            for &copy in layout.copies(kind) {
                write(layout.place(FileAddress::new(kind, ordinal), copy), words);
            }
        };
        for set in 0..sets {
            both(Kind::Set, set, &layout.write_set(&SetRecord::new(set)));
        }
        for flight in 0..schedule.flights.len() as u16 {
            for part in 0..INVENTORIES_PER_FLIGHT {
                let record = self.inventory(schedule, flight, part);
                both(
                    Kind::Inventory,
                    record.ordinal,
                    &layout.write_inventory(&record),
                );
            }
        }
        for sheet in 0..schedule.sheets.len() as u16 {
            for part in 0..SUMMARIES_PER_SHEET {
                let record = self.summary(schedule, sheet, part);
                both(
                    Kind::Summary,
                    record.ordinal,
                    &layout.write_summary(&record),
                );
            }
        }
        for record in &self.passengers {
            both(
                Kind::Passenger,
                record.ordinal,
                &layout.write_passenger(record),
            );
        }
        for bucket in self.name_index(layout.bucket_entries_max())? {
            both(Kind::Name, bucket.ordinal, &layout.write_names(&bucket));
        }
        let mut keypoint = layout.blank(FileAddress::new(Kind::Keypoint, 0));
        keypoint[layout.at.kypol] = self.passengers.len() as u64 + 1;
        seal(&mut keypoint, 1);
        both(Kind::Keypoint, 0, &keypoint);
        Ok(())
    }

    fn inventory(&self, schedule: &Schedule, flight: u16, part: u32) -> InventoryRecord {
        let described = &schedule.flights[usize::from(flight)];
        let (sheet, position) = schedule.sheet_of(flight).unwrap_or((0, 0));
        let day = |day: usize| part as u16 * DAYS_PER_INVENTORY + day as u16;
        InventoryRecord {
            version: 1,
            ordinal: u32::from(flight) * INVENTORIES_PER_FLIGHT + part,
            designator: described.designator.clone(),
            cities: described.cities(),
            departure_minute: described.departure_minute,
            arrival_minute: described.arrival_minute,
            sheet,
            position: u16::from(position),
            days: std::array::from_fn(|d| {
                Class::ALL.map(|class| self.counts(flight, day(d), class))
            }),
        }
    }

    fn summary(&self, schedule: &Schedule, sheet: u16, part: u32) -> SummaryRecord {
        let mut flights = [NO_FLIGHT; 8];
        for (to, &flight) in flights
            .iter_mut()
            .zip(&schedule.sheets[usize::from(sheet)].flights)
        {
            *to = flight;
        }
        let open = |day: usize, line: usize| {
            let day = part as u16 * DAYS_PER_SUMMARY + day as u16;
            let class = Class::ALL[line % 2];
            match flights[line / 2] {
                NO_FLIGHT => 0,
                flight => self.counts(flight, day, class).open().min(3) as u8,
            }
        };
        SummaryRecord {
            version: 1,
            ordinal: u32::from(sheet) * SUMMARIES_PER_SHEET + part,
            flights,
            days: std::array::from_fn(|day| std::array::from_fn(|line| open(day, line))),
        }
    }

    /// The name index: the first word of each surname in its bucket, or the next one.
    fn name_index(&self, room: usize) -> Result<Vec<NameBucket>, OpeningError> {
        let empty = |ordinal| NameBucket {
            version: 1,
            ordinal,
            entries: Vec::new(),
        };
        let mut buckets: Vec<NameBucket> = (0..NAME_BUCKETS).map(empty).collect();
        for record in &self.passengers {
            let name = index_word(&record.booking.names);
            let first = name_bucket_of(name);
            let with_room = (0..2)
                .map(|n| ((first + n) % NAME_BUCKETS) as usize)
                .find(|&n| buckets[n].entries.len() < room)
                .ok_or(OpeningError::IndexFull(record.ordinal - 1))?;
            buckets[with_room].entries.push((name, record.ordinal));
        }
        Ok(buckets)
    }
}

#[cfg(test)]
mod tests;
