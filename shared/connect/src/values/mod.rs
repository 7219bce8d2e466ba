//! Values to text and back (`org.apache.kafka.connect.data.Values`).

mod aligned;
mod guess;
mod text;
mod tokens;

pub use guess::parse_string;
pub use text::convert_to_string;
