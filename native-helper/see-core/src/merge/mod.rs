//! Merges.
pub mod three_way;
