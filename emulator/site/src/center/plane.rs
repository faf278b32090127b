//! The sector plane: where everything stands and flies, in nautical miles east and north.
//!
//! A direction center drew its sector on a plane that touches the earth at the sector's centre.
//! Aircraft of this emulator fly on the plane; radars see them in space, so that a program has to
//! turn a slant range and a true bearing into a place on the plane as the real one had to.
//!
//! ```text
//!  x = 2R cos(b) sin(l) k,  y = 2R (cos(b0) sin(b) - sin(b0) cos(b) cos(l)) k
//!  k = 1 / (1 + sin(b0) sin(b) + cos(b0) cos(b) cos(l))     l from the centre's meridian
//! ```
//!
//! Source: use of a sector plane recalled, formula inferred (stereographic, sphere). Assumed: earth
//! a sphere of 6,371 km; radio horizon by an earth of 4/3 that size, terrain 0.

use std::f64::consts::PI;

use serde::{Deserialize, Serialize};

/// Radius of the earth, n.mi.
pub const EARTH: f64 = 6_371.0 / 1.852;
/// Feet in a nautical mile.
pub const FEET: f64 = 6_076.115;

/// A place on the earth, degrees.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Latitude, north.
    pub north: f64,
    /// Longitude, west.
    pub west: f64,
}

type Vector = [f64; 3];

fn dot(a: Vector, b: Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The plane that touches the earth at a place.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    centre: Place,
}

/// A station on the ground, as the plane's directions at the centre see it: east, north, up.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Station {
    /// On the plane, n.mi.
    pub x: f64,
    /// On the plane, n.mi.
    pub y: f64,
    /// Above the sea, feet.
    pub height_ft: f64,
    up: Vector,
    east: Vector,
    north: Vector,
}

/// How a station sees a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// Slant range, n.mi.
    pub range: f64,
    /// True bearing, radians from north clockwise, 0 to 2 pi.
    pub bearing: f64,
    /// Over the ground, n.mi.
    pub ground: f64,
    /// It stands above the radio horizon.
    pub visible: bool,
}

/// How far an antenna at one height reaches a target at another, feet, over an earth of 4/3 size;
/// n.mi.
pub fn horizon(antenna_ft: f64, target_ft: f64) -> f64 {
    let reach = |feet: f64| libm::sqrt(2.0 * (4.0 / 3.0) * EARTH * feet.max(0.0) / FEET);
    reach(antenna_ft) + reach(target_ft)
}

impl Plane {
    /// The plane at a sector's centre.
    pub fn at(centre: Place) -> Plane {
        Plane { centre }
    }

    /// Unit vector of a place in the directions east, north, up at the centre.
    fn vector(&self, place: Place) -> Vector {
        let (sb, cb) = sin_cos(place.north);
        let (s0, c0) = sin_cos(self.centre.north);
        let (sl, cl) = sin_cos(self.centre.west - place.west);
        [cb * sl, c0 * sb - s0 * cb * cl, s0 * sb + c0 * cb * cl]
    }

    /// Where a place lies, n.mi east and north.
    pub fn project(&self, place: Place) -> (f64, f64) {
        let [e, n, u] = self.vector(place);
        let k = 2.0 * EARTH / (1.0 + u);
        (e * k, n * k)
    }

    /// Which place lies there.
    pub fn place(&self, x: f64, y: f64) -> Place {
        let [e, n, u] = unit(x, y);
        let (s0, c0) = sin_cos(self.centre.north);
        let north = libm::asin((c0 * n + s0 * u).clamp(-1.0, 1.0));
        let east = libm::atan2(e, c0 * u - s0 * n);
        Place {
            north: north * 180.0 / PI,
            west: self.centre.west - east * 180.0 / PI,
        }
    }

    /// A station at a place.
    pub fn station(&self, place: Place, height_ft: f64) -> Station {
        let (x, y) = self.project(place);
        let up = self.vector(place);
        let (s0, c0) = sin_cos(self.centre.north);
        // The pole, in the directions at the centre; east lies across it and up.
        let pole = [0.0, c0, s0];
        let across = cross(pole, up);
        let length = libm::sqrt(dot(across, across)).max(1e-12);
        let east = across.map(|part| part / length);
        Station {
            x,
            y,
            height_ft,
            up,
            east,
            north: cross(up, east),
        }
    }

    /// North correction of a station: the bearing on the plane of its true north, radians.
    pub fn north_correction(&self, place: Place) -> f64 {
        let near = Place {
            north: place.north + 0.01,
            ..place
        };
        let (x, y) = self.project(place);
        let (nx, ny) = self.project(near);
        libm::atan2(nx - x, ny - y)
    }
}

impl Station {
    /// How it sees a point above the plane.
    pub fn sees(&self, x: f64, y: f64, altitude_ft: f64) -> Sight {
        let up = unit(x, y);
        let high = 1.0 + altitude_ft / FEET / EARTH;
        let here = 1.0 + self.height_ft / FEET / EARTH;
        let way: Vector = std::array::from_fn(|n| high * up[n] - here * self.up[n]);
        let bearing = libm::atan2(dot(way, self.east), dot(way, self.north));
        let chord: Vector = std::array::from_fn(|n| up[n] - self.up[n]);
        let half = libm::sqrt(dot(chord, chord)) / 2.0;
        let ground = EARTH * 2.0 * libm::asin(half.min(1.0));
        Sight {
            range: EARTH * libm::sqrt(dot(way, way)),
            bearing: if bearing < 0.0 {
                bearing + 2.0 * PI
            } else {
                bearing
            },
            ground,
            visible: ground <= horizon(self.height_ft, altitude_ft),
        }
    }
}

/// Unit vector of a point of the plane.
fn unit(x: f64, y: f64) -> Vector {
    let (x, y) = (x / (2.0 * EARTH), y / (2.0 * EARTH));
    let s = x * x + y * y;
    [
        2.0 * x / (1.0 + s),
        2.0 * y / (1.0 + s),
        (1.0 - s) / (1.0 + s),
    ]
}

fn cross(a: Vector, b: Vector) -> Vector {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

fn sin_cos(degrees: f64) -> (f64, f64) {
    let radians = degrees * PI / 180.0;
    (libm::sin(radians), libm::cos(radians))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CENTRE: Place = Place {
        north: 42.6,
        west: 71.0,
    };

    #[test]
    fn places_go_to_the_plane_and_back() {
        let plane = Plane::at(CENTRE);
        assert_eq!(plane.project(CENTRE), (0.0, 0.0));
        for (north, west) in [(42.03, 70.05), (44.78, 73.07), (41.75, 67.67), (46.0, 65.0)] {
            let (x, y) = plane.project(Place { north, west });
            let back = plane.place(x, y);
            assert!((back.north - north).abs() < 1e-9 && (back.west - west).abs() < 1e-9);
        }
        // A minute of latitude is a mile (of this sphere, 1.0007), less than 1 in 1,000 off at 60.
        let (x, y) = plane.project(Place {
            north: 43.6,
            west: 71.0,
        });
        assert!(x.abs() < 1e-9 && (y - 60.04).abs() < 0.01, "{y}");
    }

    #[test]
    fn a_station_sees_ranges_and_true_bearings() {
        let plane = Plane::at(CENTRE);
        let place = Place {
            north: 42.03,
            west: 70.05,
        };
        let station = plane.station(place, 200.0);
        // Due north of it, on its own meridian.
        let (x, y) = plane.project(Place {
            north: 43.03,
            west: 70.05,
        });
        let sight = station.sees(x, y, 0.0);
        assert!(sight.bearing < 1e-9 || sight.bearing > 2.0 * PI - 1e-9);
        assert!((sight.ground - 60.04).abs() < 0.01);
        // Its north is turned against the plane's by about (71.0 - 70.05) sin(42.3).
        let turned = plane.north_correction(place) * 180.0 / PI;
        assert!((turned + 0.64).abs() < 0.01, "{turned}");
        let at = |bearing: f64, ground: f64| {
            let plane_bearing = bearing + plane.north_correction(place);
            (
                station.x + ground * libm::sin(plane_bearing),
                station.y + ground * libm::cos(plane_bearing),
            )
        };
        let (x, y) = at(1.0, 100.0);
        let sight = station.sees(x, y, 30_000.0);
        assert!((sight.bearing - 1.0).abs() < 0.002, "{}", sight.bearing);
        // Slant: sqrt(100^2 + 4.9^2), and the scale of the plane.
        assert!((sight.range - 100.12).abs() < 0.1, "{}", sight.range);
    }

    #[test]
    fn the_horizon_hides_low_flyers() {
        // 1.23 (sqrt(200) + sqrt(500)) = 44.9 n.mi, the pilot's rule.
        assert!((horizon(200.0, 500.0) - 44.9).abs() < 0.3);
        let station = Plane::at(CENTRE).station(CENTRE, 200.0);
        assert!(station.sees(0.0, 44.0, 500.0).visible);
        assert!(!station.sees(0.0, 46.0, 500.0).visible);
        assert!(station.sees(0.0, 200.0, 30_000.0).visible);
    }
}
