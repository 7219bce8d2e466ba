//! What Java's own classes do, where it shows in Kafka Connect's results: texts of numbers and dates, characters, dates.

mod charset;
mod date;
mod decimal;
mod float;

pub(crate) use charset::{Charset, decode_utf8, decode_utf16, is_blank, trim};
pub(crate) use date::{MILLISECONDS_PER_DAY, Pattern, date_text, parse_date};
pub(crate) use decimal::decimal_digit;
pub(crate) use float::{write_f32, write_f64};
