//! A large value that forks share until one of them changes it.
//!
//! A judge knows every booking on file; a fork of its run changes two of them. The value is saved
//! as if it were not shared.

use std::ops::Deref;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value copied when it is first changed after a clone. Cloning copies one pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// Nobody shares it yet.
    pub fn new(value: T) -> Shared<T> {
        Shared(Arc::new(value))
    }
}

impl<T: Clone> Shared<T> {
    /// The value to be changed; copied first if a clone still shares it.
    pub fn make_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Serialize> Serialize for Shared<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        T::serialize(self, to)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        T::deserialize(from).map(Shared::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clone_shares_until_one_side_changes() {
        let mut one = Shared::new(vec![1, 2, 3]);
        let other = one.clone();
        assert!(std::ptr::eq(&*one, &*other));
        one.make_mut().push(4);
        assert_eq!((one.len(), other.len()), (4, 3));
        let bytes = postcard::to_allocvec(&one).unwrap();
        assert_eq!(
            bytes,
            postcard::to_allocvec(&vec![1, 2, 3, 4]).unwrap(),
            "saved as the plain value"
        );
        assert_eq!(
            postcard::from_bytes::<Shared<Vec<i32>>>(&bytes).unwrap(),
            one
        );
    }
}
