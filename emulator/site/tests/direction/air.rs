//! What there is outside: radars that turn, aircraft that fly straight on, and noise.

use fsq7::codes;

/// A small generator of our own: the rig needs noise, not quality.
#[derive(Clone)]
pub struct Noise(pub u64);

impl Noise {
    pub fn uniform(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// About normal, sigma 1.
    pub fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.uniform()).sum::<f64>() - 6.0
    }
}

/// A radar site: channel, place in n.mi, and what it does.
#[derive(Clone, Debug)]
pub struct Radar {
    pub channel: u16,
    pub x: f64,
    pub y: f64,
    pub field: u8,
    pub turn: f64,
    pub range: f64,
    pub blip: f64,
    /// False alarms in a turn.
    pub false_alarms: f64,
}

impl Radar {
    pub fn new(channel: u16, x: f64, y: f64) -> Radar {
        Radar {
            channel,
            x,
            y,
            field: codes::LRI_1,
            turn: 12.0,
            range: 200.0,
            blip: 0.85,
            false_alarms: 0.0,
        }
    }

    /// When it looks along an azimuth (parts of a circle) in turn n.
    pub fn look(&self, turn: u64, azimuth: f64) -> f64 {
        let phase = f64::from(self.channel) * 0.37;
        (turn as f64 + (azimuth + phase).fract()) * self.turn
    }
}

/// An aircraft that flies straight on: n.mi, knots, degrees from north.
#[derive(Clone, Debug)]
pub struct Aircraft {
    pub at: (f64, f64),
    pub way: (f64, f64),
    pub height: f64,
    /// Beacon code, 0 without a transponder.
    pub code: u16,
    /// Seen from then on, seconds.
    pub from: f64,
}

impl Aircraft {
    pub fn new(at: (f64, f64), (speed, heading): (f64, f64)) -> Aircraft {
        let (sine, cosine) = f64::to_radians(heading).sin_cos();
        let speed = speed / 3600.0;
        Aircraft {
            at,
            way: (speed * sine, speed * cosine),
            height: 25_000.0,
            code: 0,
            from: 0.0,
        }
    }

    pub fn position(&self, time: f64) -> (f64, f64) {
        (self.at.0 + self.way.0 * time, self.at.1 + self.way.1 * time)
    }
}
