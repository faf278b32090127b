//! Room `word`.
