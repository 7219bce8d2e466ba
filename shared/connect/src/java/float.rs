//! Texts of floating-point numbers (`Double.toString`, `Float.toString`).

use std::fmt::LowerExp;
use std::str::FromStr;

/// Appends a float's text, the shortest that reads back as the same number: `1.0`, `0.001`, `1.0E-4`, `1.0E7`, `NaN`.
pub(crate) fn write_f32(value: f32, out: &mut Vec<u8>) {
    match value {
        _ if value.is_subnormal() => write_subnormal(value, out),
        _ if value.is_finite() => write_digits(ryu::Buffer::new().format_finite(value), out),
        _ => write_special(value.into(), out),
    }
}

/// Appends a double's text, as [`write_f32`].
pub(crate) fn write_f64(value: f64, out: &mut Vec<u8>) {
    match value {
        _ if value.is_subnormal() => write_subnormal(value, out),
        _ if value.is_finite() => write_digits(ryu::Buffer::new().format_finite(value), out),
        _ => write_special(value, out),
    }
}

fn write_special(value: f64, out: &mut Vec<u8>) {
    out.extend_from_slice(match value {
        f64::INFINITY => b"Infinity",
        f64::NEG_INFINITY => b"-Infinity",
        _ => b"NaN",
    });
}

/// One digit may identify a subnormal number, where Java gives the two digits that are nearest: 1.4E-45, not 1.0E-45.
fn write_subnormal<F: ryu::Float + LowerExp + FromStr + PartialEq>(value: F, out: &mut Vec<u8>) {
    let mut shortest = ryu::Buffer::new();
    let shortest = shortest.format_finite(value);
    let one_digit = shortest.trim_start_matches('-').split('e').next().is_some_and(|mantissa| mantissa.len() == 1);
    let two_digits = format!("{value:.1e}");
    let nearest = one_digit && two_digits.parse::<F>().is_ok_and(|read| read == value);
    write_digits(if nearest { &two_digits } else { shortest }, out);
}

/// Writes a number, given in any decimal notation, in Java's: plain from 10^-3 to 10^7, else with an exponent.
fn write_digits(text: &str, out: &mut Vec<u8>) {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    out.extend_from_slice(sign.as_bytes());
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    // The longest text of a double without an exponent has 24 characters.
    let mut digits = [b'0'; 32];
    for (slot, digit) in digits.iter_mut().zip(whole.bytes().chain(fraction.bytes())) {
        *slot = digit;
    }
    let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
    let end = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |last| last + 1);
    let digits = digits.get(zeros..end).unwrap_or_default();
    let Some((first, rest)) = digits.split_first() else { return out.extend_from_slice(b"0.0") };
    // Where the point stands: behind this many digits, counted from the first significant one.
    let before = |count: usize| i64::try_from(count).unwrap_or(0);
    let point = exponent.parse::<i64>().unwrap_or(0) + before(whole.len()) - before(zeros);
    match usize::try_from(point) {
        Ok(point @ 1..=7) => {
            let (whole, fraction) = digits.split_at_checked(point).unwrap_or((digits, b""));
            out.extend_from_slice(whole);
            out.resize(out.len() + point - whole.len(), b'0');
            write_fraction(fraction, out);
        }
        _ if (-2..=0).contains(&point) => {
            out.extend_from_slice(b"0.");
            out.resize(out.len() + usize::try_from(-point).unwrap_or(0), b'0');
            out.extend_from_slice(digits);
        }
        _ => {
            out.push(*first);
            write_fraction(rest, out);
            out.push(b'E');
            out.extend_from_slice(itoa::Buffer::new().format(point - 1).as_bytes());
        }
    }
}

fn write_fraction(digits: &[u8], out: &mut Vec<u8>) {
    out.push(b'.');
    out.extend_from_slice(if digits.is_empty() { b"0" } else { digits });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double(value: f64) -> String {
        let mut out = Vec::new();
        write_f64(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn float(value: f32) -> String {
        let mut out = Vec::new();
        write_f32(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn doubles_read_as_java_writes_them() {
        let cases = [
            (0.0, "0.0"),
            (-0.0, "-0.0"),
            (1.0, "1.0"),
            (100.0, "100.0"),
            (0.001, "0.001"),
            (0.002, "0.002"),
            (0.000_999_9, "9.999E-4"),
            (0.0001, "1.0E-4"),
            (0.1, "0.1"),
            (0.015, "0.015"),
            (9_999_999.0, "9999999.0"),
            (1e7, "1.0E7"),
            (12_345_678.9, "1.23456789E7"),
            (1_234_567.5, "1234567.5"),
            (-2.75, "-2.75"),
            (1e21, "1.0E21"),
            (1e22, "1.0E22"),
            (f64::MAX, "1.7976931348623157E308"),
            (f64::MIN_POSITIVE, "2.2250738585072014E-308"),
            (4.9e-324, "4.9E-324"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(double(value), text);
        }
    }

    #[test]
    fn floats_read_as_java_writes_them() {
        let cases = [
            (1.4e-45, "1.4E-45"),
            (f32::MAX, "3.4028235E38"),
            (0.1, "0.1"),
            (1.0e10, "1.0E10"),
            (16_777_218.0, "1.6777218E7"),
            (0.123_456_79, "0.12345679"),
            (f32::NEG_INFINITY, "-Infinity"),
        ];
        for (value, text) in cases {
            assert_eq!(float(value), text);
        }
    }

    #[test]
    fn every_double_reads_back() {
        proptest::proptest!(|(bits: u64)| {
            let value = f64::from_bits(bits);
            let read: f64 = double(value).parse().unwrap();
            assert!(read.to_bits() == value.to_bits() || value.is_nan());
        });
    }
}
