//! Converters between bytes and [`Data`](crate::Data).
