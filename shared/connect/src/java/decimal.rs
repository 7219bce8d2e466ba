//! Decimal numbers (`java.math.BigDecimal`).

use std::fmt;

use num_bigint::{BigInt, Sign};

use crate::Decimal;

impl Decimal {
    /// Reads a number (`new BigDecimal(String)`): an optional sign, digits of any script with at most one point, and
    /// optionally an exponent. `None` for anything else, and for a scale beyond 32 bits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (mantissa, exponent) = match text.find(['e', 'E']) {
            Some(at) => (text.get(..at)?, parse_exponent(text.get(at + 1..)?)?),
            None => (text, 0),
        };
        let (negative, mantissa) = match mantissa.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
        };
        let (mut digits, mut scale, mut pointed) = (Vec::with_capacity(mantissa.len()), 0_i64, false);
        for character in mantissa.chars() {
            if character == '.' && !pointed {
                pointed = true;
                continue;
            }
            digits.push(decimal_digit(character)?);
            scale += i64::from(pointed);
        }
        if digits.is_empty() {
            return None;
        }
        let sign = if negative { Sign::Minus } else { Sign::Plus };
        let scale = i32::try_from(scale - exponent).ok()?;
        Some(Self { unscaled: BigInt::from_radix_be(sign, &digits, 10)?, scale })
    }

    /// Whether the number has no fraction.
    #[must_use]
    pub(crate) fn is_integral(&self) -> bool {
        self.truncated().is_none_or(|(_, exact)| exact)
    }

    /// The number's lowest 64 bits without its fraction (`BigDecimal.longValue`).
    #[must_use]
    pub(crate) fn low_i64(&self) -> i64 {
        match self.truncated() {
            Some((whole, _)) => low_i64(&whole),
            // 10^64 ends in 64 zero bits.
            None => 0,
        }
    }

    /// The number without its fraction, where it fits in 64 bits.
    #[must_use]
    pub(crate) fn to_i64(&self) -> Option<i64> {
        if self.unscaled.sign() == Sign::NoSign {
            return Some(0);
        }
        i64::try_from(self.truncated()?.0).ok()
    }

    /// The nearest float, with infinities beyond its range (`BigDecimal.floatValue`).
    #[must_use]
    pub(crate) fn to_f32(&self) -> f32 {
        self.plain_exponent().parse().unwrap_or(f32::NAN)
    }

    /// The nearest double, with infinities beyond its range (`BigDecimal.doubleValue`).
    #[must_use]
    pub(crate) fn to_f64(&self) -> f64 {
        self.plain_exponent().parse().unwrap_or(f64::NAN)
    }

    /// The number in a notation that Rust reads.
    fn plain_exponent(&self) -> String {
        format!("{}e{}", self.unscaled, -i64::from(self.scale))
    }

    /// The number without its fraction, and whether it had none. `None`: the number is a multiple of 10^64 and may be too
    /// large to be written out.
    fn truncated(&self) -> Option<(BigInt, bool)> {
        if self.unscaled.sign() == Sign::NoSign {
            return Some((BigInt::ZERO, true));
        }
        let Ok(drop) = u32::try_from(self.scale) else {
            let raise = self.scale.unsigned_abs();
            return (raise < 64).then(|| (&self.unscaled * BigInt::from(10).pow(raise), true));
        };
        // Fewer bits than digits to drop: it is all fraction. Keeps 1E-2000000000 from being computed.
        if self.unscaled.bits() < u64::from(drop) {
            return Some((BigInt::ZERO, false));
        }
        let divisor = BigInt::from(10).pow(drop);
        let whole = &self.unscaled / &divisor;
        let exact = &whole * divisor == self.unscaled;
        Some((whole, exact))
    }
}

/// The text that reads back as the same number and scale (`BigDecimal.toString`): `1.50`, `7E-20`, `1.5E+4`.
impl fmt::Display for Decimal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.scale == 0 {
            return self.unscaled.fmt(out);
        }
        let digits = self.unscaled.magnitude().to_string();
        let sign = if self.unscaled.sign() == Sign::Minus { "-" } else { "" };
        let length = i64::try_from(digits.len()).unwrap_or(i64::MAX);
        let scale = i64::from(self.scale);
        let adjusted = length - 1 - scale;
        if scale > 0 && adjusted >= -6 {
            let fraction_digits = usize::try_from(scale).unwrap_or(0);
            let zeros = "0".repeat((fraction_digits + 1).saturating_sub(digits.len()));
            let padded = zeros + &digits;
            let (whole, fraction) = padded.split_at(padded.len() - fraction_digits);
            return write!(out, "{sign}{whole}.{fraction}");
        }
        let (first, rest) = digits.split_at(1);
        let point = if rest.is_empty() { "" } else { "." };
        write!(out, "{sign}{first}{point}{rest}")?;
        if adjusted == 0 { Ok(()) } else { write!(out, "E{adjusted:+}") }
    }
}

/// The lowest 64 bits of an integer, in two's complement (`BigInteger.longValue`).
fn low_i64(number: &BigInt) -> i64 {
    let low = number.iter_u64_digits().next().unwrap_or(0).cast_signed();
    if number.sign() == Sign::Minus { low.wrapping_neg() } else { low }
}

/// An exponent: a sign, and up to ten digits that are not leading zeros.
fn parse_exponent(text: &str) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut exponent = None;
    for character in digits.chars() {
        exponent = Some(exponent.unwrap_or(0_i64) * 10 + i64::from(decimal_digit(character)?));
        if exponent > Some(9_999_999_999) {
            return None;
        }
    }
    exponent.map(|exponent| if negative { -exponent } else { exponent })
}

/// First digits of the decimal digits in Unicode's basic plane, each followed by nine more (`Character.digit`). Digits of
/// the other planes are two `char`s in Java, which its number parsers do not join.
const ZEROS: [char; 37] = [
    '0', '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}',
];

/// The value of a decimal digit of any script.
pub(crate) fn decimal_digit(character: char) -> Option<u8> {
    if character.is_ascii() {
        return character.is_ascii_digit().then(|| character as u8 - b'0');
    }
    let zero = ZEROS.get(ZEROS.partition_point(|zero| *zero <= character).checked_sub(1)?)?;
    u8::try_from(u32::from(character) - u32::from(*zero)).ok().filter(|digit| *digit < 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn texts_read_as_java_writes_them() {
        let cases = [
            ("0", "0"),
            ("0.00000", "0.00000"),
            ("0.0000000", "0E-7"),
            ("1.50", "1.50"),
            ("-0.05", "-0.05"),
            ("7E-20", "7E-20"),
            ("1.5e4", "1.5E+4"),
            ("15e3", "1.5E+4"),
            ("1e3", "1E+3"),
            ("0.000001", "0.000001"),
            ("0.0000001", "1E-7"),
            ("123.456", "123.456"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("1.7976931348623157E309", "1.7976931348623157E+309"),
            ("٣.١", "3.1"),
        ];
        for (text, expected) in cases {
            assert_eq!(decimal(text).to_string(), expected);
        }
    }

    #[test]
    fn numbers_of_many_digits_are_written() {
        let digits = "7".repeat(70_000);
        let number = Decimal { unscaled: digits.parse().unwrap(), scale: 70_003 };
        assert_eq!(number.to_string(), format!("0.000{digits}"));
    }

    #[test]
    fn what_is_not_a_number_is_none() {
        for text in
            ["", "-", ".", "1.2.3", "e5", "1e", "1e+", "1_000", "0x1", " 1", "1e99999999999", "1e2147483649", "½"]
        {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn integers_wrap_and_lose_their_fraction() {
        assert_eq!(decimal("1.99").low_i64(), 1);
        assert_eq!(decimal("-1.99").low_i64(), -1);
        assert_eq!(decimal("18446744073709551617").low_i64(), 1);
        assert_eq!(decimal("-9223372036854775809").low_i64(), i64::MAX);
        assert_eq!(decimal("1e63").low_i64(), 1_i64.wrapping_mul(low_i64(&BigInt::from(10).pow(63))));
        assert_eq!(decimal("1e2000000000").low_i64(), 0);
        assert_eq!(decimal("1e-2000000000").low_i64(), 0);
        assert_eq!(decimal("9223372036854775808").to_i64(), None);
        assert_eq!(decimal("0e1000").to_i64(), Some(0));
        assert_eq!(decimal("1.2e1").to_i64(), Some(12));
    }

    #[test]
    fn a_fraction_of_zeros_is_integral() {
        assert!(decimal("100.00").is_integral());
        assert!(decimal("1e2000000000").is_integral());
        assert!(!decimal("100.01").is_integral());
        assert!(!decimal("1e-2000000000").is_integral());
    }

    #[test]
    fn doubles_are_the_nearest() {
        assert_eq!(decimal("0.1").to_f64().to_bits(), 0.1_f64.to_bits());
        assert_eq!(decimal("-0.0").to_f64().to_bits(), 0.0_f64.to_bits());
        assert_eq!(decimal("1e400").to_f64(), f64::INFINITY);
        assert_eq!(decimal("1e-2147483647").to_f64(), 0.0);
        assert_eq!(decimal("1e2147483647").to_f64(), f64::INFINITY);
        assert_eq!(decimal("16777217.5").to_f32(), 16_777_218.0);
    }
}
