//! Room `ibm7090`.
