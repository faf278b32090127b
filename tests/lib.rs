//! Whole-system tests, vectors, golden files and benches.
